"""One compiled call a fit with the bridge penalty c |b|^r, r other than 1 and 2."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome
from simstudy.kernels.kinks import solve_kinks
from simstudy.kernels.loss import has_kinks
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.start import fit_mle, gram_matrix, in_units, is_narrow, null_start
from simstudy.kernels.weighted import (
    KINK_ITER,
    KINK_TOL,
    KINK_WIDTH,
    SUPPORT_WIDTH,
    certify,
    gradient_at,
    jump_from,
    on_working_sets,
    weighted,
)

GAUSSIAN = np.int64(FamilyCode.GAUSSIAN)
NONE = np.int64(Attack.NONE)
WORST_CASE = np.int64(Attack.WORST_CASE)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO = np.bool_(False)

MAX_REWEIGHTED = 200
MAX_JUMPS = 20
MAX_SUPPORT_ITER = np.int64(30)
# The slope that keeps a coefficient at zero.
NEVER = 1e8


@njit(cache=True)
def _tangents(c, r, never, b, tangent):
    """Weights of the tangent of sum_j c_j |b_j|^r at |b|, in place; returns its constant part."""
    offset = 0.0
    for j in range(b.size):
        t = abs(b[j])
        if c[j] == 0.0:
            tangent[j] = 0.0
        elif t == 0.0:
            tangent[j] = never
        else:
            tangent[j] = c[j] * r * t ** (r - 1.0)
            offset += c[j] * t**r - tangent[j] * t
    return offset


@njit(cache=True)
def _reweighted(family, attack, Z, gram, y, c, r, scale, unit, b, eta, sigma):
    """Concave bridge with kinks, by linear approximations with exact kinks.

    A zero stays one, as the penalty's slope there is infinite. Each approximation lowers the objective; Newton steps at
    its support end the sequence where they lead no higher.
    """
    worst = 1.0 if attack == WORST_CASE else 0.0
    zero, tangent = np.zeros(b.size), np.empty(b.size)
    used, outcome = 0, ITERATION_LIMIT
    for k in range(MAX_REWEIGHTED):
        offset = _tangents(c, r, NEVER * unit, b, tangent)
        before = b.copy()
        outcome, n_iter = weighted(
            family, attack, Z, gram, y, tangent, zero, 1.0, offset, scale, unit, k > 0, b, eta, sigma
        )
        used += n_iter
        arrived = np.max(np.abs(b - before)) <= 1e-11 * np.max(np.abs(before))
        if outcome != CONVERGED or arrived or np.all(b == 0.0):
            break
        s = np.nonzero((b != 0.0) | (c == 0.0))[0]
        Z_s, b_s, c_s, zero_s = np.ascontiguousarray(Z[:, s]), b[s], c[s], np.zeros(s.size)
        gram_s = np.dot(Z_s.T, Z_s) / y.size
        eta_s, sigma_s = eta.copy(), sigma.copy()
        solved, _, n_iter = solve_kinks(
            family,
            worst,
            Z_s,
            gram_s,
            y,
            c_s,
            zero_s,
            r,
            0.0,
            scale[s],
            KINK_WIDTH * unit,
            KINK_TOL,
            KINK_ITER,
            b_s,
            eta_s,
            sigma_s,
        )
        used += n_iter
        if not solved or np.any((b_s == 0.0) & (c_s > 0.0)):
            continue
        here = gradient_at(family, attack, Z, y, c, zero, r, 0.0, unit, b, eta, sigma.copy())[0]
        there = gradient_at(family, attack, Z_s, y, c_s, zero_s, r, 0.0, unit, b_s, eta_s, sigma_s)[0]
        if there <= here:
            b[s], eta[:], sigma[:] = b_s, eta_s, sigma_s
            break
    return outcome, used


@njit(cache=True)
def _on_support(family, attack, Z, y, c, r, scale, unit, b, eta, sigma):
    """`_reweighted` on the columns that are not zero."""
    s = np.nonzero((b != 0.0) | (c == 0.0))[0]
    if s.size == 0:
        return CONVERGED, 0
    Z_s, b_s = np.ascontiguousarray(Z[:, s]), b[s]
    gram_s = np.dot(Z_s.T, Z_s) / y.size
    outcome, used = _reweighted(family, attack, Z_s, gram_s, y, c[s], r, scale[s], unit, b_s, eta, sigma)
    b[s] = b_s
    return outcome, used


@njit(cache=True)
def _concave_with_kinks(family, attack, Z, gram, y, c, r, scale, unit, b, eta, sigma):
    """Concave bridge with kinks from b: the support from a smoothed objective, exact values, jumps that lower it."""
    smooth_attack = attack if family == GAUSSIAN else WORST_CASE
    width, zero = SUPPORT_WIDTH * unit, np.zeros(b.size)
    outcome, used = proximal_newton(
        family, smooth_attack, Z, gram, y, c, zero, r, 0.0, scale, width, 1e-4, MAX_SUPPORT_ITER, b, eta, sigma
    )
    if outcome == NON_FINITE:
        return outcome, used
    outcome, n_iter = _on_support(family, attack, Z, y, c, r, scale, unit, b, eta, sigma)
    used += n_iter
    for _ in range(MAX_JUMPS):
        if outcome != CONVERGED:
            break
        here, P, q = gradient_at(family, attack, Z, y, c, zero, r, 0.0, unit, b, eta, sigma.copy())
        _, _, j, t = jump_from(family, attack, Z, y, c, r, unit, b, eta, P, q)
        if j < 0:
            break
        b_try, eta_try, sigma_try = b.copy(), eta.copy(), sigma.copy()
        b_try[j] = t
        outcome_try, n_iter = _on_support(family, attack, Z, y, c, r, scale, unit, b_try, eta_try, sigma_try)
        used += n_iter
        there = gradient_at(family, attack, Z, y, c, zero, r, 0.0, unit, b_try, eta_try, sigma_try.copy())[0]
        if outcome_try != CONVERGED or not there < here:
            break
        b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
    return outcome, used


@njit(cache=True)
def fit_bridge(family, attack, lam, r, weights, Z, y, has_intercept):
    """One fit for r > 1; for r < 1 the lowest objective over the starts MLE, zero and lasso.

    Parameters and results as in `linearised.fit_linearised`; `spread` is the largest minus the smallest objective over
    the starts.
    """
    n, m = Z.shape
    y, centre, unit, scale = in_units(family, Z, y, has_intercept)
    gram = gram_matrix(family, Z)
    c, zero, narrow = lam * weights, np.zeros(m), is_narrow(weights)
    null = null_start(family, Z, y, has_intercept)
    mle, mle_outcome, used = null, SINGULAR, 0
    if r < 1.0:
        mle_outcome, mle, used = fit_mle(family, Z, gram, y, scale, has_intercept, null)
        if mle_outcome == SEPARATED and attack != NONE:
            # A linear gain overtakes a penalty that grows more slowly.
            return mle_outcome, mle, np.nan, np.nan, used, 0.0
    best, lowest, highest, kkt = ITERATION_LIMIT, np.inf, -np.inf, np.nan
    b = null.copy()
    for start in range(1 if r > 1.0 else 3):
        b_try, eta, sigma = null.copy(), np.empty(n), np.zeros(n)
        if start == 1:
            if mle_outcome != CONVERGED:
                continue
            b_try[:] = mle
        elif start == 2:
            outcome, n_iter = on_working_sets(
                family, attack, Z, gram, y, c, zero, 0.0, scale, unit, narrow, NO, b_try, eta, sigma
            )
            used += n_iter
            if outcome != CONVERGED:
                continue
        if r < 1.0 and has_kinks(family, attack):
            outcome, n_iter = _concave_with_kinks(family, attack, Z, gram, y, c, r, scale, unit, b_try, eta, sigma)
        else:
            outcome, n_iter = weighted(family, attack, Z, gram, y, c, zero, r, 0.0, scale, unit, NO, b_try, eta, sigma)
        used += n_iter
        if outcome == SEPARATED:
            return outcome, b_try, np.nan, np.nan, used, 0.0
        if outcome == NON_FINITE:
            continue
        objective, residual = certify(family, attack, Z, y, c, zero, r, 0.0, scale, unit, b_try, eta, sigma)
        highest = max(highest, objective)
        if objective < lowest:
            best, lowest, kkt = outcome, objective, residual
            b[:] = b_try
    if lowest == np.inf:
        return best, b, np.nan, np.nan, used, 0.0
    if has_intercept:
        b[0] += centre
    return best, b, lowest, kkt, used, highest - lowest
