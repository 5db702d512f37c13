"""Counts with more variance than Poisson ones, log link, size fixed: the negative binomial family."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log1p

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from simstudy.errors import InputError, bad_value
from simstudy.families.declare import declare_family

Array = NDArray[np.float64]

#: Largest predictor from which counts are drawn, as for Poisson counts.
LARGEST_ETA = 40.0


@declare_family("negative_binomial")
@dataclass(frozen=True)
class NegativeBinomial:
    """Variance mu + mu^2 / size, mu = e^eta; loss (y + size) log(size + e^eta) - y eta.

    Parameters
    ----------
    size : float
        > 0; the Poisson family is its limit as size grows.
    """

    size: float = 1.0
    support = "a count 0, 1, 2, ..."
    kinked = True

    def __post_init__(self) -> None:
        if not 0.0 < self.size < np.inf:
            raise InputError(bad_value("size", self.size, "a finite number > 0"))

    def loss(self, y: float, eta: float) -> float:
        # log(size + e^eta) without overflow.
        top = max(eta, log(self.size))
        return (y + self.size) * (top + log1p(exp(min(eta, log(self.size)) - top))) - y * eta

    def slope(self, y: float, eta: float) -> float:
        share = 1.0 / (1.0 + self.size * exp(-eta))
        return self.size * share - y * (1.0 - share)

    def curvature(self, y: float, eta: float) -> float:
        share = 1.0 / (1.0 + self.size * exp(-eta))
        return (y + self.size) * share * (1.0 - share)

    def mean(self, eta: float) -> float:
        return exp(eta)

    def link(self, mu: float) -> float:
        return log(mu)

    def recession(self, y: float) -> float:
        return -1.0 if y == 0.0 else 0.0

    def in_support(self, y: float) -> float:
        return 0.0 <= y < np.inf and y == np.floor(y)

    def variance(self, eta: float) -> float:
        return exp(eta) * (1.0 + exp(eta) / self.size)

    def third_derivative(self, eta: float) -> float:
        return exp(eta) * (1.0 + 2.0 * exp(eta) / self.size)

    def information(self, eta: float) -> float:
        return self.size / (1.0 + self.size * exp(-eta))

    def saturated_loss(self, y: float) -> float:
        return (y + self.size) * log(y + self.size) - (y * log(y) if y > 0.0 else 0.0)

    def sample(self, eta: Array, rng: np.random.Generator, sigma: float = 1.0) -> Array:
        """Draw Poisson counts with gamma means."""
        largest = float(np.max(eta, initial=-np.inf))
        if not largest <= LARGEST_ETA:
            raise InputError(bad_value("eta", largest, f"at most {LARGEST_ETA:g} to draw counts"))
        means = np.exp(eta) * rng.gamma(self.size, 1.0 / self.size, np.shape(eta))
        return rng.poisson(means).astype(np.float64)

    def density_at_mean(self, eta: Array, sigma: float = 1.0) -> Array:
        """Probability of a count equal to mu, carried to any mu: Gamma(mu + k) / (Gamma(k) mu!) of the count's law."""
        mu, k = np.exp(eta), self.size
        log_probability = gammaln(mu + k) - gammaln(k) - gammaln(mu + 1.0) + k * np.log(k / (k + mu))
        return np.asarray(np.exp(log_probability - mu * np.log1p(k / mu)))

    def kink_curvature(self, eta: Array, sigma: float = 1.0) -> Array:
        """With dmu/deta = mu and the curvature mu k / (mu + k) of a count equal to mu."""
        mu = np.exp(eta)
        return np.asarray(self.density_at_mean(eta, sigma) * mu * mu * self.size / (mu + self.size))
