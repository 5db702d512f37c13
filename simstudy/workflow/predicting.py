"""What the theory predicts for a study's methods."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from joblib import Parallel, delayed, parallel_config

from simstudy.analyses.methods import contrasts, target, why_no_law
from simstudy.errors import SimstudyError
from simstudy.runner.block import thread_controller
from simstudy.runner.methods import resolve
from simstudy.sources.glm import Scenario
from simstudy.study.method import Method
from simstudy.study.study import Study
from simstudy.theory import predict, predict_difference


def predictions(study: Study, jobs: int = 1) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Predictions for every scenario and method, and the reasons where the theory has none."""
    work = (delayed(predicted)(scenario, study.methods, contrasts(study)) for scenario in study.glm)
    # One thread here too: with jobs = 1 the work is done in this process.
    with thread_controller().limit(limits=1), parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        found = Parallel()(work)
    frames = [frame for some, _ in found for frame in some]
    reasons = tuple(why for _, some in found for why in some)
    return (pd.concat(frames, ignore_index=True) if frames else None), reasons


def predicted(
    scenario: Scenario, methods: tuple[Method, ...], pairs: Sequence[tuple[str, str]]
) -> tuple[list[pd.DataFrame], list[str]]:
    """Predictions for one scenario, and why there are none for some of its methods."""
    try:
        resolved = resolve(scenario, methods)
    except SimstudyError as error:
        return [], [f"no predictions for {scenario.label}: {error}"]
    targets = {m.name: target(m) for m in resolved if not why_no_law(m)}
    requests = {name: partial(predict, scenario, name, each) for name, each in targets.items()}
    for pair in pairs:
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
