"""One compiled call a fit: where it starts, and which sequence of weighted penalties it solves."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome, PenaltyCode
from simstudy.kernels.loss import has_kinks
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.penalty import linearise
from simstudy.kernels.weighted import (
    MAX_ITER,
    SMALL,
    SUPPORT_WIDTH,
    TOL,
    certify,
    column_scale,
    on_working_sets,
    weighted,
)

BINOMIAL = int(FamilyCode.BINOMIAL)
GAUSSIAN = int(FamilyCode.GAUSSIAN)
POISSON = int(FamilyCode.POISSON)
NONE = int(Attack.NONE)
WORST_CASE = int(Attack.WORST_CASE)
LASSO = int(PenaltyCode.LASSO)
SCAD = int(PenaltyCode.SCAD)
MCP = int(PenaltyCode.MCP)
ELASTIC_NET = int(PenaltyCode.ELASTIC_NET)
LR = int(PenaltyCode.LR)
CONVERGED = int(Outcome.CONVERGED)
ITERATION_LIMIT = int(Outcome.ITERATION_LIMIT)
SEPARATED = int(Outcome.SEPARATED)
DIVERGING = int(Outcome.DIVERGING)
NON_FINITE = int(Outcome.NON_FINITE)
SINGULAR = int(Outcome.SINGULAR)

MAX_LLA = 500
# Approximations that may end without a solution before the sequence is given up.
MAX_UNSOLVED = 3
# Linear approximation converges geometrically where a coefficient ends between the knots of its penalty.
EXTRAPOLATE_EVERY = 32
PARALLEL = 0.9999
FASTEST_RATE = 0.999
MAX_REWEIGHTED = 200
# The slope that keeps a coefficient at zero.
NEVER = 1e8


@njit(cache=True)
def null_start(family, Z, y, has_intercept):
    """Coefficients of the null model (m,): the intercept at the link of mean(y), zeros elsewhere."""
    b = np.zeros(Z.shape[1])
    if has_intercept:
        mean = np.mean(y)
        if family == BINOMIAL:
            b[0] = np.log(mean / (1.0 - mean))
        elif family == POISSON:
            b[0] = np.log(mean)
        else:
            b[0] = mean
    return b


@njit(cache=True)
def _extrapolate(step_before, step, weights, b):
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


@njit(cache=True)
def _weighted(data, c, ridge, r, offset, warm, b, eta, sigma):
    """Fit with the penalty's weights, on working sets where there are many columns."""
    family, attack, Z, gram, y, narrow, scale, unit = data
    if narrow:
        return weighted(family, attack, Z, gram, y, c, ridge, r, offset, scale, unit, warm, b, eta, sigma)
    return on_working_sets(family, attack, Z, y, c, ridge, offset, scale, unit, warm, b, eta, sigma)


@njit(cache=True)
def _linearised(data, tangents, at_mle, mle, start):
    """LASSO and elastic net; scad and mcp as the fixed point of the linear approximation from the MLE.

    Where the MLE is not unique the approximation starts at the lasso fit with the same lam.
    """
    code, lam, shape, weights = tangents
    m, n = start.size, data[4].size
    b = start.copy()
    eta, sigma = np.empty(n), np.zeros(n)
    c, ridge, offset = lam * weights, np.zeros(m), 0.0
    if code == ELASTIC_NET:
        c, ridge = lam * shape * weights, lam * (1.0 - shape) * weights
    concave = code in (SCAD, MCP)
    if concave and at_mle:
        b[:] = mle
        offset = linearise(code, lam, shape, weights, b, c)
    used = 0
    outcome = ITERATION_LIMIT
    warm = False
    unsolved = 0
    step = np.zeros(m)
    for k in range(MAX_LLA):
        before, step_before = b.copy(), step
        outcome, n_iter = _weighted(data, c, ridge, 1.0, offset, warm, b, eta, sigma)
        used += n_iter
        if concave and outcome in (ITERATION_LIMIT, NON_FINITE):
            # A saturated start has no curvature to go by; each approximation is convex and may start anywhere.
            b[:] = start
            outcome, n_iter = _weighted(data, c, ridge, 1.0, offset, False, b, eta, sigma)
            used += n_iter
            unsolved += outcome == ITERATION_LIMIT
        if not concave or outcome in (SEPARATED, NON_FINITE, SINGULAR):
            break
        step = b - before
        moved = k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and _extrapolate(step_before, step, weights, b)
        warm = True
        previous = c.copy()
        offset = linearise(code, lam, shape, weights, b, c)
        steady = not moved and np.max(np.abs(c - previous)) <= 1e-12 * lam
        if steady or outcome == DIVERGING or unsolved == MAX_UNSOLVED:
            break
    return outcome, b, eta, sigma, c, ridge, offset, used


@njit(cache=True)
def _reweighted(data, c, r, b, eta, sigma):
    """Concave bridge with kinks: the support from a smoothed objective, then linear approximation with exact kinks.

    A zero stays one, as the penalty's slope there is infinite.
    """
    family, attack, Z, gram, y, _, scale, unit = data
    zero = np.zeros(b.size)
    smooth_attack = attack if family == GAUSSIAN else WORST_CASE
    outcome, used = proximal_newton(
        family, smooth_attack, Z, gram, y, c, zero, r, 0.0, scale, SUPPORT_WIDTH * unit, 1e-4, 30, b, eta, sigma
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
def _bridge(data, c, r, starts):
    """Bridge penalty: one fit for r > 1; for r < 1 the lowest objective over the starts MLE, zero and lasso."""
    family, attack, Z, gram, y, _, scale, unit = data
    n, m = Z.shape
    has_mle, mle, null = starts
    zero = np.zeros(m)
    used = 0
    best, spread, lowest, highest = ITERATION_LIMIT, 0.0, np.inf, -np.inf
    b, eta, sigma = null.copy(), np.empty(n), np.zeros(n)
    for start in range(1 if r > 1.0 else 3):
        b_try, eta_try, sigma_try = null.copy(), np.empty(n), np.zeros(n)
        if start == 1:
            if not has_mle:
                continue
            b_try[:] = mle
        elif start == 2:
            outcome, n_iter = weighted(
                family, attack, Z, gram, y, c, zero, 1.0, 0.0, scale, unit, False, b_try, eta_try, sigma_try
            )
            used += n_iter
            if outcome != CONVERGED:
                continue
        if r < 1.0 and has_kinks(family, attack):
            outcome, n_iter = _reweighted(data, c, r, b_try, eta_try, sigma_try)
        else:
            outcome, n_iter = weighted(
                family, attack, Z, gram, y, c, zero, r, 0.0, scale, unit, False, b_try, eta_try, sigma_try
            )
        used += n_iter
        if outcome == SEPARATED:
            return outcome, b_try, eta_try, sigma_try, used, 0.0
        if outcome == NON_FINITE:
            continue
        objective = certify(family, attack, Z, y, c, zero, r, 0.0, scale, unit, b_try, eta_try, sigma_try)[0]
        highest = max(highest, objective)
        if objective < lowest:
            best, lowest = outcome, objective
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
    if lowest < np.inf:
        spread = highest - lowest
    return best, b, eta, sigma, used, spread


@njit(cache=True)
def fit(family, attack, code, lam, shape, weights, Z, y, has_intercept):
    """Fit one estimator to one data set.

    Parameters
    ----------
    family, attack, code : int
        FamilyCode, Attack and PenaltyCode. ``lam = 0`` or zero weights throughout give the MLE.
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
        T3 or T4 at b without smoothing, and its optimality residual.
    n_iter : int
        Newton steps in all.
    spread : float
        Largest minus smallest objective over the starts of a concave bridge, else zero.
    """
    n, m = Z.shape
    # The intercept absorbs a shift of a gaussian y; taken off first, it costs no digits.
    centre = np.mean(y) if family == GAUSSIAN and has_intercept else 0.0
    y = y - centre
    unit = np.mean(np.abs(y - np.mean(y)))
    scale = column_scale(Z) * unit
    if lam == 0.0 or not np.any(weights > 0.0):
        code, attack = LASSO, NONE
    narrow = m <= SMALL or code == LR or np.sum(weights > 0.0) < m // 2
    gram = np.dot(Z.T, Z) / n if family == GAUSSIAN and (narrow or n > m) else np.zeros((0, 0))
    start = null_start(family, Z, y, has_intercept)
    mle, outcome, used = start.copy(), SINGULAR, 0
    if code in (SCAD, MCP, LR) and n > m - has_intercept and not (code == LR and shape > 1.0):
        outcome, used = proximal_newton(
            family,
            NONE,
            Z,
            gram,
            y,
            np.zeros(m),
            np.zeros(m),
            1.0,
            0.0,
            scale,
            1.0,
            TOL,
            MAX_ITER,
            mle,
            np.empty(n),
            np.zeros(n),
        )
    if code == LR and outcome == SEPARATED and attack != NONE:
        # A linear gain overtakes a penalty that grows more slowly.
        return outcome, mle, np.nan, np.nan, used, 0.0
    data = (family, attack, Z, gram, y, narrow, scale, unit)
    if code == LR:
        starts = (outcome == CONVERGED, mle, start)
        outcome, b, eta, sigma, n_iter, spread = _bridge(data, lam * weights, shape, starts)
        c, ridge, r, offset = lam * weights, np.zeros(m), shape, 0.0
    elif code in (SCAD, MCP) and outcome not in (CONVERGED, SINGULAR):
        return outcome, mle, np.nan, np.nan, used, 0.0
    else:
        tangents = (code, lam, shape, weights)
        outcome, b, eta, sigma, c, ridge, offset, n_iter = _linearised(data, tangents, outcome == CONVERGED, mle, start)
        r, spread = 1.0, 0.0
    used += n_iter
    if outcome in (SEPARATED, NON_FINITE, SINGULAR):
        return outcome, b, np.nan, np.nan, used, spread
    objective, _, kkt = certify(family, attack, Z, y, c, ridge, r, offset, scale, unit, b, eta, sigma)
    if has_intercept:
        b[0] += centre
    return outcome, b, objective, kkt, used, spread
