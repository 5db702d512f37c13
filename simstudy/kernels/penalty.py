"""Penalties by code, and their tangents for the local linear approximation (Zou & Li 2008)."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import PenaltyCode

SCAD = np.int64(PenaltyCode.SCAD)
MCP = np.int64(PenaltyCode.MCP)
ELASTIC_NET = np.int64(PenaltyCode.ELASTIC_NET)
LR = np.int64(PenaltyCode.LR)
RIDGE = np.int64(PenaltyCode.RIDGE)

# Two steps of an approximation count as a geometric sequence from this squared cosine on, up to this rate.
PARALLEL = 0.9999
FASTEST_RATE = 0.999


@njit(cache=True)
def penalty_at(code, lam, shape, t):
    """p_lam(t), t >= 0 (theory, section 2); `shape` is scad's a, mcp's g, elastic net's alpha, bridge's r."""
    if code == SCAD:
        if t <= lam:
            return lam * t
        if t <= shape * lam:
            return (2.0 * shape * lam * t - t * t - lam * lam) / (2.0 * (shape - 1.0))
        return 0.5 * (shape + 1.0) * lam * lam
    if code == MCP:
        return lam * t - 0.5 * t * t / shape if t <= shape * lam else 0.5 * shape * lam * lam
    if code == ELASTIC_NET:
        return lam * (shape * t + 0.5 * (1.0 - shape) * t * t)
    if code == LR:
        return lam * t**shape
    if code == RIDGE:
        return lam * t * t
    return lam * t


@njit(cache=True)
def penalty_slope(code, lam, shape, t):
    """p'_lam(t) for t >= 0, the right derivative at zero."""
    if code == SCAD:
        if t <= lam:
            return lam
        return max(shape * lam - t, 0.0) / (shape - 1.0)
    if code == MCP:
        return max(lam - t / shape, 0.0)
    if code == ELASTIC_NET:
        return lam * (shape + (1.0 - shape) * t)
    if code == LR:
        return lam * shape * t ** (shape - 1.0)
    if code == RIDGE:
        return 2.0 * lam * t
    return lam


@njit(cache=True)
def power_terms(code, lam, shape, weights):
    """The penalty as sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2): c (m,), ridge (m,) and r; scad and mcp at b = 0."""
    zero = np.zeros(weights.size)
    if code == ELASTIC_NET:
        return lam * shape * weights, lam * (1.0 - shape) * weights, 1.0
    if code == RIDGE:
        return zero, 2.0 * lam * weights, 1.0
    if code == LR:
        return lam * weights, zero, shape
    return lam * weights, zero, 1.0


@njit(cache=True)
def linearise(code, lam, shape, weights, b, c):
    """Weights c (m,) of the tangent of P_lam at |b|, in place; returns its constant part, never negative."""
    offset = 0.0
    for j in range(b.size):
        if weights[j] == 0.0:
            c[j] = 0.0
            continue
        t = abs(b[j])
        c[j] = weights[j] * penalty_slope(code, lam, shape, t)
        offset += weights[j] * penalty_at(code, lam, shape, t) - c[j] * t
    return max(offset, 0.0)


@njit(cache=True)
def extrapolate(step_before, step, weights, b):
    """Move b to the limit of a geometric sequence with these last two steps (Aitken), if they are one.

    The approximation is tangent at the new b as at any other, so that the objective cannot rise from there; only
    sequences that contract along one line are continued, without a change of sign, so that their limit stays the same.
    """
    before = np.dot(step_before, step_before)
    along = np.dot(step_before, step)
    if not (along > 0.0 and along * along >= PARALLEL * before * np.dot(step, step)):
        return False
    rate = along / before
    if rate >= FASTEST_RATE:
        return False
    move = step * (rate / (1.0 - rate))
    for j in range(b.size):
        if weights[j] > 0.0 and b[j] * (b[j] + move[j]) <= 0.0 and move[j] != 0.0:
            return False
    b += move
    return True
