"""Gaussian output side in closed form (T20): attacked least squares, l = (|r| + P)^2 / 2."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import gammainc

from simstudy.families.outputs.channel import Hats, Overlaps, Truth

ROOT = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class GaussianOutput:
    """Residuals r = y - b - omega are N(0, t^2), t^2 = rho + sigma^2 - 2 m + q; an intercept is found without error."""

    is_exact: bool = True
    has_labels: bool = False

    def hats(self, state: Overlaps, truth: Truth, ratio: float, fineness: int = 1) -> Hats:
        """T20; an observation with |r| <= V P ends on the kink, where dg/d omega = -1/V."""
        V, P = state.V, state.P
        t = _spread(state, truth)
        k = V * P / t
        inside, density = math.erf(k / math.sqrt(2.0)), math.exp(-k * k / 2) / ROOT
        outside = 1.0 - inside
        # 1 - Q - 2 k f is the distribution function of chi-squared with three degrees of freedom at k^2.
        on_kink = float(gammainc(1.5, k * k / 2))
        Vh = outside / (1 + V) + inside / V
        moved = t * t * (1 - on_kink) + 4 * P * t * density + P * P * outside
        g2 = moved / (1 + V) ** 2 + t * t * on_kink / V**2
        kappa = (2 * t * density - V * P * outside) / (1 + V) + P
        return Hats(ratio * Vh, ratio * g2, ratio * Vh, kappa, truth.b0 - state.b)

    def kinks(self, state: Overlaps, truth: Truth) -> float:
        """Share of residuals that are exactly zero."""
        return math.erf(state.V * state.P / _spread(state, truth) / math.sqrt(2.0))

    def risk(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """E (|y - eta| + reach)^2 / 2."""
        return self.error(state, truth, reach) / 2

    def error(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """E (|y - eta| + reach)^2."""
        t = math.hypot(_spread(state, truth), state.b - truth.b0)
        return t * t + 4 * reach * t / ROOT + reach**2


def _spread(state: Overlaps, truth: Truth) -> float:
    return math.sqrt(max(truth.rho + truth.sigma**2 - 2 * state.m + state.q, 0.0))
