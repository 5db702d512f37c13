r"""Prevalence of a logistic model as a function of its intercept, and the intercept for a wanted prevalence.

A logistic response is the event that a standard logistic variable L does not exceed eta, so with L independent of x

    P(Y = 1) = P(D <= c),    D = L - (x'beta - E x'beta),    c = intercept + E x'beta.

D has the characteristic function psi(t) = pi t / sinh(pi t) * conj(phi(t)), phi that of x'beta - E x'beta. It decays
like exp(-pi t) for any law of the covariates, and the inversion formula on an equidistant grid,

    P(D <= c) = 1/2 - sum_{k>=0} Im[exp(-i t_k c) psi(t_k)] / (pi (k + 1/2)),    t_k = (k + 1/2) h,

errs by at most the probability that D lies outside a window of length 2 pi / h around c, plus the truncated tail of the
sum (Davies 1973, Biometrika 60; Abate & Whitt 1992, Queueing Systems 10). So there is nothing to simulate.
"""

from __future__ import annotations

import functools
import math

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.designs import Design

Array = NDArray[np.float64]

# psi is below 3e-15 from here on.
LARGEST_T = 12.0

# The window's length, of which the second part serves Student t tails with few degrees of freedom.
WINDOW = 200.0
WINDOW_PER_SD = 1000.0

# Beyond this the grid gets large, and every response is a coin toss or certain.
LARGEST_SD = 1000.0


def prevalence(intercept: float, design: Design, beta: tuple[float, ...]) -> float:
    """P(Y = 1) in a logistic model.

    Parameters
    ----------
    intercept : float
        Intercept; 0 for a model without one.
    design : Design
        Covariate law.
    beta : tuple of float
        Coefficients, the intercept not included.

    Returns
    -------
    float
        Absolute error below 1e-9; below 1e-7 for Student t covariates with fewer than three degrees of freedom.

    Raises
    ------
    ConfigError
        x'beta has a standard deviation above 1000, or its law is not known in closed form.
    """
    t, weights = _grid(design, beta)
    return _probability_below(intercept + design.predictor_mean(beta), t, weights)


@functools.lru_cache(maxsize=256)
def intercept_for(target: float, design: Design, beta: tuple[float, ...]) -> float:
    """Intercept of the logistic model whose prevalence is `target`.

    Parameters
    ----------
    target : float
        Prevalence, strictly between 0 and 1.
    design : Design
        Covariate law.
    beta : tuple of float
        Coefficients, the intercept not included.

    Returns
    -------
    float
        The prevalence at it differs from `target` by less than the error of `prevalence`.

    Raises
    ------
    ConfigError
        x'beta has a standard deviation above 1000, its law is not known in closed form, or `target` is too close to 0
        or 1 to be resolved.
    """
    t, weights = _grid(design, beta)
    rarer = min(target, 1.0 - target)
    if rarer < 1e-8:
        raise ConfigError(bad_value("prevalence", target, "at least 1e-8 away from 0 and 1"))
    # At this distance the rarer label has a logistic chance of rarer/2 at most wherever |x'beta - E x'beta| is within
    # sd sqrt(2 / rarer), and by Chebyshev's inequality it is beyond that with a probability of rarer/2 at most.
    distance = math.log(2.0 / rarer) + math.sqrt(2.0 / rarer) * _predictor_sd(design, beta)
    centre = scipy.optimize.brentq(
        lambda c: _probability_below(c, t, weights) - target, -distance, distance, xtol=1e-13
    )
    return float(centre) - design.predictor_mean(beta)


def _predictor_sd(design: Design, beta: tuple[float, ...]) -> float:
    return math.sqrt(design.predictor_variance(np.array(beta)))


@functools.lru_cache(maxsize=8)
def _grid(design: Design, beta: tuple[float, ...]) -> tuple[Array, NDArray[np.complex128]]:
    """Grid t_k of the inversion formula and its terms at c = 0."""
    obstacle = design.predictor_obstacle(np.array(beta))
    if obstacle is not None:
        raise ConfigError(
            bad_value("prevalence", "asked for", f"left out: {obstacle}, so that it is not in closed form")
        )
    sd = _predictor_sd(design, beta)
    if not sd <= LARGEST_SD:
        raise ConfigError(bad_value("beta", f"a standard deviation of x'beta of {sd:.4g}", f"at most {LARGEST_SD:g}"))
    h = 2.0 * math.pi / (WINDOW + WINDOW_PER_SD * sd)
    k = np.arange(0.5, LARGEST_T / h)
    t = h * k
    psi = math.pi * t / np.sinh(math.pi * t) * design.predictor_characteristic(t, np.array(beta)).conj()
    return t, psi / (math.pi * k)


def _probability_below(c: float, t: Array, weights: NDArray[np.complex128]) -> float:
    """P(D <= c); c beyond half a window is as good as infinite."""
    half_window = 0.5 * math.pi / t[0]
    c = min(max(c, -half_window), half_window)
    probability = 0.5 - float(np.sum((np.exp(-1j * c * t) * weights).imag))
    return min(max(probability, 0.0), 1.0)
