"""The laws at n/p fixed as a law of the registry: what T20 and T21 predict of a study's measures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import ndtr

from simstudy.errors import InputError, bad_value
from simstudy.penalties import ElasticNet, Penalty
from simstudy.sources.glm import Scenario
from simstudy.theory.proportional.model import penalty_slopes
from simstudy.theory.proportional.solution import CoefficientLaw, ProportionalLaw
from simstudy.theory.proportional.solve import proportional
from simstudy.theory.registry import law


@law("proportional")
def proportional_law(source: Any, method: Any) -> dict[tuple[str, str], Any]:
    """Exact law where p grows like n (T20, T21): error, selection, each coefficient; independent normal covariates.

    Raises
    ------
    InputError
        The covariates are no independent standard normals, or the method has no level before there are data.
    NoSolution
        There is no minimiser at this n/p (T22).
    """
    if not isinstance(source, Scenario):
        return {}
    found = law_of_method(source, method)
    coefficients = [found.coefficient(w0) for w0 in math.sqrt(source.p) * np.array(source.beta)]
    moments = np.array([mean_and_variance(each) for each in coefficients]) / [math.sqrt(source.p), source.p]
    zero = np.array([each.p_zero for each in coefficients])
    support = source.support
    predicted: dict[tuple[str, str], Any] = {
        ("beta", "rmse"): math.sqrt(found.error),
        ("beta", "bias"): moments[:, 0] - np.array(source.beta),
        ("beta", "empirical_se"): np.sqrt(moments[:, 1]),
        ("beta", "zero_probability"): zero,
        ("beta", "false_positives"): float(np.sum(1.0 - zero[~support])),
        ("beta", "false_negatives"): float(np.sum(zero[support])),
        ("beta", "true_positives"): float(np.sum(1.0 - zero[support])),
    }
    if support.any():
        predicted["beta", "true_positive_rate"] = float(np.mean(1.0 - zero[support]))
    if not support.all():
        predicted["beta", "false_positive_rate"] = float(np.mean(1.0 - zero[~support]))
    if source.intercept is not None:
        predicted["intercept", "bias"] = found.intercept - source.intercept
    return predicted


def law_of_method(scenario: Scenario, method: Any) -> ProportionalLaw:
    """Solution of the state evolution for a method in a scenario, whose coefficients are the prior's atoms.

    Raises
    ------
    InputError
        As `proportional_law`.
    """
    prior = prior_of_scenario(scenario)
    if method.rule is not None:
        raise InputError(bad_value("lam", "chosen from the data", "a number or a rate in n: T20 has a level"))
    if method.without_intercept:
        raise InputError(bad_value("intercept", "none", "left out: T20 is about fits with the source's intercept"))
    penalty = method.arguments.get("penalty")
    return proportional(
        scenario.family,
        scenario.n / scenario.p,
        *prior,
        method.estimator,
        None if penalty is None else on_scale_c(penalty, scenario.p),
        sigma=scenario.sigma,
        intercept=scenario.intercept,
    )


def prior_of_scenario(scenario: Scenario) -> tuple[list[float], list[float]]:
    """The coefficients as atoms of w0 and their weights (T19).

    Raises
    ------
    InputError
        The covariates are no independent standard normals.
    """
    design = scenario.design
    is_standard = design.is_normal and not design.fixed and design.mean == 0.0
    if not is_standard or not np.array_equal(design.covariance(scenario.p), np.eye(scenario.p)):
        raise InputError(bad_value("design", design, "independent normal covariates: T20 is derived for x ~ N(0, I)"))
    values, counts = np.unique(math.sqrt(scenario.p) * np.array(scenario.beta), return_counts=True)
    return values.tolist(), (counts / scenario.p).tolist()


def on_scale_c(penalty: Penalty, p: int) -> Penalty:
    """The penalty at its level c of T19: sum_j p(|w_j| / sqrt p) as a mean over the w_j.

    Raises
    ------
    ConfigError
        It is not of the form a t + b t^2 / 2, so that T20 does not hold for it.
    """
    absolute, quadratic = penalty_slopes(penalty)
    total = math.sqrt(p) * absolute + quadratic
    return ElasticNet(total, math.sqrt(p) * absolute / total if total > 0.0 else 1.0)


def mean_and_variance(of: CoefficientLaw) -> tuple[float, float]:
    """Mean and variance of w, a soft-thresholded normal variable over a denominator."""
    first, second = 0.0, 0.0
    for sign in (1.0, -1.0):
        # Each tail is a normal variable above the threshold.
        a = (sign * of.center - of.threshold) / of.spread
        above, density = float(ndtr(a)), math.exp(-0.5 * a * a) / math.sqrt(2.0 * math.pi)
        first += sign * of.spread * (a * above + density)
        second += of.spread**2 * ((a * a + 1.0) * above + a * density)
    mean = first / of.denominator
    return mean, second / of.denominator**2 - mean**2
