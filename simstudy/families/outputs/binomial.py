"""Binomial output side by quadrature (T20): attacked logistic loss, l = log(1 + exp(P - yt z)), yt = 2 y - 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from simstudy.families.outputs.channel import Hats, Overlaps, Truth
from simstudy.families.outputs.nodes import normal_nodes

FloatArray = NDArray[np.float64]

MAX_STEPS = 100
# Steps are quadratic in the end: after one of this length the next would be far below rounding.
SETTLED = 1e-8
# Newton steps of the intercept are no longer than this; where the loss is flat they would lead anywhere.
LARGEST_GAP = 2.0
# Ratio of signal to noise of eta from which its conditional law is taken to be no narrower.
STEEPEST = 1e3


def logistic_step(r: FloatArray, V: float) -> FloatArray:
    """Weights s = 1 / (1 + exp(u)) at the root u of u - V s(u) = r: the proximal step of the attacked logistic loss.

    The left side is concave for u > 0 and convex for u < 0, so that Newton's method is monotone from zero, or from a
    lower bound of a positive root: r, and log(V / D - 1) with D >= u - r.

    Parameters
    ----------
    r : (...,) float array
        Margins yt (omega + b) - P.
    V : float
        Step length, >= 0.
    """
    farthest = np.maximum(r, 0.0) + math.log1p(V) + 1.0 - r
    bound = np.maximum(r, np.log(np.maximum(V / farthest - 1.0, 1e-300)))
    u = np.where(r > -V / 2, np.maximum(bound, 0.0), 0.0)
    for _ in range(MAX_STEPS):
        s = expit(-u)
        step = (u - V * s - r) / (1 + V * s * (1 - s))
        u = u - step
        if not np.max(np.abs(step)) > SETTLED:
            return np.asarray(expit(-u))
    raise ArithmeticError(f"the proximal step has not settled in {MAX_STEPS} steps at V = {V:g}")


@dataclass(frozen=True)
class BinomialOutput:
    """Labels with P(y = 1) = logistic(z0 + b0); the nested expectations are trapezoidal sums (`nodes`)."""

    is_exact: bool = False
    has_labels: bool = True

    def hats(self, state: Overlaps, truth: Truth, ratio: float, fineness: int = 1) -> Hats:
        """T20; y is integrated out, then z0 given omega, then omega."""
        root_q = math.sqrt(state.q)
        slope, spread = _regression(state, truth)
        xi, weights = normal_nodes(max(root_q, abs(slope)), fineness)
        mean, variance = _labels(truth.b0 + slope * xi, spread, fineness)
        omega = root_q * xi + state.b
        s = logistic_step(np.stack([omega, -omega]) - state.P, state.V)
        of_label = weights * np.stack([mean, 1 - mean])
        curvature = s * (1 - s)
        curvature /= 1 + state.V * curvature
        Vh = float(np.vdot(of_label, curvature))
        first, second = of_label * s
        mh = float(weights * variance @ (s[0] + s[1]))
        gap = float(first.sum() - second.sum()) / max(Vh, 1e-300)
        gap = min(max(gap, -LARGEST_GAP), LARGEST_GAP)
        return Hats(ratio * mh, ratio * float(np.vdot(of_label, s * s)), ratio * Vh, float((first + second).sum()), gap)

    def kinks(self, state: Overlaps, truth: Truth) -> float:
        """None: the attacked logistic loss is smooth at a given P."""
        return 0.0

    def risk(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """E log(1 + exp(reach - yt eta))."""
        slope, spread = _regression(state, truth)
        root_q = math.sqrt(state.q)
        xi, weights = normal_nodes(max(root_q, abs(slope)))
        mean, _ = _labels(truth.b0 + slope * xi, spread, 1)
        eta = root_q * xi + state.b
        return float(weights @ (mean * np.logaddexp(0, reach - eta) + (1 - mean) * np.logaddexp(0, reach + eta)))

    def error(self, state: Overlaps, truth: Truth, reach: float) -> float:
        """P(yt eta < reach), by quadrature over z0: given it, eta is normal."""
        root_rho = math.sqrt(truth.rho)
        slope = state.m / root_rho if root_rho > 0.0 else 0.0
        spread = math.sqrt(max(state.q - slope**2, 0.0))
        # A normal distribution function with slope a per unit of z needs a step of about 1 / sqrt(1 + a^2).
        steepness = min(abs(slope) / max(spread, 1e-300), STEEPEST)
        z, weights = normal_nodes(max(root_rho, math.hypot(1.0, steepness)))
        mean = expit(truth.b0 + root_rho * z)
        center = state.b + slope * z
        width = max(spread, abs(slope) / STEEPEST, 1e-300)
        return float(weights @ (mean * ndtr((reach - center) / width) + (1 - mean) * ndtr((reach + center) / width)))


def _regression(state: Overlaps, truth: Truth) -> tuple[float, float]:
    """Slope and residual standard deviation of z0 on xi = omega / sqrt(q)."""
    slope = state.m / math.sqrt(state.q) if state.q > 0.0 else 0.0
    return slope, math.sqrt(max(truth.rho - slope**2, 0.0))


def _labels(center: FloatArray, spread: float, fineness: int) -> tuple[FloatArray, FloatArray]:
    """E mu and E mu (1 - mu), mu = logistic(center + spread z)."""
    z, weights = normal_nodes(spread, fineness)
    mu = expit(center[:, None] + spread * z)
    return mu @ weights, (mu * (1 - mu)) @ weights
