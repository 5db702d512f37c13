"""Labels 0 and 1 with the logit link: the binomial family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from typing_extensions import override

from simstudy.families.canonical import ArrayFunctions, Canonical
from simstudy.families.family import Array, register
from simstudy.families.population import Population

# Products of this many factors in [1, 2] stay far from overflow and cost one logarithm.
LOG_BATCH = 64


def _plain(_, y, eta, d_eta, w):
    n = y.size
    loss = 0.0
    product = 1.0
    for i in range(n):
        e = np.exp(-abs(eta[i]))
        product *= 1.0 + e
        if i % LOG_BATCH == LOG_BATCH - 1:
            loss += np.log(product)
            product = 1.0
        mu = 1.0 / (1.0 + e) if eta[i] >= 0.0 else e / (1.0 + e)
        loss += max(eta[i], 0.0) - y[i] * eta[i]
        d_eta[i] = mu - y[i]
        w[i] = e / ((1.0 + e) * (1.0 + e))
    loss += np.log(product)
    return loss / n


def _smoothed(_, y, eta, P, delta, sigma, d_eta, w, v):
    n = y.size
    loss = 0.0
    product = 1.0
    total = 0.0
    curvature = 0.0
    for i in range(n):
        sign = 1.0 if y[i] > 0.5 else -1.0
        z = P - sign * eta[i]
        e = np.exp(-abs(z))
        product *= 1.0 + e
        if i % LOG_BATCH == LOG_BATCH - 1:
            loss += np.log(product)
            product = 1.0
        activation = 1.0 / (1.0 + e) if z >= 0.0 else e / (1.0 + e)
        loss += max(z, 0.0)
        total += activation
        sigma[i] = sign
        d_eta[i] = -sign * activation
        w[i] = e / ((1.0 + e) * (1.0 + e))
        v[i] = -sign * w[i]
        curvature += w[i]
    loss += np.log(product)
    return loss / n, total / n, curvature / n


def _link(_, mu):
    return np.log(mu / (1.0 - mu))


def _recession(_, y):
    return 1.0 if y > 0.5 else -1.0


@register("binomial")
@dataclass(frozen=True)
class Binomial(Canonical):
    """Labels 0 and 1 with the logit link: b(eta) = log(1 + e^eta), phi = 1."""

    support: ClassVar[str] = "0 or 1"
    kinked: ClassVar[bool] = False
    logistic: ClassVar[bool] = True
    largest_variance: ClassVar[float] = 0.25
    arrays: ClassVar[ArrayFunctions] = ArrayFunctions(_plain, _link, _recession, _smoothed)

    @override
    def loss(self, y: Array, eta: Array) -> Array:
        # log(1 + e^eta) = max(eta, 0) + log(1 + e^-|eta|); taking y eta off the maximum first keeps the small losses.
        hinge = np.where(eta > 0.0, (1.0 - y) * eta, -y * eta)
        loss: Array = hinge + np.log1p(np.exp(-np.abs(eta)))
        return loss

    @override
    def mean(self, eta: Array) -> Array:
        mu: Array = expit(eta)
        return mu

    @override
    def variance(self, eta: Array) -> Array:
        product: Array = expit(eta) * expit(-eta)
        return product

    @override
    def third_derivative(self, eta: Array) -> Array:
        return -self.variance(eta) * np.tanh(0.5 * eta)

    @override
    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        return (rng.random(eta.shape) < self.mean(eta)).astype(np.float64)

    @override
    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        return 2.0 * self.variance(eta)

    @override
    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        # 2 mu - 1, without its cancellation at eta = 0.
        return np.tanh(0.5 * eta)

    @override
    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        return np.zeros_like(eta)

    @override
    def saturated_loss(self, y: Array) -> Array:
        return np.zeros_like(y)

    @override
    def in_support(self, y: Array) -> NDArray[np.bool_]:
        label: NDArray[np.bool_] = (y == 0.0) | (y == 1.0)
        return label

    @override
    def population(self, eta0: Array, eta: Array, P: float, sigma: float = 1.0) -> Population:
        mu0 = expit(eta0)
        one, zero = mu0 * expit(P - eta), (1 - mu0) * expit(P + eta)
        w_one, w_zero = one * expit(eta - P), zero * expit(-eta - P)
        return Population(zero - one, one + zero, w_one + w_zero, w_zero - w_one, w_one + w_zero)
