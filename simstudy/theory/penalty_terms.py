"""A penalty as the quadratic kernels see it: P = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simstudy.penalties import Penalty

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PenaltyTerms:
    """The penalty at one point b; exact but for one without power form (scad, mcp), whose tangents in |b_j| these are.

    Attributes
    ----------
    c, ridge : (q,) float arrays
        Weights of |b_j|^r and of b_j^2 / 2.
    r : float
        Exponent.
    """

    c: FloatArray
    ridge: FloatArray
    r: float


def penalty_terms(penalty: Penalty, weights: FloatArray, b: FloatArray) -> PenaltyTerms:
    """Terms of a penalty with multipliers `weights` (q,) at b (q,)."""
    form = penalty.power_form()
    if form is None:
        return PenaltyTerms(weights * penalty.slope(np.abs(b)), np.zeros_like(b), 1.0)
    return PenaltyTerms(form.linear * weights, form.square * weights, form.power)


def tangent(terms: PenaltyTerms, b: FloatArray) -> FloatArray:
    """Derivative of P in b, zero in coordinates at zero."""
    t = np.where(b == 0.0, 1.0, np.abs(b))
    return np.sign(b) * terms.c * terms.r * t ** (terms.r - 1.0) + terms.ridge * b


def bend(terms: PenaltyTerms, b: FloatArray) -> FloatArray:
    """Second derivative of P in b, zero in coordinates at zero."""
    t = np.where(b == 0.0, 1.0, np.abs(b))
    power = terms.c * terms.r * (terms.r - 1.0) * t ** (terms.r - 2.0)
    return np.where(b == 0.0, 0.0, power) + terms.ridge
