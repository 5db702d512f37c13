"""Predicted biases without a limit law: pseudo-true parameters (T17) and the oracle case (T8)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, InputError, bad_value
from simstudy.estimators.capabilities import Law
from simstudy.estimators.registry import estimator_named, law_of
from simstudy.penalties import Penalty
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import Constants, check_law, error_of_shift
from simstudy.theory.pseudo_true import DRAWS, pseudo_true

FloatArray = NDArray[np.float64]

#: A method as the theory sees it: estimator and penalty, its lam resolved at the scenario's n.
Target = tuple[str, Penalty | None]


def parameter_names(scenario: Scenario) -> list[str]:
    """Names of the q coefficients: the intercept first where there is one."""
    return ["intercept"] * scenario.has_intercept + [f"beta_{j + 1}" for j in range(scenario.p)]


def pseudo_true_shift(scenario: Scenario, method: Target, reference: Target | None) -> tuple[FloatArray, FloatArray]:
    """Pseudo-true parameter minus the reference's, or minus the truth (T17); that of mle and oracle is the truth.

    Returns
    -------
    shift, se : (q,) float arrays
        Intercept first where there is one; methods share the seeded covariates, so `se` is that of the difference.
    """
    beta, influence = _limit(scenario, method)
    other, other_influence = _limit(scenario, reference)
    spread = np.broadcast_to(influence - other_influence, (DRAWS, scenario.q)).std(axis=0)
    return beta - other, spread / np.sqrt(DRAWS)


def _limit(scenario: Scenario, target: Target | None) -> tuple[FloatArray, FloatArray]:
    estimator, penalty = target or (None, None)
    if estimator is None or law_of(estimator) in {Law.LIKELIHOOD, Law.ORACLE}:
        return scenario.beta_with_intercept, np.zeros((1, scenario.q))
    if penalty is None:
        raise InputError(bad_value("penalty", penalty, f"a penalty for {estimator}"))
    found = pseudo_true(scenario, estimator, penalty)
    return found.beta, found.influence


def is_oracle_case(method: Target, reference: Target | None) -> bool:
    """Whether T8 applies: a bounded penalty inside the likelihood against the oracle MLE."""
    has_bounded = estimator_named(method[0]).law == Law.FGSM and method[1] is not None and method[1].bounded
    return has_bounded and reference is not None and estimator_named(reference[0]).law == Law.ORACLE


def oracle_shift(
    scenario: Scenario, method: Target, reference: Target | None, values: Constants
) -> tuple[FloatArray, FloatArray]:
    """Leading term P I_AA^-1 V_A of FGSM with a bounded penalty minus the oracle MLE (T8), as `pseudo_true_shift`.

    Raises
    ------
    ConfigError
        The methods are not such a pair, or the scenario has no such law (`constants.check_law`).
    """
    penalty = method[1]
    if penalty is None or not is_oracle_case(method, reference):
        allowed = "used for fgsm with a bounded penalty (scad, mcp) against the oracle"
        raise ConfigError(bad_value("law", "T8", allowed))
    check_law(scenario)
    active = np.concatenate([np.ones(scenario.q - scenario.p, dtype=bool), scenario.support])
    P = float(penalty.value(np.abs(np.asarray(scenario.beta))).sum())
    leading = np.zeros(scenario.q)
    leading[active] = P * np.linalg.solve(values.information[np.ix_(active, active)], values.V[active])
    return leading, error_of_shift(scenario, values, active, -P * values.V, 0.0, P)
