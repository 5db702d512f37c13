"""Existence of a minimiser is a phase transition: the ratio n/p above which binomial FGSM-lasso has one (T22)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from simstudy.errors import ConfigError, bad_value
from simstudy.families.outputs.nodes import normal_nodes
from simstudy.theory.proportional.model import Model
from simstudy.theory.proportional.prior import ROOT, Prior, prior_of

FloatArray = NDArray[np.float64]

# Grid from which the maximisation over (b, tau) starts, in units of one.
SIGNALS = (0.0, 0.1, 0.3, 0.6, 1.2, 2.5)
THRESHOLDS = (0.0, 0.3, 0.7, 1.2, 1.8, 2.5)
# Step of the sums over S: the squared hinge is smoothed over r, which is of the order of A or larger.
FINENESS = 4


@dataclass(frozen=True)
class Margins:
    """Law of the signed true margin S without the intercept's shift: nodes yt z, labels yt and weights (N,)."""

    s: FloatArray
    yt: FloatArray
    weights: FloatArray


def existence_threshold(
    level: float,
    prior_values: Sequence[float] | str,
    prior_weights: Sequence[float] | float,
    intercept: float | None = None,
) -> float:
    """Ratio n/p above which binomial FGSM-lasso has a minimiser, with probability tending to one (T22).

    Parameters
    ----------
    level : float
        c of T19, lam = c / sqrt(p); >= 0. Zero is the MLE (Candes & Sur 2020).
    prior_values, prior_weights
        Law of sqrt(p) beta0_j as in `proportional`.
    intercept : float, optional
        True intercept, fitted too; None is a model without one.

    Returns
    -------
    float
        alphastar; the sums err by less than 1e-8 and the maximum is found to 1e-8.

    Raises
    ------
    ConfigError
        A value that is not allowed; the message names the field.
    """
    if not (np.isfinite(level) and level >= 0.0):
        raise ConfigError(bad_value("level", level, "a finite number >= 0"))
    if intercept is not None and not np.isfinite(intercept):
        raise ConfigError(bad_value("intercept", intercept, "None or a finite number"))
    prior = prior_of(prior_values, prior_weights)
    return _largest_ratio(float(level), prior, _margins(prior.rho, intercept or 0.0), intercept is not None)


def existence_ratio(model: Model) -> float:
    """Ratio n/p that a model needs: T22 for labels where a ray may win, else that of an unpenalised gaussian fit."""
    if not model.output.has_labels:
        return 1.0 if model.is_free else 0.0
    if model.quadratic > 0.0 or not (model.inside or model.is_free):
        return 0.0
    margins = _margins(model.prior.rho, model.truth.b0)
    return _largest_ratio(model.absolute, model.prior, margins, model.has_intercept)


def _margins(rho: float, b0: float) -> Margins:
    root = math.sqrt(rho)
    z, weights = normal_nodes(max(root, 1.0), FINENESS)
    positive = expit(root * z + b0)
    yt = np.repeat([1.0, -1.0], z.size)
    return Margins(yt * np.tile(z, 2), yt, np.concatenate([weights * positive, weights * (1 - positive)]))


def _hinges(x: FloatArray, r: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """E (x - r Z)_+^2 and its two derivatives in x, Z ~ N(0, 1)."""
    u = x / r
    p = ndtr(u)
    density = np.exp(-u * u / 2) / ROOT
    first = x * p + r * density
    return x * first + r * r * p, 2 * first, 2 * p


def _cost(margins: Margins, reach: float, A: float, r: float, has_intercept: bool) -> float:
    """Minimum over t of E (reach - yt t - A S - r Z)_+^2, t = 0 without an intercept; convex in t."""
    x = reach - A * margins.s
    if not has_intercept:
        return float(margins.weights @ _hinges(x, r)[0])
    t, low, high = 0.0, -np.inf, np.inf
    for _ in range(100):
        value, first, second = _hinges(x - margins.yt * t, r)
        slope, curvature = -float(margins.weights * margins.yt @ first), float(margins.weights @ second)
        low, high = (t, high) if slope < 0.0 else (low, t)
        step = -slope / max(curvature, 1e-300)
        inside = low < t + step < high
        moved = t + step if inside or not np.isfinite(low + high) else (low + high) / 2
        if abs(moved - t) <= 1e-10 * (abs(t) + r):
            break
        t = moved
    return float(margins.weights @ value)


def _ratio_along(b: float, tau: float, level: float, prior: Prior, margins: Margins, has_intercept: bool) -> float:
    """K^2 / E (c M - A S - r Z)_+^2 for the direction w = S(h + b w0, tau)."""
    w = prior.moments(b, 1.0, tau)
    A = w.with_truth / math.sqrt(prior.rho) if prior.rho > 0.0 else 0.0
    r = math.sqrt(max(w.square - A * A, 1e-300))
    # E h w = P(w != 0) by Stein's lemma; scaled, so that directions with a high threshold keep their digits.
    size = math.sqrt(w.square)
    return (w.active / size) ** 2 / _cost(margins, level * w.absolute / size, A / size, r / size, has_intercept)


def _largest_ratio(level: float, prior: Prior, margins: Margins, has_intercept: bool) -> float:
    def lost(x: FloatArray) -> float:
        return -_ratio_along(abs(x[0]), abs(x[1]), level, prior, margins, has_intercept)

    unit = 1.0 / math.sqrt(prior.rho) if prior.rho > 0.0 else 1.0
    signals = [unit * b for b in SIGNALS] if prior.rho > 0.0 else [0.0]
    start = min(([b, tau] for b in signals for tau in THRESHOLDS), key=lambda x: lost(np.array(x)))
    simplex = np.array([start, [start[0] + 0.2 * unit, start[1]], [start[0], start[1] + 0.2]])
    found = scipy.optimize.minimize(
        lost,
        np.array(start),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-6, "fatol": 1e-11, "maxiter": 400},
    )
    return -float(found.fun)
