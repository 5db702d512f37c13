"""Penalties by code, and their tangents for the local linear approximation (Zou & Li 2008)."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import PenaltyCode

SCAD = np.int64(PenaltyCode.SCAD)
MCP = np.int64(PenaltyCode.MCP)
ELASTIC_NET = np.int64(PenaltyCode.ELASTIC_NET)
LR = np.int64(PenaltyCode.LR)


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
    return lam


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
