"""Jumps of one coefficient to zero or from it, for a concave power, judged by the objective itself."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, LOSS, MATRIX, NUMBER, VECTOR
from simstudy.kernels.calls import kernel
from simstudy.kernels.loss import smoothed
from simstudy.kernels.power import coordinate_minimum


@kernel(
    types.Tuple((COUNT, NUMBER))(
        LOSS, COUNT, MATRIX, VECTOR, NUMBER, NUMBER, VECTOR, VECTOR, NUMBER, MATRIX, VECTOR, VECTOR
    )
)
def best_jump(loss, attack, Z, y, r, delta, b, eta, P, H, q, model_c):
    """Coordinate whose jump to zero or from it, to the model's global minimum, lowers the smoothed objective most.

    r < 1. Returns (coordinate, its new value), (-1, 0.0) where there is none. Jumps from zero that would raise the
    objective are the model's error: their weights in `model_c` (m,) become infinite, so that the model does not take
    them.
    """
    n, m = Z.shape
    sigma, d_eta, w, v, eta_t = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    lowest = smoothed(loss, attack, y, eta, P, delta, sigma, d_eta, w, v)[0]
    ceiling = lowest - 1e-12 * abs(lowest)
    best, value = -1, 0.0
    for j in range(m):
        if model_c[j] == 0.0:
            continue
        t = coordinate_minimum(H, q, b, model_c, r, j)
        if (t == 0.0) == (b[j] == 0.0):
            continue
        P_t = P + model_c[j] * (abs(t) ** r - abs(b[j]) ** r)
        for i in range(n):
            eta_t[i] = eta[i] + (t - b[j]) * Z[i, j]
        there = smoothed(loss, attack, y, eta_t, P_t, delta, sigma, d_eta, w, v)[0]
        if not there < ceiling:
            if b[j] == 0.0:
                model_c[j] = np.inf
        elif there < lowest:
            best, value, lowest = j, t, there
    return best, value
