"""The population objective E[Q] given x: expectations over y in closed form, one term for each x."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincc, gammaln

from simstudy.families import FAMILIES
from simstudy.sources.glm import Scenario

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Derivatives of E[f(y, eta - s P) given x] for each x: in eta, in P, and the second ones (each (N,))."""

    d_eta: FloatArray
    penalty_slope: FloatArray
    w: FloatArray
    v: FloatArray
    penalty_curvature: FloatArray


def unattacked(scenario: Scenario, eta0: FloatArray, eta: FloatArray) -> Population:
    """Penalised likelihood (T4): the loss does not see P, whose own gradient is one."""
    law = FAMILIES[scenario.family]
    zero = np.zeros_like(eta)
    return Population(law.mean(eta) - law.mean(eta0), zero + 1.0, law.variance(eta), zero, zero)


def _binomial(eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    mu0 = expit(eta0)
    one, zero = mu0 * expit(P - eta), (1 - mu0) * expit(P + eta)
    w_one, w_zero = one * expit(eta - P), zero * expit(-eta - P)
    return Population(zero - one, one + zero, w_one + w_zero, w_zero - w_one, w_one + w_zero)


def _gaussian(scenario: Scenario, eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    """The residual is sigma e + d, d = eta0 - eta, for errors with mean zero."""
    sigma, errors = scenario.sigma, scenario.errors
    d = eta0 - eta
    density = errors.density(-d / sigma) / sigma
    sign = errors.mean_sign(-d / sigma)
    absolute = sigma * errors.mean_abs(-d / sigma)
    return Population(-(d + P * sign), absolute + P, 1 + 2 * P * density, -sign, np.ones_like(eta))


def _poisson(eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    mu0, mu = np.exp(eta0), np.exp(eta)
    k = np.floor(mu)
    above = 1 - gammaincc(k + 1, mu0)
    equal = np.where(k == mu, gammaincc(k + 1, mu0) - np.where(k > 0, gammaincc(np.maximum(k, 1), mu0), 0.0), 0.0)
    sign = 2 * above + equal - 1
    # E[y 1(y > k)] = mu0 P(y >= k), so that E[y sign(y - mu)] needs no sum.
    at_least = np.where(k > 0, 1 - gammaincc(np.maximum(k, 1), mu0), 1.0)
    signed_y = mu0 * (2 * at_least - 1) + equal * k
    ch, sh = np.cosh(P), np.sinh(P)
    w = mu * (ch - sign * sh)
    slope = mu * (sh - sign * ch) + signed_y
    # E[sign] falls by 2 P(y = k) where mu passes an integer k; spread evenly between the integers this is its slope.
    density = np.exp(mu * eta0 - mu0 - gammaln(mu + 1))
    jump = 2 * mu**2 * sh * density
    return Population(w - mu0, slope, w + jump, mu * (sh - sign * ch), w)


def attacked(scenario: Scenario, eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    """Generalised FGSM (T3) at the linear predictors `eta`, the truth being `eta0`."""
    if scenario.family == "binomial":
        return _binomial(eta0, eta, P)
    if scenario.family == "gaussian":
        return _gaussian(scenario, eta0, eta, P)
    return _poisson(eta0, eta, P)
