"""Levels that n/p foretells: up to which no minimiser exists (T22), up to which a fit interpolates (T23)."""

from __future__ import annotations

import math
from typing import Any

import scipy

from simstudy.errors import InputError, bad_value
from simstudy.families.outputs import OUTPUTS
from simstudy.penalties import Lasso
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional.existence import existence_threshold
from simstudy.theory.proportional.law import prior_of_scenario
from simstudy.theory.proportional.solve import proportional
from simstudy.theory.registry import law

Predicted = dict[tuple[str, str], Any]

# Steps of log c by which the level of T23 is enclosed: far below it the share of kinks is one to all digits.
STEP = 0.3
PRECISION = 1e-8


def existence_level(ratio: float, values: list[float], weights: list[float], intercept: float | None = None) -> float:
    """The level c at which alphastar(c) = n/p (T22): with less there is no minimiser; 0 where the MLE exists.

    Parameters
    ----------
    ratio : float
        n/p, > 0.
    values, weights, intercept
        As in `existence_threshold`.
    """
    if not (math.isfinite(ratio) and ratio > 0.0):
        raise InputError(bad_value("ratio", ratio, "a finite number > 0"))

    def excess(c: float) -> float:
        return existence_threshold(c, values, weights, intercept) - ratio

    if excess(0.0) <= 0.0:
        return 0.0
    top = 1.0
    while excess(top) > 0.0:
        top *= 2.0
    return float(scipy.optimize.brentq(excess, 0.0, top, xtol=PRECISION))


def interpolation_level(scenario: Scenario) -> float:
    """The level c at which n Q(c) = log 2, Q the share of residuals that are not zero by T20.

    If these are as rare and as independent as in a Poisson process, half of the data sets have none at this level.
    """
    prior = prior_of_scenario(scenario)

    def excess(log_c: float) -> float:
        found = proportional(
            scenario.family, scenario.n / scenario.p, *prior, "fgsm", Lasso(math.exp(log_c)),
            sigma=scenario.sigma, intercept=scenario.intercept,
        )  # fmt: skip
        return scenario.n * (1.0 - found.kinks) - math.log(2.0)

    high = 0.0
    while excess(high) < 0.0:
        high += STEP
    low = high - STEP
    while excess(low) > 0.0:
        high, low = low, low - STEP
    return math.exp(scipy.optimize.brentq(excess, low, high, xtol=PRECISION))


def existence_ratio_of(scenario: Scenario, method: Any) -> float:
    """Alphastar (T22) of a method whose penalty is the LASSO; 0 for a penalty beside the likelihood, which needs no n.

    Raises
    ------
    InputError
        The covariates are no independent standard normals, the responses no labels, or the penalty is another.
    """
    if scenario.family not in OUTPUTS or not OUTPUTS[scenario.family].has_labels:
        raise InputError(bad_value("family", scenario.family, "one whose responses are labels: T22 is about these"))
    penalty = method.arguments["penalty"]
    if not isinstance(penalty, Lasso):
        raise InputError(bad_value("penalty", penalty, "lasso: T22 is derived for it"))
    if method.arguments.get("attack") == "none" and method.lam > 0.0:
        return 0.0
    return existence_threshold(
        math.sqrt(scenario.p) * method.lam, *prior_of_scenario(scenario), intercept=scenario.intercept
    )


@law("existence")
def existence_law(source: Any, method: Any) -> Predicted:
    """Step of T22: the share of data sets without a minimiser, and the median of the level from which on there is one.

    Raises
    ------
    InputError
        The covariates are no independent standard normals.
    """
    if not isinstance(source, Scenario) or source.family not in OUTPUTS or not OUTPUTS[source.family].has_labels:
        return {}
    ratio, prior = source.n / source.p, prior_of_scenario(source)
    predicted: Predicted = {}
    if "critical_level" in method.estimates:
        level = existence_level(ratio, *prior, source.intercept)
        predicted["critical_level", "median"] = level / math.sqrt(source.p)
    if "no_minimiser" in method.estimates and isinstance(method.arguments["penalty"], Lasso):
        absent = ratio < existence_ratio_of(source, method)
        predicted["no_minimiser", "mean"] = float(absent)
        predicted["no_minimiser", "nonzero_share"] = float(absent)
    return predicted


@law("interpolation")
def interpolation_law(source: Any, method: Any) -> Predicted:
    """T23: fits below the level interpolate, those above do not; its median by n Q(c) = log 2, which is a conjecture.

    Raises
    ------
    InputError
        The covariates are no independent standard normals.
    """
    if not isinstance(source, Scenario) or "interpolation_level" not in method.estimates:
        return {}
    return {
        ("interpolates_below", "nonzero_share"): 1.0,
        ("interpolates_above", "nonzero_share"): 0.0,
        ("interpolation_level", "median"): interpolation_level(source) / math.sqrt(source.p),
    }
