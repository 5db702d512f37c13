"""Counts with the log link: the Poisson family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, gammaln, xlogy
from typing_extensions import override

from simstudy.errors import InputError, bad_value
from simstudy.families.canonical import ArrayFunctions, Canonical
from simstudy.families.family import Array, register
from simstudy.families.population import Population
from simstudy.kernels.hyperbolic import sinhc

# From this count on, Stirling's series gives log k! to full precision and avoids the cancellation of gammaln.
STIRLING_FROM = 16.0

# numpy's Poisson generator needs means below the largest 64-bit integer, less ten standard deviations.
LARGEST_POISSON_ETA = 43.0
# Largest mean up to which integrands are split at whole means.
MAX_JUMPS = 4000.0


def _plain(_, y, eta, d_eta, w):
    loss = 0.0
    for i in range(y.size):
        mu = np.exp(eta[i])
        loss += mu - y[i] * eta[i]
        d_eta[i] = mu - y[i]
        w[i] = mu
    return loss / y.size


def _smoothed(_, y, eta, P, delta, sigma, d_eta, w, v):
    n = y.size
    ch = np.cosh(P)
    sh = np.sinh(P)
    k, dk = sinhc(P)
    loss = 0.0
    total = 0.0
    curvature = 0.0
    for i in range(n):
        mu = np.exp(eta[i])
        kappa = y[i] - mu * k
        inside = abs(kappa) < delta
        s = kappa / delta if inside else (1.0 if kappa > 0.0 else -1.0)
        sigma[i] = s
        slack = 0.5 * delta * (1.0 - s * s)
        loss += mu * (ch - s * sh) - y[i] * (eta[i] - s * P) + P * slack
        d_eta[i] = mu * (ch - s * sh) - y[i]
        total += mu * (sh - s * ch) + s * y[i] + slack
        w[i] = mu * (ch - s * sh)
        v[i] = mu * (sh - s * ch)
        curvature += w[i]
        if inside:
            w[i] += P / delta * mu * mu * k * k
            v[i] += P / delta * mu * mu * k * dk
            curvature += P / delta * mu * mu * dk * dk
    return loss / n, total / n, curvature / n


def _sided(_, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    n = y.size
    loss = 0.0
    total = 0.0
    ch = np.cosh(P)
    sh = np.sinh(P)
    k = 1.0 + worst * (sinhc(P)[0] - 1.0)
    curvature = 0.0
    for i in range(n):
        mu = np.exp(eta[i])
        s = sigma[i]
        loss += mu * (ch - s * sh) - y[i] * (eta[i] - s * P)
        d_eta[i] = mu * (ch - s * sh) - y[i]
        total += mu * (sh - s * ch) + s * y[i]
        w[i] = mu * (ch - s * sh)
        v[i] = mu * (sh - s * ch)
        curvature += w[i]
        kappa[i] = y[i] - mu * k
    return loss / n, total / n, curvature / n


def _kink(_, worst, y, eta, P, kappa):
    mu = np.exp(eta)
    k, dk = sinhc(P)
    return -mu * (1.0 + worst * (k - 1.0)), -mu * worst * dk, -mu * np.sinh(P), y - mu * np.cosh(P)


def _link(_, mu):
    return np.log(mu)


def _recession(_, y):
    return -1.0 if y == 0.0 else 0.0


@register("poisson")
@dataclass(frozen=True)
class Poisson(Canonical):
    """Counts with the log link: b(eta) = e^eta, phi = 1."""

    support: ClassVar[str] = "a count 0, 1, 2, ..."
    kinked: ClassVar[bool] = True
    needs_exponential_moments: ClassVar[bool] = True
    arrays: ClassVar[ArrayFunctions] = ArrayFunctions(_plain, _link, _recession, _smoothed, _sided, _kink)

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        return np.exp(eta) - y * eta

    @override
    def mean(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def variance(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def third_derivative(self, eta: Array) -> Array:
        return np.exp(eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        largest = float(np.max(eta, initial=-np.inf))
        if not largest <= LARGEST_POISSON_ETA:
            raise InputError(bad_value("eta", largest, f"at most {LARGEST_POISSON_ETA:g} to draw Poisson counts"))
        return rng.poisson(np.exp(eta)).astype(np.float64)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        # E|Y - mu| = 2 mu P(Y = floor(mu)) (de Moivre).
        return 2.0 * np.exp(eta + _log_probability_of_floor(eta))

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        mu = np.exp(eta)
        # P(Y >= k) = gammainc(k, mu); a mean that underflows to zero keeps its limit, -1.
        above: Array = gammainc(np.floor(mu) + 1.0, mu)
        below: Array = gammaincc(np.maximum(np.ceil(mu), 1.0), mu)
        return above - below

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        mu = np.exp(eta)
        few = np.minimum(mu, STIRLING_FROM)
        reciprocal = 1.0 / np.maximum(mu, STIRLING_FROM)
        series = reciprocal * (1 / 12 - reciprocal**2 / 360)
        stirling = 0.5 * np.log(reciprocal / (2.0 * np.pi)) - series
        density: Array = np.exp(np.where(mu < STIRLING_FROM, few * eta - few - gammaln(few + 1.0), stirling))
        return density

    @override
    def saturated_loss(self, y: Array) -> Array:
        return y - xlogy(y, y)

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        count: NDArray[np.bool_] = np.isfinite(y) & (y >= 0.0) & (y == np.floor(y))
        return count

    @override
    def jumps(self, largest: float) -> Array:
        return np.log(np.arange(1.0, np.exp(min(largest, np.log(MAX_JUMPS))) + 1.0))

    @override
    def population(self, eta0: Array, eta: Array, P: float, sigma: float = 1.0) -> Population:
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
        # E[sign] falls by 2 P(y = k) where mu passes an integer k; spread evenly between integers this is its slope.
        density = np.exp(mu * eta0 - mu0 - gammaln(mu + 1))
        jump = 2 * mu**2 * sh * density
        return Population(w - mu0, slope, w + jump, mu * (sh - sign * ch), w)


def _log_probability_of_floor(eta: Array) -> Array:
    """Log of P(Y = floor(mu)) for Y ~ Poisson(mu), mu = e^eta."""
    mu = np.exp(eta)
    k = np.floor(mu)
    few = np.minimum(k, STIRLING_FROM)
    many = np.maximum(k, STIRLING_FROM)
    excess = np.maximum(mu - many, 0.0)
    reciprocal = 1.0 / many
    square = reciprocal * reciprocal
    series = reciprocal * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)))
    stirling = many * np.log1p(excess / many) - excess - series - 0.5 * np.log(2.0 * np.pi * many)
    log_probability: Array = np.where(k < STIRLING_FROM, few * eta - mu - gammaln(few + 1.0), stirling)
    return log_probability
