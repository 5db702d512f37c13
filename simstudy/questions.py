"""The analyses that a study file can ask for: what each needs of a study, its table, and its answer in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from simstudy.analyses import (
    Contender,
    Weighted,
    activation,
    answers,
    best,
    coefficients,
    comparative_answers,
    dispersion,
    limit_law,
    neutrality,
    oracle,
    penalties,
    root_n,
    support,
    tradeoff,
    training,
    uniformity,
    weak_oracle,
)
from simstudy.analyses.evidence import Results
from simstudy.analyses.foretold import Targets
from simstudy.errors import ResultsError, SimstudyError
from simstudy.estimators.capabilities import Law, Placement
from simstudy.penalties import PENALTIES
from simstudy.records import Status
from simstudy.report import (
    Table,
    activation_table,
    best_table,
    coefficients_table,
    dispersion_table,
    limit_law_table,
    neutrality_table,
    oracle_table,
    penalties_table,
    root_n_table,
    support_table,
    tradeoff_table,
    training_table,
    uniformity_table,
    weak_oracle_table,
)
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.runner.weights import penalty_weights
from simstudy.sources.glm import Scenario
from simstudy.study.method import MatchedLambda, Method
from simstudy.study.study import Study
from simstudy.theory import constants
from simstudy.theory.shifts import Target

Pairs = tuple[tuple[str, str], ...]

#: Data sets that are drawn again for the weights of their observations.
DATA_SETS = 200


@dataclass(frozen=True)
class Summary:
    """Numbers of a study: its truth, its measures, and what the theory predicts.

    `silent_theory` says for each scenario without predictions why there are none; `replicates` gives the rows of a
    scenario by its key.
    """

    study: Study
    scenarios: pd.DataFrame
    measures: pd.DataFrame
    predictions: pd.DataFrame | None
    silent_theory: tuple[str, ...]
    replicates: Callable[[str], pd.DataFrame]
    _frames: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def frame(self, name: str) -> Any:
        """Result of the analysis of this name; it is computed once."""
        if name not in self._frames:
            self._frames[name] = FRAMES[name](self)
        return self._frames[name]

    def all_replicates(self) -> Iterator[pd.DataFrame]:
        """Replicate rows of one scenario after the other."""
        return (self.replicates(key) for key in dict.fromkeys(self.measures["scenario_key"]))

    @property
    def results(self) -> Results:
        """What simulation found."""
        return Results(self.measures, self.scenarios, self.replicates)

    @cached_property
    def levels(self) -> dict[tuple[str, str], float]:
        """Lambda by scenario and method: given, or the median of what a tuning rule chose."""
        labels = self.scenarios.set_index("scenario_key")["scenario"]
        found: dict[tuple[str, str], float] = {}
        for key in dict.fromkeys(self.measures["scenario_key"]):
            medians = self.replicates(key).groupby("method", observed=True)["lam"].median().dropna()
            found |= {(labels[key], str(method)): float(lam) for method, lam in medians.items()}
        return found


#: Result of each analysis, by its name.
FRAMES: dict[str, Callable[[Summary], Any]] = {
    "root_n": lambda s: root_n(s.measures, s.scenarios, s.predictions),
    "support": lambda s: support(s.measures, s.scenarios, s.predictions),
    "neutrality": lambda s: neutrality(s.measures, s.scenarios, measured_contrasts(s), s.predictions),
    "coefficients": lambda s: coefficients(s.measures, s.scenarios, s.predictions),
    "limit_law": lambda s: limit_law(s.study.glm, s.results, targets(s.study)),
    "oracle": lambda s: oracle(s.results, oracles(s.study), s.levels, s.predictions),
    "dispersion": lambda s: dispersion(s.measures, s.scenarios, s.levels, s.predictions),
    "tradeoff": lambda s: tradeoff(s.measures, s.scenarios, matched_pairs(s.study), contenders(s.study)),
    "weak_oracle": lambda s: weak_oracle(s.results, s.predictions),
    "uniformity": lambda s: uniformity(s.measures, s.scenarios, s.predictions),
    "best": lambda s: pd.concat([best(rows, s.scenarios, grids(s.study)) for rows in s.all_replicates()]),
    "penalties": lambda s: penalties(s.measures, s.scenarios, oracles(s.study)),
    "activation": lambda s: activation(weighted(s), kappas(s.study)),
    "training": lambda s: training(s.results, trained(s.study)),
}

#: The analyses that a study can ask for: the table of each.
ANALYSES: dict[str, Callable[[Summary], Table]] = {
    "root_n": lambda s: root_n_table(s.frame("root_n")),
    "support": lambda s: support_table(s.frame("support")),
    "neutrality": lambda s: neutrality_table(s.frame("neutrality")),
    "coefficients": lambda s: coefficients_table(s.frame("coefficients")),
    "limit_law": lambda s: limit_law_table(s.frame("limit_law")),
    "oracle": lambda s: oracle_table(s.frame("oracle")),
    "dispersion": lambda s: dispersion_table(s.frame("dispersion")),
    "tradeoff": lambda s: tradeoff_table(s.frame("tradeoff")),
    "weak_oracle": lambda s: weak_oracle_table(s.frame("weak_oracle")),
    "uniformity": lambda s: uniformity_table(s.frame("uniformity")),
    "best": lambda s: best_table(s.frame("best")),
    "penalties": lambda s: penalties_table(s.frame("penalties")),
    "activation": lambda s: activation_table(s.frame("activation")),
    "training": lambda s: training_table(s.frame("training")),
}

#: The answer of an analysis in one sentence.
ANSWERS: dict[str, Callable[[Summary], str]] = {
    "root_n": lambda s: answers.root_n(s.frame("root_n")),
    "support": lambda s: answers.support(s.frame("support")),
    "neutrality": lambda s: answers.neutrality(s.frame("neutrality")),
    "coefficients": lambda s: answers.coefficients(s.frame("coefficients")),
    "limit_law": lambda s: answers.limit_law(s.frame("limit_law")),
    "weak_oracle": lambda s: answers.weak_oracle(s.frame("weak_oracle")),
    "oracle": lambda s: comparative_answers.oracle(s.frame("oracle")),
    "dispersion": lambda s: comparative_answers.dispersion(s.frame("dispersion")),
    "tradeoff": lambda s: comparative_answers.tradeoff(s.frame("tradeoff")),
    "uniformity": lambda s: comparative_answers.uniformity(s.frame("uniformity")),
    "best": lambda s: comparative_answers.best(s.frame("best")),
    "penalties": lambda s: comparative_answers.penalties(s.frame("penalties")),
    "activation": lambda s: comparative_answers.activation(s.frame("activation")),
    "training": lambda s: comparative_answers.training(s.frame("training")),
}


def contrasts(study: Study) -> Pairs:
    """Pairs (method, reference) whose paired difference has a meaning in the theory.

    An FGSM method and the method matched to it (T11); an FGSM method with a penalty that is constant for large
    coefficients and the oracle (T8).
    """
    bounded = [method.name for method in study.methods if has_oracle_law(method)]
    return (*matched_pairs(study), *((name, other) for name in bounded for other in oracles(study)))


def compared(study: Study) -> Pairs:
    """Pairs (method, reference) whose contrasts are measured: those of the theory, of the analyses and of claims."""
    pairs = list(contrasts(study))
    if {"oracle", "penalties"} & set(study.analyses):
        pairs += [(m.name, other) for other in oracles(study) for m in study.methods if m.name != other]
    if "tradeoff" in study.analyses:
        pairs += [(name, other) for each in contenders(study) for name in each.methods for other in each.references]
    claims = [every for claim in study.claims for every in (claim, claim.control) if every is not None]
    pairs += [(claim.method, claim.reference) for claim in claims if claim.reference is not None]
    return tuple(dict.fromkeys(pairs))


def matched_pairs(study: Study) -> Pairs:
    """FGSM methods with the methods that are matched to them (T11)."""
    return tuple((m.lam.method, m.name) for m in study.methods if isinstance(m.lam, MatchedLambda))


def oracles(study: Study) -> list[str]:
    """Names of the methods that know the support."""
    return [method.name for method in study.methods if method.entry.law == Law.ORACLE]


def has_oracle_law(method: Method) -> bool:
    """Whether the method is FGSM with a bounded penalty."""
    return method.entry.law == Law.FGSM and method.penalty is not None and PENALTIES[method.penalty].bounded


def contenders(study: Study) -> list[Contender]:
    """Estimators with FGSM's penalty inside, each with the penalised likelihood methods of the same penalty."""
    found = grids(study)
    one = {name: method for method in study.methods for name, names in found.items() if method.name == names[0]}
    plain = {method.penalty: found[name] for name, method in one.items() if method.entry.law == Law.PENALISED}
    return [
        Contender(name, tuple(found[name]), tuple(plain[method.penalty]))
        for name, method in one.items()
        if method.entry.placement == Placement.INSIDE and method.penalty in plain
    ]


def grids(study: Study) -> dict[str, list[str]]:
    """Methods that differ in lambda only, by estimator and penalty."""
    found: dict[str, list[str]] = {}
    for method in study.methods:
        if method.penalty is not None:
            found.setdefault(f"{method.estimator} {method.penalty}", []).append(method.name)
    return found


def trained(study: Study) -> list[tuple[str, str, str]]:
    """Training loops with the FGSM method of the same penalty and lambda, and the penalty in words."""
    return [
        (loop.name, other.name, " ".join([str(loop.penalty), *(f"{k} = {v:g}" for k, v in loop.parameters)]))
        for loop in study.methods
        for other in study.methods
        if loop.entry.loop
        and other.entry.law == Law.FGSM
        and (loop.penalty, loop.parameters, loop.lam) == (other.penalty, other.parameters, other.lam)
    ]


def kappas(study: Study) -> dict[str, float]:
    """E|y - mu| of each scenario by its label (T5)."""
    return {scenario.label: constants(scenario).kappa for scenario in study.glm}


def weighted(s: Summary) -> Iterator[Weighted]:
    """Observations of the first data sets of each scenario at the estimates of each method with a penalty."""
    for scenario in s.study.glm:
        rows = s.replicates(scenario.key)
        rows = rows[rows["replicate"] < DATA_SETS]
        for method in resolve(scenario, s.study.methods):
            own = rows[rows["method"] == method.name]
            if "penalty" not in method.arguments or own.empty:
                continue
            usable = own[own["status"] == Status.OK.value].fillna({"intercept_hat": 0.0})
            data_sets = [
                penalty_weights(s.study.seed, scenario, method, *estimate)
                for estimate in zip(usable["replicate"], usable["intercept_hat"], usable["beta_hat"], strict=True)
            ]
            yield Weighted(scenario.label, scenario.key, scenario.family, method.name, tuple(data_sets), len(own))


def measured_contrasts(summary: Summary) -> list[tuple[str, str]]:
    """The study's contrasts that the measures hold.

    Raises
    ------
    ResultsError
        There are none: the study has none, or no two methods that belong together have been run.
    """
    there = set(zip(summary.measures["method"], summary.measures["reference"], strict=True))
    pairs = [pair for pair in contrasts(summary.study) if pair in there]
    if not pairs:
        wanted = ", ".join(" with ".join(pair) for pair in contrasts(summary.study)) or "none in this study"
        raise ResultsError(f"neutrality needs the results of methods that are compared: {wanted}")
    return pairs


def targets(study: Study) -> Targets:
    """Estimator and penalty of each method that has a law, in each scenario."""
    return {key: value for scenario in study.glm for key, value in targets_in(scenario, study).items()}


def targets_in(scenario: Scenario, study: Study) -> Targets:
    """Estimator and penalty of each method that has a law, in one scenario."""
    try:
        resolved = resolve(scenario, study.methods)
    except SimstudyError:
        return {}
    return {(scenario.label, m.name): target(m) for m in resolved if not why_no_law(m)}


def target(method: ResolvedMethod) -> Target:
    """The method as the theory sees it."""
    return method.estimator, method.arguments.get("penalty")


def why_no_law(method: ResolvedMethod) -> str:
    """Why the theory says nothing about a method; empty if it does."""
    if method.rule is not None:
        return "its lambda is chosen from the data"
    if method.arguments.get("attack", "fgsm") != "fgsm" and method.arguments["family"] == "poisson":
        return "the theory is that of attack = 'fgsm', which differs in the poisson family"
    return ""
