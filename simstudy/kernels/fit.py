"""One compiled call a fit: weights, continuation over the smoothing width, and local linear approximation."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome, PenaltyCode
from simstudy.kernels.kinks import follow_kinks, solve_kinks
from simstudy.kernels.loss import has_kinks, sided, smoothed
from simstudy.kernels.newton import penalty_value, proximal_newton
from simstudy.kernels.quadratic import model_residual

BINOMIAL = int(FamilyCode.BINOMIAL)
GAUSSIAN = int(FamilyCode.GAUSSIAN)
POISSON = int(FamilyCode.POISSON)
NONE = int(Attack.NONE)
FGSM = int(Attack.FGSM)
WORST_CASE = int(Attack.WORST_CASE)
LASSO = int(PenaltyCode.LASSO)
SCAD = int(PenaltyCode.SCAD)
CONVERGED = int(Outcome.CONVERGED)
ITERATION_LIMIT = int(Outcome.ITERATION_LIMIT)
SEPARATED = int(Outcome.SEPARATED)
DIVERGING = int(Outcome.DIVERGING)
NON_FINITE = int(Outcome.NON_FINITE)
SINGULAR = int(Outcome.SINGULAR)

# Solve below the reported tolerance of 1e-7 so that comparisons with other algorithms see none of our error.
TOL = 1e-10
KINK_TOL = 1e-9
KINK_WIDTH = 1e-9
MAX_ITER = 100
MAX_LLA = 500
# Linear approximation converges geometrically where a coefficient ends between the knots of its penalty.
EXTRAPOLATE_EVERY = 32
PARALLEL = 0.9999
FASTEST_RATE = 0.999


@njit(cache=True)
def penalty_at(code, lam, shape, t):
    """p_lam(t) for t >= 0 (theory, section 2); `shape` is scad's a."""
    if code == SCAD:
        if t <= lam:
            return lam * t
        if t <= shape * lam:
            return (2.0 * shape * lam * t - t * t - lam * lam) / (2.0 * (shape - 1.0))
        return 0.5 * (shape + 1.0) * lam * lam
    return lam * t


@njit(cache=True)
def penalty_slope(code, lam, shape, t):
    """p'_lam(t) for t >= 0, the right derivative at zero."""
    if code == SCAD:
        if t <= lam:
            return lam
        return max(shape * lam - t, 0.0) / (shape - 1.0)
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


@njit(cache=True)
def column_scale(Z):
    """Root mean square of each column, one for a column of zeros."""
    n, m = Z.shape
    scale = np.zeros(m)
    for i in range(n):
        for j in range(m):
            scale[j] += Z[i, j] * Z[i, j]
    for j in range(m):
        scale[j] = np.sqrt(scale[j] / n) if scale[j] > 0.0 else 1.0
    return scale


@njit(cache=True)
def _kinked(family, attack, Z, gram, y, c, offset, scale, unit, b, eta, sigma):
    """Continuation over the smoothing width, with an attempt at the exact kink equations after each width.

    Poisson FGSM, whose gradient is not that of an objective, is reached from the worst case, whose objective is convex.
    """
    used = 0
    worst = 1.0 if attack == WORST_CASE else 0.0
    width = KINK_WIDTH * unit
    b_try, eta_try, sigma_try = np.empty(b.size), np.empty(eta.size), np.empty(eta.size)
    delta = 0.3 * unit
    settled = CONVERGED
    while delta >= 0.9 * width:
        tol = max(1e-4 * delta / unit, TOL)
        outcome, n_iter = proximal_newton(
            family, attack, Z, gram, y, c, offset, scale, delta, tol, MAX_ITER, b, eta, sigma
        )
        used += n_iter
        if outcome == NON_FINITE:
            return outcome, used
        if outcome == DIVERGING:
            settled = DIVERGING
        b_try[:], eta_try[:], sigma_try[:] = b, eta, sigma
        solved, _, n_iter = solve_kinks(
            family, worst, Z, gram, y, c, offset, scale, width, KINK_TOL, 20, b_try, eta_try, sigma_try
        )
        used += n_iter
        if not solved and family == POISSON and attack == FGSM:
            b_try[:], eta_try[:], sigma_try[:] = b, eta, sigma
            solved, n_iter = follow_kinks(
                family, Z, gram, y, c, offset, scale, width, KINK_TOL, 20, b_try, eta_try, sigma_try
            )
            used += n_iter
        if solved:
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
            return settled, used
        delta *= 0.1
    return ITERATION_LIMIT, used


@njit(cache=True)
def _weighted(family, attack, Z, gram, y, c, offset, scale, unit, warm, b, eta, sigma):
    """Fit with P = offset + sum_j c_j |b_j| from b; with `warm`, sigma is that of a neighbouring solution."""
    if not has_kinks(family, attack):
        return proximal_newton(family, attack, Z, gram, y, c, offset, scale, 1.0, TOL, MAX_ITER, b, eta, sigma)
    used = 0
    if warm:
        b_try, eta_try, sigma_try = b.copy(), eta.copy(), sigma.copy()
        worst = 1.0 if attack == WORST_CASE else 0.0
        solved, _, used = solve_kinks(
            family, worst, Z, gram, y, c, offset, scale, KINK_WIDTH * unit, KINK_TOL, 20, b_try, eta_try, sigma_try
        )
        if solved:
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
            return CONVERGED, used
    outcome, n_iter = _kinked(family, attack, Z, gram, y, c, offset, scale, unit, b, eta, sigma)
    return outcome, used + n_iter


@njit(cache=True)
def certify(family, attack, Z, y, c, offset, scale, unit, b, eta, sigma):
    """Objective and optimality residual at b, the multipliers of kinks held at sigma.

    An observation off its kink has no multiplier: its sign is that of the side where it lies.
    """
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    kappa = np.empty(n)
    q = np.empty(m + 1)
    P = penalty_value(b, c, offset)
    if has_kinks(family, attack):
        sided(family, 1.0 if attack == WORST_CASE else 0.0, y, eta, P, sigma, d_eta, w, v, kappa)
        for i in range(n):
            if abs(kappa[i]) > 4.0 * KINK_WIDTH * unit:
                sigma[i] = np.sign(kappa[i])
        loss, q[m], _ = sided(family, 1.0 if attack == WORST_CASE else 0.0, y, eta, P, sigma, d_eta, w, v, kappa)
    else:
        loss, q[m], _ = smoothed(family, attack, y, eta, P, 1.0, sigma, d_eta, w, v)
    q[:m] = np.dot(Z.T, d_eta)
    for j in range(m):
        q[j] /= n
    return loss, model_residual(q, b, c, scale)


@njit(cache=True)
def _null_start(family, Z, y, has_intercept):
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
def fit(family, attack, code, lam, shape, weights, Z, y, has_intercept, mle_start):
    """Fit one estimator to one data set.

    Parameters
    ----------
    family, attack, code : int
        FamilyCode, Attack and PenaltyCode. ``lam = 0`` or zero weights throughout give the MLE.
    lam, shape : float
        Penalty level per observation and its shape (scad: a).
    weights : (m,) float array
        Multipliers of each column's penalty, zero for the intercept and for unpenalised columns.
    Z : (n, m) float array, C order
        Columns of the design, ones first where `has_intercept`.
    y : (n,) float array
        Response; not constant where `has_intercept` and the family is binomial, not all zero for poisson.
    has_intercept, mle_start : bool
        Whether the first column is an intercept; whether the linear approximations start at the MLE or, where
        there is none because p >= n, at the lasso fit with the same lam.

    Returns
    -------
    outcome : int
        An Outcome. CONVERGED and ITERATION_LIMIT leave it to kkt how good b is.
    b : (m,) float array
    objective, kkt : float
        T3 or T4 at b without smoothing, and its optimality residual.
    n_iter : int
        Newton steps in all.
    """
    n, m = Z.shape
    # The intercept absorbs a shift of a gaussian y; taken off first, it costs no digits.
    centre = np.mean(y) if family == GAUSSIAN and has_intercept else 0.0
    y = y - centre
    unit = np.mean(np.abs(y - np.mean(y)))
    scale = column_scale(Z) * unit
    gram = np.dot(Z.T, Z) / n if family == GAUSSIAN else np.zeros((m, m))
    b = _null_start(family, Z, y, has_intercept)
    eta = np.empty(n)
    sigma = np.zeros(n)
    c = lam * weights
    if not np.any(c > 0.0):
        attack = NONE
    offset = 0.0
    used = 0
    warm = False
    if code != LASSO and mle_start:
        outcome, used = proximal_newton(
            family, NONE, Z, gram, y, np.zeros(m), 0.0, scale, 1.0, TOL, MAX_ITER, b, eta, sigma
        )
        if outcome == SINGULAR:
            b = _null_start(family, Z, y, has_intercept)
        elif outcome != CONVERGED:
            return outcome, b, np.nan, np.nan, used
        else:
            offset = linearise(code, lam, shape, weights, b, c)
    outcome = ITERATION_LIMIT
    step = np.zeros(m)
    for k in range(MAX_LLA):
        before, step_before = b.copy(), step
        outcome, n_iter = _weighted(family, attack, Z, gram, y, c, offset, scale, unit, warm, b, eta, sigma)
        used += n_iter
        if code != LASSO and outcome in (ITERATION_LIMIT, NON_FINITE):
            # A saturated start has no curvature to go by; each approximation is convex and may start anywhere.
            b = _null_start(family, Z, y, has_intercept)
            outcome, n_iter = _weighted(family, attack, Z, gram, y, c, offset, scale, unit, False, b, eta, sigma)
            used += n_iter
        step = b - before
        moved = k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and _extrapolate(step_before, step, weights, b)
        if code == LASSO or outcome in (SEPARATED, NON_FINITE, SINGULAR):
            break
        warm = True
        previous = c.copy()
        offset = linearise(code, lam, shape, weights, b, c)
        if outcome == DIVERGING or (not moved and np.max(np.abs(c - previous)) <= 1e-12 * lam):
            break
    if outcome in (SEPARATED, NON_FINITE, SINGULAR):
        return outcome, b, np.nan, np.nan, used
    objective, kkt = certify(family, attack, Z, y, c, offset, scale, unit, b, eta, sigma)
    if has_intercept:
        b[0] += centre
    return outcome, b, objective, kkt, used
