"""Proximal Newton in (b, P) jointly for one smoothing width, with a line search on the smoothed objective."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import FamilyCode, Outcome
from simstudy.kernels.loss import GAUSSIAN, NONE, has_kinks, smoothed
from simstudy.kernels.power import coordinate_minimum, descend_on_support, minimise_power_model, power_residual
from simstudy.kernels.quadratic import minimise_model

BINOMIAL = np.int64(FamilyCode.BINOMIAL)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)

# A Newton step that still moves a linear predictor by this much when the gradient has vanished is running to infinity.
SETTLED_STEP = 1e-2
# Optimality residual below which the gradient counts as vanished although the steps are not.
VANISHED = 1e-6
# A regular problem needs one more step to settle; data without a minimiser never do.
UNSETTLED_STEPS = 8


@njit(cache=True)
def penalty_value(b, c, ridge, r, offset):
    """P(b) = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2)."""
    P = offset
    for j in range(b.size):
        t = abs(b[j])
        P += c[j] * (t if r == 1.0 else t**r) + 0.5 * ridge[j] * t * t
    return P


@njit(cache=True)
def residual_of(H, q, b, c, ridge, r, scale):
    """Optimality residual for the gradient q in (b, P); H is read for r < 1 only."""
    if r != 1.0:
        return power_residual(H, q, b, c, r, scale)
    m = b.size
    worst = 0.0
    for j in range(m):
        slope = q[j] + q[m] * ridge[j] * b[j]
        if b[j] > 0.0:
            distance = abs(slope + c[j] * q[m])
        elif b[j] < 0.0:
            distance = abs(slope - c[j] * q[m])
        else:
            distance = max(0.0, abs(slope) - c[j] * q[m])
        worst = max(worst, distance / scale[j])
    return worst


@njit(cache=True)
def minimise_step(H, q, b, c, ridge, r, scale, tol):
    """Minimiser of the quadratic model with this penalty, in place; False where the curvature is singular.

    A ridge is smooth: with P = K + S, S = sum ridge_j b_j^2 / 2, the model in (b, P) becomes one in (b, K).
    """
    if r != 1.0:
        minimise_power_model(H, q, b, c, r, scale, tol)
        return True
    if np.any(ridge > 0.0):
        m = b.size
        slope = ridge * b
        cross = H[:m, m].copy()
        for j in range(m):
            for k in range(m):
                H[j, k] += cross[j] * slope[k] + slope[j] * cross[k] + H[m, m] * slope[j] * slope[k]
            H[j, j] += q[m] * ridge[j]
            H[j, m] += H[m, m] * slope[j]
            H[m, j] = H[j, m]
            q[j] += q[m] * slope[j]
    return minimise_model(H, q, b, c, scale, tol)


@njit(cache=True)
def fill_hessian(family, Z, gram, w, v, d2P, delta_band, H):
    """Second derivative of the mean loss in (b, P) into H (m + 1, m + 1), P last.

    `gram` (m, m) is Z'Z/n: for the gaussian family w is one outside the kink band, so that only the rows in the band
    (`delta_band` true) are added to it.
    """
    n, m = Z.shape
    if family == GAUSSIAN:
        for j in range(m):
            for k in range(m):
                H[j, k] = gram[j, k]
        if delta_band:
            for i in range(n):
                if w[i] != 1.0:
                    extra = (w[i] - 1.0) / n
                    for j in range(m):
                        f = extra * Z[i, j]
                        for k in range(m):
                            H[j, k] += f * Z[i, k]
    else:
        WZ = np.empty((n, m))
        for i in range(n):
            f = w[i] / n
            for j in range(m):
                WZ[i, j] = f * Z[i, j]
        H[:m, :m] = np.dot(Z.T, WZ)
    cross = np.dot(Z.T, v)
    for j in range(m):
        H[j, m] = cross[j] / n
        H[m, j] = H[j, m]
    H[m, m] = d2P


@njit(cache=True)
def best_jump(family, attack, Z, y, r, delta, b, eta, P, H, q, model_c):
    """Coordinate whose jump to zero or from it, to the model's global minimum, lowers the smoothed objective most.

    r < 1. Returns (coordinate, its new value), (-1, 0.0) where there is none. Jumps from zero that would raise the
    objective are the model's error: their weights in `model_c` (m,) become infinite, so that the model does not take
    them.
    """
    n, m = Z.shape
    sigma, d_eta, w, v = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    lowest = smoothed(family, attack, y, eta, P, delta, sigma, d_eta, w, v)[0]
    ceiling = lowest - 1e-12 * abs(lowest)
    best, value = -1, 0.0
    for j in range(m):
        if model_c[j] == 0.0:
            continue
        t = coordinate_minimum(H, q, b, model_c, r, j)
        if (t == 0.0) == (b[j] == 0.0):
            continue
        P_t = P + model_c[j] * (abs(t) ** r - abs(b[j]) ** r)
        loss = smoothed(family, attack, y, eta + (t - b[j]) * Z[:, j], P_t, delta, sigma, d_eta, w, v)[0]
        if not loss < ceiling:
            if b[j] == 0.0:
                model_c[j] = np.inf
        elif loss < lowest:
            best, value, lowest = j, t, loss
    return best, value


@njit(cache=True)
def margin(y, eta, P):
    """min_i (yt_i eta_i - P), positive exactly where the data are separated beyond the attack (T18)."""
    smallest = np.inf
    for i in range(y.size):
        smallest = min(smallest, (eta[i] if y[i] > 0.5 else -eta[i]) - P)
    return smallest


@njit(cache=True)
def _largest_change(a, b):
    change = 0.0
    for i in range(a.size):
        change = max(change, abs(a[i] - b[i]))
    return change


@njit(cache=True)
def _slope_along(q, b, b_new, P, P_new):
    """Change of the loss from b to b_new by its gradient q in (b, P)."""
    change = q[b.size] * (P_new - P)
    for j in range(b.size):
        change += q[j] * (b_new[j] - b[j])
    return change


@njit(cache=True)
def proximal_newton(family, attack, Z, gram, y, c, ridge, r, offset, scale, delta, tol, max_iter, b, eta, sigma):
    """Minimise the smoothed objective over b = (intercept if any, slopes), from b.

    Parameters
    ----------
    family, attack : int
        FamilyCode and Attack.
    Z : (n, m) float array, C order
        Columns of the design, the intercept's ones first if there is one.
    gram : (m, m) float array
        Z'Z/n; read for the gaussian family only.
    y : (n,) float array
    c, ridge : (m,) float arrays
        Weights of |b_j|^r and of b_j^2 / 2 in P; zero for the intercept. The ridge needs r = 1.
    r : float
        Exponent, > 0.
    offset : float
        Constant part of P.
    scale : (m,) float array
        rms(column j) * m, m the mean absolute deviation of y: the unit of the optimality residual.
    delta : float
        Smoothing width of the attack's sign, on the scale of y.
    tol : float
        Optimality residual at which to stop.
    max_iter : int
    b, eta, sigma : (m,), (n,), (n,) float arrays
        Start (b); updated in place to the last iterate, its linear predictor and its attack signs.

    Returns
    -------
    outcome : int
        An Outcome; SEPARATED carries its certificate, DIVERGING says that steps do not shrink while the gradient does.
    n_iter : int
    """
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    H = np.zeros((m + 1, m + 1))
    q = np.empty(m + 1)
    b_new = np.empty(m)
    eta[:] = np.dot(Z, b)
    P = penalty_value(b, c, ridge, r, offset)
    loss, dP, d2P = smoothed(family, attack, y, eta, P, delta, sigma, d_eta, w, v)
    if not np.isfinite(loss):
        return NON_FINITE, 0
    band = has_kinks(family, attack)
    free = not (np.any(c > 0.0) or np.any(ridge > 0.0))
    # Beyond a certificate the loss falls for ever, unless P outgrows every linear predictor.
    certified = family == BINOMIAL and (free or (attack != NONE and r <= 1.0 and not np.any(ridge > 0.0)))
    model_c = c.copy()
    unsettled = 0
    last_move = np.inf
    for iteration in range(max_iter):
        if certified and margin(y, eta, 0.0 if attack == NONE else P) > 0.0:
            return SEPARATED, iteration
        q[:m] = np.dot(Z.T, d_eta)
        for j in range(m):
            q[j] /= n
        q[m] = dP
        jumps, landing = -1, 0.0
        if r < 1.0:
            fill_hessian(family, Z, gram, w, v, d2P, band, H)
            model_c[:] = c
            jumps, landing = best_jump(family, attack, Z, y, r, delta, b, eta, P, H, q, model_c)
        residual = residual_of(H, q, b, model_c, ridge, r, scale)
        if residual <= tol and jumps < 0:
            if last_move <= SETTLED_STEP or family == GAUSSIAN:
                return CONVERGED, iteration
            unsettled += 1
            if unsettled == UNSETTLED_STEPS:
                return DIVERGING, iteration
        if r >= 1.0:
            fill_hessian(family, Z, gram, w, v, d2P, band, H)
        b_new[:] = b
        slope_at = q.copy()
        regular = minimise_step(H, q, b_new, model_c, ridge, r, scale, 0.1 * tol)
        if free and iteration == 0 and not regular:
            return SINGULAR, iteration
        P_new = penalty_value(b_new, c, ridge, r, offset)
        decrease = _slope_along(slope_at, b, b_new, P, P_new)
        eta_new = np.dot(Z, b_new)
        # Without curvature along some direction the model's step says nothing about how far the minimiser is.
        move = _largest_change(eta, eta_new) if regular else np.inf
        accepted = False
        # Rounding of eta enters the loss through its gradient and is all that is left of a step near the minimiser.
        slack = 1e-14 * abs(loss) + 1e-15 * np.mean(np.abs(eta * d_eta))
        # A point that the model has nothing to add to is left by the jump alone.
        for trial in range(40 if jumps < 0 or residual > tol else 0):
            new_loss, new_dP, new_d2P = smoothed(family, attack, y, eta_new, P_new, delta, sigma, d_eta, w, v)
            if new_loss <= loss + 1e-4 * min(decrease, 0.0) + slack:
                accepted = True
                break
            decrease *= 0.5
            if r < 1.0 and trial == 0:
                # A model that takes a coordinate to zero, or from it, may be wrong about that one alone.
                b_new[:] = b
                descend_on_support(H, slope_at.copy(), b_new, c, r, scale, 0.1 * tol)
            elif r < 1.0:
                # Between zero and a concave penalty's minimiser the objective may rise: more curvature, not less step.
                for j in range(m):
                    H[j, j] *= 2.0
                b_new[:] = b
                minimise_power_model(H, slope_at.copy(), b_new, model_c, r, scale, 0.1 * tol)
            else:
                for j in range(m):
                    b_new[j] = 0.5 * (b_new[j] + b[j])
            P_new = penalty_value(b_new, c, ridge, r, offset)
            if r < 1.0:
                decrease = _slope_along(slope_at, b, b_new, P, P_new)
            eta_new = np.dot(Z, b_new)
        if not accepted and jumps >= 0:
            b_new[:] = b
            b_new[jumps] = landing
            P_new = penalty_value(b_new, c, ridge, r, offset)
            eta_new = np.dot(Z, b_new)
            new_loss, new_dP, new_d2P = smoothed(family, attack, y, eta_new, P_new, delta, sigma, d_eta, w, v)
            accepted = new_loss < loss
        if not accepted:
            smoothed(family, attack, y, eta, P, delta, sigma, d_eta, w, v)
            vanished = residual <= VANISHED and family != GAUSSIAN
            return (DIVERGING if vanished and move > SETTLED_STEP else ITERATION_LIMIT), iteration + 1
        # A concave power's model may have proposed what was not done.
        last_move = move if r >= 1.0 else _largest_change(eta, eta_new)
        b[:] = b_new
        eta[:] = eta_new
        P, loss, dP, d2P = P_new, new_loss, new_dP, new_d2P
    return ITERATION_LIMIT, max_iter
