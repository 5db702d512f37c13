"""The population objective E[Q] given x: expectations over y in closed form, one term for each x."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Derivatives of E[f(y, eta - s P) given x] for each x: in eta, in P, and the second ones (each (N,))."""

    d_eta: FloatArray
    penalty_slope: FloatArray
    w: FloatArray
    v: FloatArray
    penalty_curvature: FloatArray
