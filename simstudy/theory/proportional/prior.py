"""Input side of the state evolution (T20): soft thresholding of a coefficient seen through normal noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from simstudy.errors import ConfigError, bad_value, unknown_name

FloatArray = NDArray[np.float64]

ROOT = math.sqrt(2.0 * math.pi)
# Rounding that the sum of a prior's weights may show.
WEIGHT_SUM = 1e-9


@dataclass(frozen=True)
class Moments:
    """Moments of w = S(h, mu), h = mh w0 + sqrt(qh) xi: E w0 w, E w^2, E|w| and P(w != 0)."""

    with_truth: float
    square: float
    absolute: float
    active: float


class Prior(Protocol):
    """Law of w0 = sqrt(p) beta0_j (T19)."""

    @property
    def rho(self) -> float:
        """E w0^2, the variance of x'beta0."""

    @property
    def null_share(self) -> float:
        """P(w0 = 0)."""

    def moments(self, mh: float, qh: float, mu: float) -> Moments:
        """Closed forms of truncated normals."""

    def p_zero(self, mh: float, qh: float, mu: float) -> FloatArray:
        """P(w = 0) given each atom; one marginal probability for a normal prior."""


@dataclass(frozen=True)
class Atoms:
    """w0 takes `values` with `weights`."""

    values: tuple[float, ...]
    weights: tuple[float, ...]

    @cached_property
    def _arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        values, weights = np.array(self.values), np.array(self.weights)
        return values, weights, weights * values

    @cached_property
    def rho(self) -> float:
        """E w0^2."""
        return math.fsum(w * v * v for v, w in zip(self.values, self.weights, strict=True))

    @cached_property
    def null_share(self) -> float:
        """Weight of zero."""
        return math.fsum(w for v, w in zip(self.values, self.weights, strict=True) if v == 0.0)

    def moments(self, mh: float, qh: float, mu: float) -> Moments:
        """As `Prior.moments`."""
        values, weights, tilted = self._arrays
        s = math.sqrt(qh)
        up, down = (mh * values - mu) / s, (-mh * values - mu) / s
        (one_up, two_up, p_up), (one_down, two_down, p_down) = _tails(up), _tails(down)
        return Moments(
            with_truth=s * float(tilted @ (one_up - one_down)),
            square=qh * float(weights @ (two_up + two_down)),
            absolute=s * float(weights @ (one_up + one_down)),
            active=float(weights @ (p_up + p_down)),
        )

    def p_zero(self, mh: float, qh: float, mu: float) -> FloatArray:
        """As `Prior.p_zero`."""
        return zero_probability(mh * self._arrays[0], qh, mu)


@dataclass(frozen=True)
class NormalPrior:
    """w0 ~ N(0, rho)."""

    rho: float
    null_share: float = 0.0

    def moments(self, mh: float, qh: float, mu: float) -> Moments:
        """As `Prior.moments`: h is normal, and E w0 w = mh rho E w'(h) by Stein's lemma."""
        s = math.sqrt(mh * mh * self.rho + qh)
        one, two, p = (float(each) for each in _tails(-mu / s))
        return Moments(mh * self.rho * 2 * p, 2 * s * s * two, 2 * s * one, 2 * p)

    def p_zero(self, mh: float, qh: float, mu: float) -> FloatArray:
        """As `Prior.p_zero`."""
        return zero_probability(np.zeros(1), mh * mh * self.rho + qh, mu)


def zero_probability(center: FloatArray, variance: float, mu: float) -> FloatArray:
    """P(|h| <= mu), h ~ N(center, variance); zero without a threshold."""
    s = math.sqrt(variance)
    return np.asarray(ndtr((mu - center) / s) - ndtr((-mu - center) / s))


def _tails(u: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """E (u + xi)_+, E (u + xi)_+^2 and P(u + xi > 0), xi ~ N(0, 1)."""
    u = np.asarray(u, dtype=float)
    p = ndtr(u)
    density = np.exp(-u * u / 2) / ROOT
    return u * p + density, (u * u + 1) * p + u * density, p


def prior_of(prior_values: Sequence[float] | str, prior_weights: Sequence[float] | float) -> Prior:
    """Prior from the two arguments that name it.

    Raises
    ------
    ConfigError
        Lengths differ, a weight is negative, the weights do not sum to one, a value is not finite, the prior is
        unknown, or a normal variance is negative.
    """
    if isinstance(prior_values, str):
        if prior_values != "normal":
            raise ConfigError(unknown_name("prior_values", prior_values, ["normal"]) + ", or numbers")
        variance = np.asarray(prior_weights, dtype=float)
        if variance.ndim != 0 or not (np.isfinite(variance) and variance >= 0.0):
            raise ConfigError(bad_value("prior_weights", prior_weights, "a variance >= 0 where prior_values='normal'"))
        return NormalPrior(float(variance))
    values, weights = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (prior_values, prior_weights))
    if values.ndim != 1 or weights.shape != values.shape or not values.size:
        allowed = f"one weight for each of the {values.size} prior_values"
        raise ConfigError(bad_value("prior_weights", f"{weights.size} numbers", allowed))
    if not np.isfinite(values).all():
        raise ConfigError(bad_value("prior_values", values.tolist(), "finite numbers"))
    if not ((weights >= 0.0).all() and abs(weights.sum() - 1.0) <= WEIGHT_SUM):
        raise ConfigError(
            bad_value("prior_weights", weights.tolist(), f"numbers >= 0 with sum 1, not {weights.sum():g}")
        )
    return Atoms(tuple(values.tolist()), tuple(weights.tolist()))
