"""Normal errors: the gaussian family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from typing_extensions import override

from simstudy.families.canonical import ArrayFunctions, Canonical
from simstudy.families.family import Array, register
from simstudy.families.population import Population


def _plain(_, y, eta, d_eta, w):
    loss = 0.0
    for i in range(y.size):
        r = y[i] - eta[i]
        loss += 0.5 * r * r
        d_eta[i] = -r
        w[i] = 1.0
    return loss / y.size


def _smoothed(_, y, eta, P, delta, sigma, d_eta, w, v):
    n = y.size
    loss = 0.0
    total = 0.0
    for i in range(n):
        r = y[i] - eta[i]
        if abs(r) < delta:
            s = r / delta
            size = 0.5 * r * s + 0.5 * delta
            w[i] = 1.0 + P / delta
        else:
            s = 1.0 if r > 0.0 else -1.0
            size = abs(r)
            w[i] = 1.0
        sigma[i] = s
        loss += 0.5 * r * r + P * size
        total += size
        d_eta[i] = -(r + P * s)
        v[i] = -s
    return loss / n + 0.5 * P * P, total / n + P, 1.0


def _sided(_, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    n = y.size
    loss = 0.0
    total = 0.0
    for i in range(n):
        r = y[i] - eta[i]
        loss += 0.5 * r * r + P * sigma[i] * r
        total += sigma[i] * r
        d_eta[i] = -(r + P * sigma[i])
        w[i] = 1.0
        v[i] = -sigma[i]
        kappa[i] = r
    return loss / n + 0.5 * P * P, total / n + P, 1.0


def _kink(_, worst, y, eta, P, kappa):
    return -1.0, 0.0, -P, kappa


def _link(_, mu):
    return mu


def _recession(_, y):
    return 0.0


@register("gaussian")
@dataclass(frozen=True)
class Gaussian(Canonical):
    """Normal errors with standard deviation sigma: b(eta) = eta^2 / 2, phi = sigma^2."""

    support: ClassVar[str] = "a finite number"
    has_scale: ClassVar[bool] = True
    additive_errors: ClassVar[bool] = True
    kinked: ClassVar[bool] = True
    quadratic: ClassVar[bool] = True
    arrays: ClassVar[ArrayFunctions] = ArrayFunctions(_plain, _link, _recession, _smoothed, _sided, _kink)

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        return eta * (0.5 * eta - y)

    @override
    def mean(self, eta: Array) -> Array:
        return eta

    @override
    def variance(self, eta: Array) -> Array:
        return np.ones_like(eta)

    @override
    def third_derivative(self, eta: Array) -> Array:
        return np.zeros_like(eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        return eta + sigma * rng.standard_normal(eta.shape)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.full_like(eta, sigma * np.sqrt(2.0 / np.pi))

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.zeros_like(eta)

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.full_like(eta, 1.0 / (sigma * np.sqrt(2.0 * np.pi)))

    @override
    def saturated_loss(self, y: Array) -> Array:
        return -0.5 * y**2

    @override
    def profiled_deviance(self, deviance: float, n: float) -> float:
        return float(n * np.log(deviance / n))

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        return np.isfinite(y)

    @override
    def population(self, eta0: Array, eta: Array, P: float, sigma: float = 1.0) -> Population:
        d = eta0 - eta
        density = np.exp(-((d / sigma) ** 2) / 2.0) / np.sqrt(2.0 * np.pi) / sigma
        sign = 2 * ndtr(d / sigma) - 1
        absolute = 2 * sigma**2 * density + d * sign
        return Population(-(d + P * sign), absolute + P, 1 + 2 * P * density, -sign, np.ones_like(eta))
