"""Minimiser of the limit objective for many draws of W at once (T6, T7, T10)."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import PenaltyCode
from simstudy.kernels.penalty import linearise
from simstudy.kernels.quadratic import minimise_model

LASSO = int(PenaltyCode.LASSO)
TOL = 1e-11
MAX_LLA = 500


@njit(cache=True)
def minimise_limit(H, slopes, penalty_slopes, P0, code, lam, shape, weights, center, starts, out):
    """Minimise q'(b - center) + g (P(b) - P0) + 1/2 (z - z0)'H(z - z0), z = (b, P), for each draw of (q, g).

    Parameters
    ----------
    H : (q + 1, q + 1) float array
        Curvature in (b, P), P last.
    slopes : (size, q) float array
        Gradient in b at the centre, one row a draw.
    penalty_slopes : (size,) float array
        Gradient in P at the centre, one a draw.
    P0 : float
        P at the centre.
    code, lam, shape, weights :
        The penalty: PenaltyCode, level, shape and (q,) multipliers.
    center : (q,) float array
        Point about which the objective is expanded.
    starts : (size, q) float array
        Starts of the local linear approximation, which are part of the law (theory, section 4).
    out : (size, q) float array
        Filled with the minimisers b.
    """
    size, m = slopes.shape
    q = np.empty(m + 1)
    c = np.empty(m)
    previous = np.empty(m)
    scale = np.ones(m)
    for j in range(m):
        scale[j] = np.sqrt(H[j, j])
    for draw in range(size):
        b = out[draw]
        b[:] = starts[draw]
        offset = linearise(code, lam, shape, weights, b, c)
        for _ in range(MAX_LLA):
            dP = offset + np.sum(c * np.abs(b)) - P0
            for j in range(m):
                q[j] = slopes[draw, j] + H[j, m] * dP
                for k in range(m):
                    q[j] += H[j, k] * (b[k] - center[k])
            q[m] = penalty_slopes[draw] + H[m, m] * dP
            for k in range(m):
                q[m] += H[m, k] * (b[k] - center[k])
            minimise_model(H, q, b, c, scale, TOL)
            if code == LASSO:
                break
            previous[:] = c
            offset = linearise(code, lam, shape, weights, b, c)
            if np.max(np.abs(c - previous)) <= 1e-10 * lam:
                break
