"""Hyperbolic functions without cancellation."""

import numpy as np

from simstudy.kernels.calls import part


@part
def sinhc(P):
    """sinh(P)/P and its derivative, by series where the quotient cancels."""
    if abs(P) < 1e-2:
        s = P * P
        return 1.0 + s / 6.0 * (1.0 + s / 20.0 * (1.0 + s / 42.0)), P / 3.0 * (1.0 + s / 10.0 * (1.0 + s / 28.0))
    return np.sinh(P) / P, (P * np.cosh(P) - np.sinh(P)) / (P * P)
