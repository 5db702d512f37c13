"""A family: labels with the complementary log-log link, P(y = 1) = 1 - exp(-e^eta)."""

import math

import numpy as np

import simstudy as ss


@ss.family("cloglog")
class Cloglog:
    support, kinked = "0 or 1", False

    def loss(self, y, eta):
        return math.exp(eta) if y < 0.5 else -math.log(-math.expm1(-math.exp(eta)))

    def slope(self, y, eta):
        m = math.exp(eta)
        return m if y < 0.5 else -m / math.expm1(m)

    def curvature(self, y, eta):
        m = math.exp(eta)
        return m if y < 0.5 else m / math.expm1(m) * (m / -math.expm1(-m) - 1.0)

    def mean(self, eta):
        return -math.expm1(-math.exp(eta))

    def link(self, mu):
        return math.log(-math.log1p(-mu))

    def recession(self, y):
        return 1.0 if y > 0.5 else -1.0

    def in_support(self, y):
        return y in (0.0, 1.0)

    def sample(self, eta, rng, sigma=1.0):
        return (rng.random(eta.shape) < -np.expm1(-np.exp(eta))).astype(float)
