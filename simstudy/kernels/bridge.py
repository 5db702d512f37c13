"""One compiled call a fit with the bridge penalty c |b|^r, r != 1."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome
from simstudy.kernels.loss import has_kinks
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.start import fit_mle, gram_matrix, in_units, null_start
from simstudy.kernels.weighted import SUPPORT_WIDTH, certify, weighted

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
MAX_SUPPORT_ITER = np.int64(30)
# The slope that keeps a coefficient at zero.
NEVER = 1e8


@njit(cache=True)
def _reweighted(family, attack, Z, gram, y, c, r, scale, unit, b, eta, sigma):
    """Concave bridge with kinks: the support from a smoothed objective, then linear approximation with exact kinks.

    A zero stays one, as the penalty's slope there is infinite.
    """
    zero = np.zeros(b.size)
    smooth_attack = attack if family == GAUSSIAN else WORST_CASE
    width = SUPPORT_WIDTH * unit
    outcome, used = proximal_newton(
        family, smooth_attack, Z, gram, y, c, zero, r, 0.0, scale, width, 1e-4, MAX_SUPPORT_ITER, b, eta, sigma
    )
    if outcome == NON_FINITE:
        return outcome, used
    tangent = np.empty(b.size)
    outcome = ITERATION_LIMIT
    for k in range(MAX_REWEIGHTED):
        offset = 0.0
        for j in range(b.size):
            t = abs(b[j])
            if c[j] == 0.0:
                tangent[j] = 0.0
            elif t == 0.0:
                tangent[j] = NEVER * unit
            else:
                tangent[j] = c[j] * r * t ** (r - 1.0)
                offset += c[j] * t**r - tangent[j] * t
        before = b.copy()
        outcome, n_iter = weighted(
            family, attack, Z, gram, y, tangent, zero, 1.0, offset, scale, unit, k > 0, b, eta, sigma
        )
        used += n_iter
        if outcome != CONVERGED or np.max(np.abs(b - before)) <= 1e-11 * np.max(np.abs(before)):
            break
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
    c, zero = lam * weights, np.zeros(m)
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
            outcome, n_iter = weighted(
                family, attack, Z, gram, y, c, zero, 1.0, 0.0, scale, unit, NO, b_try, eta, sigma
            )
            used += n_iter
            if outcome != CONVERGED:
                continue
        if r < 1.0 and has_kinks(family, attack):
            outcome, n_iter = _reweighted(family, attack, Z, gram, y, c, r, scale, unit, b_try, eta, sigma)
        else:
            outcome, n_iter = weighted(family, attack, Z, gram, y, c, zero, r, 0.0, scale, unit, NO, b_try, eta, sigma)
        used += n_iter
        if outcome == SEPARATED:
            return outcome, b_try, np.nan, np.nan, used, 0.0
        if outcome == NON_FINITE:
            continue
        objective, _, residual = certify(family, attack, Z, y, c, zero, r, 0.0, scale, unit, b_try, eta, sigma)
        highest = max(highest, objective)
        if objective < lowest:
            best, lowest, kkt = outcome, objective, residual
            b[:] = b_try
    if lowest == np.inf:
        return best, b, np.nan, np.nan, used, 0.0
    if has_intercept:
        b[0] += centre
    return best, b, lowest, kkt, used, highest - lowest
