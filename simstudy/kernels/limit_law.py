"""Minimiser of the limit objective for many draws of W at once (T6, T7, T10)."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import PenaltyCode
from simstudy.kernels.newton import minimise_step, penalty_value
from simstudy.kernels.penalty import extrapolate, linearise, power_terms

SCAD = np.int64(PenaltyCode.SCAD)
MCP = np.int64(PenaltyCode.MCP)
TOL = 1e-11
MAX_STEPS = 500
# The steps of a linear approximation become geometric early when its model is quadratic.
EXTRAPOLATE_EVERY = 6
# A ridge inside P makes the objective a quartic, whose Newton steps are of this relative size when they are done.
SETTLED = 1e-12


@njit(cache=True)
def _gradient(H, slope, penalty_slope, center, P0, b, P, q):
    """Gradient in (b, P) at b into q; returns the objective there."""
    m = b.size
    dP = P - P0
    value = penalty_slope * dP + 0.5 * H[m, m] * dP * dP
    q[m] = penalty_slope + H[m, m] * dP
    for j in range(m):
        q[j] = slope[j] + H[j, m] * dP
        for k in range(m):
            q[j] += H[j, k] * (b[k] - center[k])
        q[m] += H[m, j] * (b[j] - center[j])
        value += 0.5 * (slope[j] + q[j] + H[j, m] * dP) * (b[j] - center[j])
    return value


@njit(cache=True)
def _minimise(H, slope, penalty_slope, center, P0, c, ridge, r, offset, scale, b):
    """Minimise the objective with P = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2) from b; returns its minimum."""
    m = b.size
    q = np.empty(m + 1)
    quartic = np.any(ridge > 0.0)
    for _ in range(MAX_STEPS):
        _gradient(H, slope, penalty_slope, center, P0, b, penalty_value(b, c, ridge, r, offset), q)
        before = b.copy()
        minimise_step(H.copy() if quartic else H, q, b, c, ridge, r, scale, TOL)
        if not quartic or np.max(np.abs(b - before)) <= SETTLED * np.max(np.abs(b)):
            break
    return _gradient(H, slope, penalty_slope, center, P0, b, penalty_value(b, c, ridge, r, offset), q)


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
        The MLE of each draw. For scad and mcp it is the start of the local linear approximation, which is part of the
        law; a concave bridge takes the lowest objective over the starts MLE, no penalised coefficient, and lasso.
    out : (size, q) float array
        Filled with the minimisers b.
    """
    size, m = slopes.shape
    zero, scale = np.zeros(m), np.ones(m)
    for j in range(m):
        scale[j] = np.sqrt(H[j, j])
    c, ridge, r = power_terms(code, lam, shape, weights)
    other, previous, step, step_before = np.empty(m), np.empty(m), np.empty(m), np.empty(m)
    for draw in range(size):
        b, slope, g = out[draw], slopes[draw], penalty_slopes[draw]
        b[:] = starts[draw]
        if code in (SCAD, MCP):
            previous[:] = np.inf
            for k in range(MAX_STEPS):
                offset = linearise(code, lam, shape, weights, b, c)
                if np.max(np.abs(c - previous)) <= 1e-10 * lam:
                    break
                previous[:] = c
                other[:] = b
                step_before[:] = step
                _minimise(H, slope, g, center, P0, c, zero, 1.0, offset, scale, b)
                step[:] = b - other
                if k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and extrapolate(step_before, step, weights, b):
                    previous[:] = np.inf
            continue
        lowest = _minimise(H, slope, g, center, P0, c, ridge, r, 0.0, scale, b)
        if r < 1.0:
            for start in range(2):
                other[:] = starts[draw]
                if start == 0:
                    other[weights > 0.0] = 0.0
                else:
                    _minimise(H, slope, g, center, P0, c, zero, 1.0, 0.0, scale, other)
                value = _minimise(H, slope, g, center, P0, c, zero, r, 0.0, scale, other)
                if value < lowest:
                    lowest = value
                    b[:] = other
