"""Penalties as the kernels see them: powers, or tangents for the local linear approximation (Zou & Li 2008)."""

import numpy as np

from simstudy.kernels.arguments import Terms
from simstudy.kernels.calls import part
from simstudy.kernels.loss import scalar_at

# Two steps of an approximation count as a geometric sequence from this squared cosine on, up to this rate.
PARALLEL = 0.9999
FASTEST_RATE = 0.999


@part
def power_terms(shape, weights, size):
    """The terms of a penalty with multipliers `weights` (m,) of |b| / size; of one with tangents those at b = 0."""
    c, ridge = np.empty(weights.size), np.empty(weights.size)
    for j in range(weights.size):
        c[j] = shape.linear * weights[j] / (size[j] if shape.power == 1.0 else size[j] ** shape.power)
        ridge[j] = shape.square * weights[j] / size[j] / size[j]
    return Terms(c, ridge, shape.power, 0.0)


@part
def linearise(shape, weights, size, b, c):
    """Weights c (m,) of the tangent at |b| of the penalty of |b| / size, in place; returns its constant part, >= 0."""
    offset = 0.0
    for j in range(b.size):
        if weights[j] == 0.0:
            c[j] = 0.0
            continue
        t = abs(b[j]) / size[j]
        slope = weights[j] * scalar_at(shape.slope, shape.parameters.ctypes, t)
        offset += weights[j] * scalar_at(shape.value, shape.parameters.ctypes, t) - slope * t
        c[j] = slope / size[j]
    return max(offset, 0.0)


@part
def is_steep(shape, c, size, share):
    """Whether a tangent's weight is above a share of the slope of the penalty at zero."""
    return c * size > share * shape.linear


@part
def is_steady(shape, c, before, size, share):
    """Whether no tangent's weight has changed by more than a share of the slope of the penalty at zero."""
    for j in range(c.size):
        if not abs(c[j] - before[j]) * size[j] <= share * shape.linear:
            return False
    return True


@part
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
    factor = rate / (1.0 - rate)
    for j in range(b.size):
        move = step[j] * factor
        if weights[j] > 0.0 and b[j] * (b[j] + move) <= 0.0 and move != 0.0:
            return False
    for j in range(b.size):
        b[j] += step[j] * factor
    return True
