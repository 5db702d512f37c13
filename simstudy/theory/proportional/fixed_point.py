"""Fixed points of a map: damped iteration, then Newton's method with differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Map = Callable[[FloatArray], FloatArray]

DAMPING = 0.5
MAX_STEPS = 600
TOLERANCE = 1e-10
# A Newton step is worth its differences once the residual is below this; a step that fails makes it smaller.
NEWTON_FROM = 0.5
LESS = 0.25
DIFFERENCE = 1e-6
# Coordinates are logarithms or of order one: beyond this a derivative says little.
LONGEST = 4.0
# A step that leaves this share of the residual lets its derivative serve again.
GOOD = 0.05


@dataclass(frozen=True)
class FixedPoint:
    """A fixed point y, the largest |F(y) - y| there, and whether it is at most TOLERANCE."""

    y: FloatArray
    residual: float
    converged: bool


def derivative(F: Map, y: FloatArray, Fy: FloatArray) -> FloatArray:
    """Derivative of F(y) - y by forward differences."""
    J = np.empty((y.size, y.size))
    for k in range(y.size):
        moved = y.copy()
        moved[k] += DIFFERENCE
        J[:, k] = (F(moved) - Fy) / DIFFERENCE
    return J - np.eye(y.size)


def _newton(F: Map, y: FloatArray, d: FloatArray, J: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Newton's point, or one on the way to it, and F(y) - y there; None where that is no better."""
    try:
        step = -np.linalg.solve(J, d)
    except np.linalg.LinAlgError:
        return None
    longest = np.max(np.abs(step))
    if not np.isfinite(longest):
        return None
    share = min(1.0, LONGEST / longest)
    candidate = y + share * step
    moved = F(candidate) - candidate
    return (candidate, moved) if np.max(np.abs(moved)) < (1.0 - share / 2) * np.max(np.abs(d)) else None


def fixed_point(F: Map, y: FloatArray, escaped: Callable[[FloatArray], bool]) -> FixedPoint:
    """Iterate y <- (y + F(y)) / 2 with Newton steps as soon as they help; ends early where `escaped` says so."""
    d = F(y) - y
    newton_from = NEWTON_FROM
    J: FloatArray | None = None
    for _ in range(MAX_STEPS):
        residual = float(np.max(np.abs(d)))
        if residual <= TOLERANCE or not np.isfinite(residual) or escaped(y):
            return FixedPoint(y, residual, residual <= TOLERANCE)
        if residual <= newton_from:
            fresh = J is None
            J = derivative(F, y, d + y) if J is None else J
            found = _newton(F, y, d, J)
            if found is not None:
                y, d = found
                J = J if np.max(np.abs(d)) <= GOOD * residual else None
                continue
            J = None
            newton_from = LESS * residual if fresh else newton_from
            if not fresh:
                continue
        y = y + DAMPING * d
        d = F(y) - y
    return FixedPoint(y, residual, converged=False)
