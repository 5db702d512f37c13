"""The population objective E[Q] given x: expectations over y in closed form, one term for each x."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.families import FAMILIES
from simstudy.families.population import Population
from simstudy.sources.glm import Scenario

FloatArray = NDArray[np.float64]


def unattacked(scenario: Scenario, eta0: FloatArray, eta: FloatArray) -> Population:
    """Penalised likelihood (T4): the loss does not see P, whose own gradient is one.

    Slope and curvature of an exponential family's loss are linear in y, so that their means are those at its mean.
    """
    law = FAMILIES[scenario.family]
    zero, mu0 = np.zeros_like(eta), law.mean(eta0)
    return Population(law.slope(mu0, eta), zero + 1.0, law.curvature(mu0, eta), zero, zero)


def attacked(scenario: Scenario, eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    """Generalised FGSM (T3) at the linear predictors `eta`, the truth being `eta0`."""
    law = FAMILIES[scenario.family]
    if law.additive_errors:
        return _additive(scenario, eta0, eta, P)
    return law.population(eta0, eta, P, scenario.sigma)


def _additive(scenario: Scenario, eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    """The residual is sigma e + d, d = eta0 - eta, for errors of any law with mean zero."""
    sigma, errors = scenario.sigma, scenario.errors
    d = eta0 - eta
    density = errors.density(-d / sigma) / sigma
    sign = errors.mean_sign(-d / sigma)
    absolute = sigma * errors.mean_abs(-d / sigma)
    return Population(-(d + P * sign), absolute + P, 1 + 2 * P * density, -sign, np.ones_like(eta))
