"""What the theory predicts for a study's methods."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

import pandas as pd

from simstudy.analyses.methods import contrasts, target, why_no_law
from simstudy.errors import SimstudyError, unknown_name
from simstudy.measures import MEASURES
from simstudy.runner.methods import resolve
from simstudy.runner.processes import in_processes
from simstudy.sources.glm import Scenario
from simstudy.sources.registry import Source
from simstudy.study.study import Study
from simstudy.theory import predict, predict_difference
from simstudy.theory.proportional import proportional_law
from simstudy.theory.proportional.best import LARGE
from simstudy.theory.registry import LAWS, predictions_of

#: Draws of T10 beside an exact law: their number falls as that of the columns rises.
DRAWS_TIMES_Q, FEWEST_DRAWS = 800_000, 1_000


def predictions(study: Study, jobs: int = 1) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Predictions for every scenario and method, and the reasons where the theory has none."""
    found = in_processes(jobs, predicted, [(study, scenario) for scenario in study.glm], "the theory of scenarios")
    # Laws of plug-ins are functions of this process's registry, and theirs to be fast.
    found += [by_laws(study, scenario) for scenario in study.scenarios]
    frames = [frame for some, _ in found for frame in some]
    reasons = tuple(why for _, some in found for why in some)
    return (pd.concat(frames, ignore_index=True) if frames else None), reasons


def laws_of(study: Study) -> tuple[str, ...]:
    """Laws that a study asks for: those that it names, or those of its plug-ins where it names none."""
    if study.laws is not None:
        return study.laws
    own = {code for plugin in study.plugins for code in plugin.codes}
    return tuple(name for name in LAWS if LAWS.code(name) in own)


def by_laws(study: Study, scenario: Source) -> tuple[list[pd.DataFrame], list[str]]:
    """Predictions by the laws of the registry for one scenario, and why there are none for some of its methods."""
    frames: list[pd.DataFrame] = []
    reasons: list[str] = []
    names = laws_of(study)
    if not names:
        return frames, reasons
    try:
        resolved = resolve(scenario, study.methods)
    except SimstudyError as error:
        return frames, [f"no predictions for {scenario.label}: {error}"]
    for method in resolved:
        try:
            frames.append(predictions_of(names, scenario, method, MEASURES))
        except Exception as error:  # noqa: BLE001 - a law is a user's code: it may not take the tables with it
            reasons.append(f"no prediction of {method.name} for {scenario.label}: {type(error).__name__}: {error}")
    return [frame for frame in frames if not frame.empty], reasons


def predicted(study: Study, scenario: Scenario) -> tuple[list[pd.DataFrame], list[str]]:
    """Predictions for one scenario, and why there are none for some of its methods."""
    try:
        # What declares to estimate something else has no coefficients that a limit law could be about.
        resolved = [m for m in resolve(scenario, study.methods) if not m.entry.estimates or "beta" in m.entry.estimates]
    except SimstudyError as error:
        return [], [f"no predictions for {scenario.label}: {error}"]
    targets = {m.name: target(m) for m in resolved if not why_no_law(m)}
    large = has_exact_law(study, scenario)
    # Beside an exact law the one with p fixed is a control, for which T10 does, without expectations over p columns.
    drawn = partial(predict, draws=max(FEWEST_DRAWS, DRAWS_TIMES_Q // scenario.q), form="finite") if large else predict
    requests = {name: partial(drawn, scenario, name, each) for name, each in targets.items()}
    for pair in contrasts(study):
        if targets.keys() >= set(pair):
            first, second = ((name, targets[name]) for name in pair)
            requests[" minus ".join(pair)] = partial(predict_difference, scenario, first, second)
    frames: list[pd.DataFrame] = []
    lawless = ((m.name, why_no_law(m)) for m in resolved if why_no_law(m))
    reasons = [f"no prediction of {name} for {scenario.label}: {why}" for name, why in lawless]
    for what, request in requests.items():
        try:
            frames.append(request())
        except SimstudyError as error:
            reasons.append(f"no prediction of {what} for {scenario.label}: {error}")
    return frames, reasons


def has_exact_law(study: Study, scenario: Scenario) -> bool:
    """Whether p is so large against n that the law to trust is the one at n/p fixed, and the study asks for it."""
    return scenario.p > LARGE * scenario.n and any(LAWS[name].function is proportional_law for name in laws_of(study))


def unknown_estimands(predictions: Sequence[pd.DataFrame], known: Collection[str]) -> Iterator[str]:
    """Sentences on what laws predict of an estimand that no method of the study has."""
    for frame in predictions:
        for law, estimand in frame[["law", "estimand"]].drop_duplicates().itertuples(index=False):
            if estimand not in known:
                yield unknown_name(f"estimand of law {law}", estimand, known)
