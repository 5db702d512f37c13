"""One compiled call a fit: LASSO, elastic net and ridge, and scad and mcp by local linear approximation."""

from typing import Any

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, Outcome, PenaltyCode
from simstudy.kernels.penalty import extrapolate, linearise, power_terms
from simstudy.kernels.start import fit_mle, gram_matrix, in_units, is_narrow, null_start
from simstudy.kernels.weighted import certify, on_working_sets

NONE = np.int64(Attack.NONE)
LASSO = np.int64(PenaltyCode.LASSO)
SCAD = np.int64(PenaltyCode.SCAD)
MCP = np.int64(PenaltyCode.MCP)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO: Any = np.bool_(False)

MAX_LLA = 500
# Change of the tangents, in units of lam and of the response's deviation, at which the approximation has arrived.
STEADY = 1e-12
# Approximations that may end without a solution before the sequence is given up.
MAX_UNSOLVED = 3
# Linear approximation converges geometrically where a coefficient ends between the knots of its penalty.
EXTRAPOLATE_EVERY = 32
# Slope of the penalty, as a share of the largest, from which a coefficient of the first approximation starts at zero.
STEEP = 0.5


@njit(cache=True)
def fit_linearised(family, attack, code, lam, shape, weights, Z, y, has_intercept):
    """Fit one estimator to one data set.

    scad and mcp are the fixed point of the linear approximation from the MLE, or from the lasso fit with the same lam
    where the MLE is not unique.

    Parameters
    ----------
    family, attack, code : int
        FamilyCode, Attack and PenaltyCode (not LR). ``lam = 0`` or zero weights throughout
        give the MLE.
    lam, shape : float
        Penalty level per observation and its shape (`penalty.penalty_at`).
    weights : (m,) float array
        Multipliers of each column's penalty, zero for the intercept and for unpenalised columns.
    Z : (n, m) float array, C order
        Columns of the design, ones first where `has_intercept`.
    y : (n,) float array
        Response; not constant where `has_intercept` and the family is binomial, not all zero for poisson.
    has_intercept : bool
        Whether the first column is an intercept.

    Returns
    -------
    outcome : int
        An Outcome. CONVERGED and ITERATION_LIMIT leave it to kkt how good b is.
    b : (m,) float array
    objective, kkt : float
        T3 or T4 at b without smoothing, and its optimality residual; NaN where there is no solution.
    n_iter : int
        Newton steps in all.
    spread : float
        Zero: there is one start.
    """
    n, m = Z.shape
    y, centre, unit, scale = in_units(family, Z, y, has_intercept)
    if lam == 0.0 or not np.any(weights > 0.0):
        code, attack = LASSO, NONE
    concave = code in (SCAD, MCP)
    narrow = is_narrow(weights)
    gram = gram_matrix(family, Z) if narrow or (concave and n > m) else np.zeros((0, 0))
    start = null_start(family, Z, y, has_intercept)
    b, used = start.copy(), 0
    eta, sigma = np.empty(n), np.zeros(n)
    c, ridge, _ = power_terms(code, lam, shape, weights)
    offset = 0.0
    if concave:
        outcome, mle, used = fit_mle(family, Z, gram, y, scale, has_intercept, start)
        if outcome == CONVERGED:
            b[:] = mle
            offset = linearise(code, lam, shape, weights, b, c)
            # Most coefficients that small end at zero; where a convex approximation starts does not change its end.
            b[c > STEEP * lam] = 0.0
        elif outcome != SINGULAR:
            return outcome, mle, np.nan, np.nan, used, 0.0
    outcome = ITERATION_LIMIT
    warm, again, unsolved = NO, NO, 0
    step = np.zeros(m)
    for k in range(MAX_LLA):
        before, step_before = b.copy(), step
        outcome, n_iter = on_working_sets(
            family, attack, Z, gram, y, c, ridge, offset, scale, unit, narrow, warm, b, eta, sigma
        )
        used += n_iter
        if concave and not again and outcome in (ITERATION_LIMIT, NON_FINITE):
            # A saturated start has no curvature to go by; each approximation is convex and may start anywhere.
            b[:] = start
            warm, again = NO, True
            continue
        if again and outcome == ITERATION_LIMIT:
            unsolved += 1
        again = False
        if not concave or outcome in (SEPARATED, NON_FINITE, SINGULAR):
            break
        step = b - before
        moved = k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and extrapolate(step_before, step, weights, b)
        warm = True
        previous, offset_before = c.copy(), offset
        offset = linearise(code, lam, shape, weights, b, c)
        steady = (
            not moved and np.max(np.abs(c - previous)) <= STEADY * lam and abs(offset - offset_before) <= STEADY * unit
        )
        if steady or outcome == DIVERGING or unsolved == MAX_UNSOLVED:
            break
    if outcome in (SEPARATED, NON_FINITE, SINGULAR):
        return outcome, b, np.nan, np.nan, used, 0.0
    objective, kkt = certify(family, attack, Z, y, c, ridge, 1.0, offset, scale, unit, b, eta, sigma)
    if has_intercept:
        b[0] += centre
    return outcome, b, objective, kkt, used, 0.0
