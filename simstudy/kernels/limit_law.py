"""Minimiser of the limit objective for many draws of W at once (T6, T7, T10)."""

import numpy as np

from simstudy.kernels.arguments import Terms
from simstudy.kernels.calls import entry, part
from simstudy.kernels.model import minimise_step, penalty_value
from simstudy.kernels.penalty import extrapolate, linearise, power_terms
from simstudy.kernels.power import minimise_power_model
from simstudy.kernels.quadratic import ALL, minimise_model
from simstudy.kernels.vectors import any_positive, assign, copy, fill, largest, largest_change

TOL = 1e-11
MAX_STEPS = 500
# The steps of a linear approximation become geometric early when its model is quadratic.
EXTRAPOLATE_EVERY = 6
# A ridge inside P makes the objective a quartic, whose Newton steps are of this relative size when they are done.
SETTLED = 1e-12


@part
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


@part
def _minimise(H, slope, penalty_slope, center, P0, terms, scale, b):
    """Minimise the objective with P of these terms from b; returns its minimum."""
    m = b.size
    q = np.empty(m + 1)
    quartic = any_positive(terms.ridge)
    for _ in range(MAX_STEPS):
        _gradient(H, slope, penalty_slope, center, P0, b, penalty_value(b, terms), q)
        before = copy(b)
        minimise_step(H.copy() if quartic else H, q, b, terms, scale, TOL, ALL)
        if not quartic or largest_change(b, before) <= SETTLED * largest(b):
            break
    return _gradient(H, slope, penalty_slope, center, P0, b, penalty_value(b, terms), q)


@entry(minimise_model, minimise_power_model)
def minimise_limit(H, slopes, penalty_slopes, P0, shape, weights, center, starts, out):
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
    shape : Shape
        The penalty.
    weights : (q,) float array
        Its multipliers.
    center : (q,) float array
        Point about which the objective is expanded.
    starts : (size, q) float array
        The MLE of each draw. Where the penalty has tangents it is the start of the local linear approximation, which is
        part of the law; a concave bridge takes the lowest objective over the starts MLE, no penalised coefficient, and
        lasso.
    out : (size, q) float array
        Filled with the minimisers b.
    """
    size, m = slopes.shape
    zero, one, scale = np.zeros(m), np.ones(m), np.empty(m)
    for j in range(m):
        scale[j] = np.sqrt(H[j, j])
    terms = power_terms(shape, weights, one)
    c = terms.c
    lasso = Terms(c, zero, 1.0, 0.0)
    other, previous, step, step_before = np.empty(m), np.empty(m), np.empty(m), np.empty(m)
    for draw in range(size):
        b, slope, g = out[draw], slopes[draw], penalty_slopes[draw]
        assign(b, starts[draw])
        if shape.tangents:
            fill(previous, np.inf)
            for k in range(MAX_STEPS):
                offset = linearise(shape, weights, one, b, c)
                if largest_change(c, previous) <= 1e-10 * shape.linear:
                    break
                assign(previous, c)
                assign(other, b)
                assign(step_before, step)
                _minimise(H, slope, g, center, P0, Terms(c, zero, 1.0, offset), scale, b)
                for j in range(m):
                    step[j] = b[j] - other[j]
                if k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and extrapolate(step_before, step, weights, b):
                    fill(previous, np.inf)
            continue
        lowest = _minimise(H, slope, g, center, P0, terms, scale, b)
        if shape.power < 1.0:
            for start in range(2):
                assign(other, starts[draw])
                if start == 0:
                    for j in range(m):
                        if weights[j] > 0.0:
                            other[j] = 0.0
                else:
                    _minimise(H, slope, g, center, P0, lasso, scale, other)
                value = _minimise(H, slope, g, center, P0, terms, scale, other)
                if value < lowest:
                    lowest = value
                    assign(b, other)


@entry(minimise_model, minimise_power_model)
def minimise_expansion(H, q, b, c, ridge, r, tol):
    """Minimise a quadratic expansion in (b, P) with P of these terms from b, in place (T17); H and q are destroyed."""
    minimise_step(H, q, b, Terms(c, ridge, r, 0.0), np.ones(b.size), tol, ALL)
