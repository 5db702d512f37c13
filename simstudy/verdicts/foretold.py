"""What the theory predicts for a claim: computed before anything is compared with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simstudy.errors import ConfigError, SimstudyError
from simstudy.measures.estimate import FloatArray
from simstudy.sources.glm import Scenario
from simstudy.sources.registry import Source
from simstudy.study.claim import Claim, Law, Selection, select_scenarios
from simstudy.theory.expected import draws_of_coefficient, expected
from simstudy.theory.registry import LAWS
from simstudy.theory.shifts import Target

#: Estimator and penalty of each method in each scenario, by the labels of both.
Targets = Mapping[tuple[str, str], Target]


@dataclass(frozen=True)
class Foretold:
    """Predicted value of a claim's quantity.

    Parameters
    ----------
    value, se : float
        Prediction and the standard error of its computation, on the claim's scale; NaN for a region, or for a rate.
    draws : ndarray, optional
        Draws from the predicted law, for distances.
    errors : tuple of (value, se), optional
        Predicted RMSE at each n of a rate.
    silence : str
        Why the theory says nothing; empty if it does.
    """

    value: float = math.nan
    se: float = 0.0
    draws: FloatArray | None = None
    errors: tuple[tuple[float, float], ...] = ()
    silence: str = ""


def foretell(
    claim: Claim, scenarios: Sequence[Source], targets: Targets, predictions: pd.DataFrame | None = None
) -> Foretold:
    """Compute the prediction of a claim that is made by a law; a region of numbers needs none.

    Parameters
    ----------
    claim : Claim
    scenarios : sequence of Source
        Those of the study.
    targets : mapping
    predictions : DataFrame, optional
        What the laws of the registry predict, columns of `theory.predictions.Prediction`.
    """
    if not isinstance(claim.prediction, Law):
        return Foretold()
    if claim.prediction.law in LAWS:
        (scenario,) = select_scenarios(claim.scenario, scenarios)
        return _by_registry(claim, claim.prediction.law, scenario, predictions)
    models = [each for each in scenarios if isinstance(each, Scenario)]
    try:
        return _by_law(claim, claim.prediction, models, targets)
    except SimstudyError as error:
        return Foretold(silence=f"The theory is silent: {error}")


def _by_registry(claim: Claim, law: str, scenario: Source, predictions: pd.DataFrame | None) -> Foretold:
    """Value that a law of the registry gives for the claim's scenario."""
    silent = Foretold(silence=f"The law {law} says nothing of {claim.quantity} of {claim.about} here.")
    if predictions is None:
        return silent
    own = (predictions["law"] == law) & (predictions["scenario"] == scenario.label)
    rows = predictions[own & (predictions["method"] == claim.method)]
    rows = rows[(rows["quantity"] == claim.quantity) & (rows["parameter"] == claim.about)]
    if len(rows) != 1:
        return silent
    factor = scale(claim, scenario)
    return Foretold(factor * float(rows["predicted"].iloc[0]), factor * float(rows["predicted_mcse"].iloc[0]))


def scale(claim: Claim, scenario: Source) -> float:
    """Factor between the measure and the claim's quantity."""
    return float(scenario.n**claim.kind.power) if claim.scaled else 1.0


def _by_law(claim: Claim, law: Law, scenarios: Sequence[Scenario], targets: Targets) -> Foretold:
    if claim.quantity == "kolmogorov":
        (scenario,) = select_scenarios(claim.scenario, scenarios)
        target = _target(targets, scenario, claim.method)
        return Foretold(0.0, draws=draws_of_coefficient(scenario, claim.parameter, law.law, target, law.without))
    if claim.kind.over_n:
        found = sorted(select_scenarios(claim.scenario, scenarios), key=lambda each: each.n)
        return Foretold(errors=tuple(_value(claim, law, claim.kind.rate_of, each, targets) for each in found))
    value, se = _in(claim, law, claim.scenario, scenarios, targets)
    if claim.versus is not None:
        other, other_se = _in(claim, law, claim.versus, scenarios, targets)
        value, se = value - other, float(np.hypot(se, other_se))
    return Foretold(value, se)


def _in(
    claim: Claim, law: Law, selection: Selection, scenarios: Sequence[Scenario], targets: Targets
) -> tuple[float, float]:
    (scenario,) = select_scenarios(selection, scenarios)
    value, se = _value(claim, law, claim.quantity, scenario, targets)
    return scale(claim, scenario) * value, scale(claim, scenario) * se


def _value(claim: Claim, law: Law, quantity: str, scenario: Scenario, targets: Targets) -> tuple[float, float]:
    reference = None if claim.reference is None else _target(targets, scenario, claim.reference)
    pair = (_target(targets, scenario, claim.method), reference)
    return expected(scenario, quantity, claim.parameter, law.law, pair, law.without)


def _target(targets: Targets, scenario: Scenario, method: str) -> Target:
    if (scenario.label, method) not in targets:
        raise ConfigError(f"method {method!r} has no law in scenario {scenario.label}")
    return targets[scenario.label, method]
