"""Positive responses with the log link, which is not canonical: the gamma family."""

from __future__ import annotations

from math import exp, log

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import digamma, gammainc, gammaincc, gammaln

from simstudy.families.declare import declare_family
from simstudy.families.population import Population

Array = NDArray[np.float64]


@declare_family("gamma")
class Gamma:
    """Variance phi mu^2 with phi = sigma^2, mu = e^eta; loss y e^-eta + eta.

    A response is mu G, G gamma with shape k = 1 / phi and mean one, so that every moment of theory is one of G; its
    score is (1 - G) x and the curvature of its loss G.
    """

    support = "a positive number"
    has_scale = True
    kinked = True

    def loss(self, y: float, eta: float) -> float:
        return y * exp(-eta) + eta

    def slope(self, y: float, eta: float) -> float:
        return 1.0 - y * exp(-eta)

    def curvature(self, y: float, eta: float) -> float:
        return y * exp(-eta)

    def mean(self, eta: float) -> float:
        return exp(eta)

    def link(self, mu: float) -> float:
        return log(mu)

    def recession(self, y: float) -> float:
        return 0.0

    def in_support(self, y: float) -> float:
        return 0.0 < y < np.inf

    def variance(self, eta: float) -> float:
        return exp(2.0 * eta)

    def third_derivative(self, eta: float) -> float:
        return 2.0 * exp(2.0 * eta)

    def information(self, eta: float) -> float:
        return 1.0

    def saturated_loss(self, y: float) -> float:
        return 1.0 + log(y)

    def profiled_deviance(self, deviance: float, n: float) -> float:
        """-2 n (k log k - k - log Gamma(k)) + k D at the k = 1 / phi that solves log k - digamma(k) = D / (2 n)."""
        half = 0.5 * deviance / n
        # The left side lies between 1 / (2 k) and 1 / k.
        low, high = 0.5 / half, 1.0 / half
        k = float(
            scipy.optimize.brentq(
                lambda k: np.log(k) - digamma(k) - half, 0.99 * low, 1.01 * high, xtol=1e-300, rtol=1e-14
            )
        )
        return float(-2.0 * n * (k * np.log(k) - k - gammaln(k)) + k * deviance)

    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        """Draw mu G; a draw that underflows is the smallest normal number."""
        draws = rng.gamma(1.0 / sigma**2, sigma**2, np.shape(eta)) * np.exp(eta)
        return np.maximum(draws, np.finfo(float).tiny)

    def mean_abs_error(self, eta: Array, sigma: float = 1.0) -> Array:
        """E|G - 1| = 2 k^(k - 1) e^-k / Gamma(k)."""
        k = 1.0 / sigma**2
        return np.full_like(eta, 2.0 * np.exp((k - 1.0) * np.log(k) - k - gammaln(k)))

    def mean_sign(self, eta: Array, sigma: float = 1.0) -> Array:
        """P(G > 1) - P(G < 1)."""
        k = 1.0 / sigma**2
        return np.full_like(eta, gammaincc(k, k) - gammainc(k, k))

    def signed_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        """E[sign(G - 1) G], by E[G; G > 1] = P(G' > 1) with one more in the shape of G'."""
        k = 1.0 / sigma**2
        return np.full_like(eta, gammaincc(k + 1.0, k) - gammainc(k + 1.0, k))

    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        """Density of G at one, over mu."""
        return self.kink_curvature(eta, sigma) * np.exp(-eta)

    def kink_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        """Density of G at one: dmu/deta takes the mu of y's density away, and the curvature is one there."""
        k = 1.0 / sigma**2
        return np.full_like(eta, np.exp(k * np.log(k) - k - gammaln(k)))

    def population(self, eta0: Array, eta: Array, P: float, sigma: float = 1.0) -> Population:
        """With c = mu / mu0, the sign is that of G - c, and E[G; G > c] is a probability as above."""
        k, c = 1.0 / sigma**2, np.exp(eta - eta0)
        above, mass_above = gammaincc(k, k * c), gammaincc(k + 1.0, k * c)
        up, down = np.exp(P) * mass_above / c, np.exp(-P) * (1.0 - mass_above) / c
        density = np.exp(k * np.log(k) + (k - 1.0) * np.log(c) - k * c - gammaln(k))
        w = up + down
        return Population(1.0 - w, up - down + 1.0 - 2.0 * above, w + 2.0 * np.sinh(P) * c * density, down - up, w)
