"""The fit with a weighted penalty: continuation over the smoothing width, and working sets of columns."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome
from simstudy.kernels.kinks import follow_kinks, solve_kinks
from simstudy.kernels.loss import has_kinks, sided, smoothed
from simstudy.kernels.newton import best_jump, fill_hessian, penalty_value, proximal_newton, residual_of

GAUSSIAN = np.int64(FamilyCode.GAUSSIAN)
POISSON = np.int64(FamilyCode.POISSON)
FGSM = np.int64(Attack.FGSM)
WORST_CASE = np.int64(Attack.WORST_CASE)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)

# Solve below the reported tolerance of 1e-7 so that comparisons with other algorithms see none of our error.
TOL = 1e-10
KINK_TOL = 1e-9
KINK_WIDTH = 1e-9
MAX_ITER = np.int64(100)
KINK_ITER = np.int64(20)
BAND = np.bool_(True)
# With fewer columns than this the whole Gram matrix costs less than choosing among them.
SMALL = 40
SMALLEST_ADDITION = 20
MAX_ROUNDS = 100
# Smoothing, in units of the response's deviation, at which a concave bridge with kinks chooses its support.
SUPPORT_WIDTH = 0.03


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
def _kinked(family, attack, Z, gram, y, c, ridge, r, offset, scale, unit, b, eta, sigma):
    """Continuation over the smoothing width, with an attempt at the exact kink equations after each width.

    Poisson FGSM, whose gradient is not that of an objective, is reached from the worst case, whose objective is convex.
    """
    used = 0
    worst = 1.0 if attack == WORST_CASE else 0.0
    width = KINK_WIDTH * unit
    b_try, eta_try, sigma_try = np.empty(b.size), np.empty(eta.size), np.empty(eta.size)
    delta = 0.1 * unit
    settled = CONVERGED
    while delta >= 0.9 * width:
        tol = max(1e-2 * delta / unit, TOL)
        outcome, n_iter = proximal_newton(
            family, attack, Z, gram, y, c, ridge, r, offset, scale, delta, tol, MAX_ITER, b, eta, sigma
        )
        used += n_iter
        if outcome == NON_FINITE:
            return outcome, used
        if outcome == DIVERGING:
            settled = DIVERGING
        b_try[:], eta_try[:], sigma_try[:] = b, eta, sigma
        if family == POISSON and attack == FGSM:
            # Few counts end on their kinks, however many are in the band.
            sigma_try[:] = np.sign(sigma)
        solved, _, n_iter = solve_kinks(
            family,
            worst,
            Z,
            gram,
            y,
            c,
            ridge,
            r,
            offset,
            scale,
            width,
            KINK_TOL,
            KINK_ITER,
            b_try,
            eta_try,
            sigma_try,
        )
        used += n_iter
        if not solved and family == POISSON and attack == FGSM:
            b_try[:], eta_try[:], sigma_try[:] = b, eta, sigma
            solved, n_iter = follow_kinks(
                family,
                Z,
                gram,
                y,
                c,
                ridge,
                r,
                offset,
                scale,
                width,
                KINK_TOL,
                KINK_ITER,
                b_try,
                eta_try,
                sigma_try,
            )
            used += n_iter
        if solved:
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
            return settled, used
        delta *= 0.1
    return ITERATION_LIMIT, used


@njit(cache=True)
def weighted(family, attack, Z, gram, y, c, ridge, r, offset, scale, unit, warm, b, eta, sigma):
    """Fit with P = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2) from b.

    With `warm`, b and sigma are those of a neighbouring solution. Parameters as in `newton.proximal_newton`; `unit` is
    the mean absolute deviation of y. Returns (Outcome, n_iter).
    """
    if not has_kinks(family, attack):
        return proximal_newton(
            family, attack, Z, gram, y, c, ridge, r, offset, scale, 1.0, TOL, MAX_ITER, b, eta, sigma
        )
    used = 0
    if warm:
        b_try, eta_try, sigma_try = b.copy(), eta.copy(), sigma.copy()
        worst = 1.0 if attack == WORST_CASE else 0.0
        solved, _, used = solve_kinks(
            family,
            worst,
            Z,
            gram,
            y,
            c,
            ridge,
            r,
            offset,
            scale,
            KINK_WIDTH * unit,
            KINK_TOL,
            KINK_ITER,
            b_try,
            eta_try,
            sigma_try,
        )
        if solved:
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
            return CONVERGED, used
    outcome, n_iter = _kinked(family, attack, Z, gram, y, c, ridge, r, offset, scale, unit, b, eta, sigma)
    return outcome, used + n_iter


@njit(cache=True)
def jump_from(family, attack, Z, y, c, r, unit, b, eta, P, q):
    """`newton.best_jump` from a solution with gradient q: (H, model_c, coordinate, its new value); r < 1.

    With kinks the curvature is that of the smoothed objective that chose the support.
    """
    n, m = Z.shape
    w, v = np.empty(n), np.empty(n)
    smooth_attack = attack if family == GAUSSIAN or not has_kinks(family, attack) else WORST_CASE
    d2P = smoothed(family, smooth_attack, y, eta, P, SUPPORT_WIDTH * unit, np.empty(n), np.empty(n), w, v)[2]
    H, model_c = np.empty((m + 1, m + 1)), c.copy()
    fill_hessian(family, Z, np.dot(Z.T, Z) / n, w, v, d2P, BAND, H)
    j, t = best_jump(family, smooth_attack, Z, y, r, KINK_WIDTH * unit, b, eta, P, H, q, model_c)
    return H, model_c, j, t


@njit(cache=True)
def gradient_at(family, attack, Z, y, c, ridge, r, offset, unit, b, eta, sigma):
    """Objective, P and gradient q (m + 1,) in (b, P) at b, the kinks' multipliers held at sigma.

    An observation off its kink has no multiplier: its sign is that of the side where it lies.
    """
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    kappa = np.empty(n)
    q = np.empty(m + 1)
    P = penalty_value(b, c, ridge, r, offset)
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
    return loss, P, q


@njit(cache=True)
def certify(family, attack, Z, y, c, ridge, r, offset, scale, unit, b, eta, sigma):
    """Objective and optimality residual at b; sigma as in `gradient_at`."""
    loss, P, q = gradient_at(family, attack, Z, y, c, ridge, r, offset, unit, b, eta, sigma)
    H, model_c = np.empty((0, 0)), c
    if r < 1.0:
        H, model_c, _, _ = jump_from(family, attack, Z, y, c, r, unit, b, eta, P, q)
    return loss, residual_of(H, q, b, model_c, ridge, r, scale)


@njit(cache=True)
def _violations(q, b, c, scale, inside):
    """How far each column outside the working set violates optimality at zero (negative: keeps it), over `scale`."""
    m = b.size
    excess = np.full(m, -np.inf)
    for j in range(m):
        if not inside[j]:
            excess[j] = (abs(q[j]) - c[j] * q[m]) / scale[j]
    return excess


@njit(cache=True)
def on_working_sets(family, attack, Z, gram, y, c, ridge, offset, scale, unit, narrow, warm, b, eta, sigma):
    """`weighted` for r = 1, on the columns that matter unless there are few (`narrow`).

    The columns that most violate optimality join the working set until none does, which is checked over all of them;
    memory is O(n m) and the cost that of the working set. Parameters and result as in `weighted`.
    """
    if narrow:
        return weighted(family, attack, Z, gram, y, c, ridge, 1.0, offset, scale, unit, warm, b, eta, sigma)
    n = y.size
    inside = (b != 0.0) | (c == 0.0)
    if not warm:
        sigma[:] = np.sign(y - np.mean(y))
        eta[:] = np.dot(Z, b)
    used = 0
    outcome = ITERATION_LIMIT
    q = gradient_at(family, attack, Z, y, c, ridge, 1.0, offset, unit, b, eta, sigma.copy())[2]
    for _ in range(MAX_ROUNDS):
        excess = _violations(q, b, c, scale, inside)
        order = np.argsort(-excess)[: max(SMALLEST_ADDITION, np.sum(inside))]
        added = 0
        for j in order:
            # The first set takes columns that will soon violate along with those that do: a second round costs more.
            if excess[j] > KINK_TOL or (used == 0 and added < SMALLEST_ADDITION):
                inside[j] = True
                added += 1
        if added == 0 and used > 0:
            break
        columns = np.nonzero(inside)[0]
        Z_in = np.ascontiguousarray(Z[:, columns])
        b_in = b[columns]
        gram_in = np.dot(Z_in.T, Z_in) / n if family == GAUSSIAN else np.zeros((0, 0))
        outcome, n_iter = weighted(
            family,
            attack,
            Z_in,
            gram_in,
            y,
            c[columns],
            ridge[columns],
            1.0,
            offset,
            scale[columns],
            unit,
            warm,
            b_in,
            eta,
            sigma,
        )
        used += max(n_iter, 1)
        b[columns] = b_in
        if outcome not in (CONVERGED, ITERATION_LIMIT):
            break
        warm = True
        q = gradient_at(family, attack, Z, y, c, ridge, 1.0, offset, unit, b, eta, sigma.copy())[2]
    return outcome, used
