"""Exact solution at the kinks: a semismooth Newton method in (b, sigma).

Where solutions of the attacked gaussian and Poisson objectives sit on kinks, the multipliers sigma_i of those
observations are unknowns like the coefficients, and kappa_i = 0 is their equation. From a start whose support and kink
set are nearly right, a few solves of the bordered system give both to rounding error; nothing is smoothed in the end.
"""

import numpy as np
from numba import njit

from simstudy.kernels.codes import FamilyCode
from simstudy.kernels.linear import solve_in_place
from simstudy.kernels.loss import kink_derivatives, sided
from simstudy.kernels.newton import fill_hessian, penalty_value, residual_of
from simstudy.kernels.power import power_curvature, power_slope, power_step

GAUSSIAN = np.int64(FamilyCode.GAUSSIAN)
SMALLEST_STEP = 1e-4
NO_BAND = np.bool_(False)


@njit(cache=True)
def _support(q, b, c, ridge, r, scale, tol, sign, tangent, curvature):
    """Coordinates that are nonzero, unpenalised or violate optimality at zero.

    `sign`, `tangent` and `curvature` (m,) get their signs and the first and second derivatives of P there.
    """
    m = b.size
    index = np.empty(m, np.int64)
    a = 0
    for j in range(m):
        sign[j] = np.sign(b[j])
        if b[j] == 0.0 and c[j] > 0.0:
            if r != 1.0 or abs(q[j]) - c[j] * q[m] <= tol * scale[j]:
                continue
            sign[j] = -np.sign(q[j])
        tangent[j] = c[j] * sign[j] + ridge[j] * b[j] if r == 1.0 else power_slope(c[j], r, b[j])
        curvature[j] = ridge[j] if r == 1.0 else power_curvature(c[j], r, b[j])
        index[a] = j
        a += 1
    return index[:a]


@njit(cache=True)
def _fill_on_support(family, Z, gram, w, v, d2P, support, H):
    """`newton.fill_hessian` for the rows and columns of the support and of P alone."""
    n, m = Z.shape
    a = support.size
    H[m, m] = d2P
    if family == GAUSSIAN:
        for s in range(a):
            for t in range(a):
                H[support[s], support[t]] = gram[support[s], support[t]]
    Z_in = np.empty((a, n))
    WZ = np.empty((n, a))
    for i in range(n):
        for s in range(a):
            z = Z[i, support[s]]
            Z_in[s, i] = z
            WZ[i, s] = w[i] * z / n
    cross = np.dot(Z_in, v)
    for s in range(a):
        H[support[s], m] = cross[s] / n
        H[m, support[s]] = cross[s] / n
    if family != GAUSSIAN:
        G = np.dot(Z_in, WZ)
        for s in range(a):
            for t in range(a):
                H[support[s], support[t]] = G[s, t]


@njit(cache=True)
def _bordered_step(family, worst, Z, y, eta, P, tangent, curvature, H, q, sigma, kappa, support, kinks, width):
    """One Newton step of the bordered system; (False, ...) where it is singular."""
    n = y.size
    m = tangent.size
    a = support.size
    k = kinks.size
    A = np.empty((a + k, a + k))
    x = np.empty(a + k)
    for r in range(a):
        j = support[r]
        cj = tangent[j]
        x[r] = -(q[j] + cj * q[m])
        for s in range(a):
            h = support[s]
            ch = tangent[h]
            A[r, s] = H[j, h] + cj * H[m, h] + ch * H[j, m] + cj * ch * H[m, m]
        A[r, r] += q[m] * curvature[j]
    for t in range(k):
        i = kinks[t]
        k_eta, k_P, d_eta, d_P = kink_derivatives(family, worst, y[i], eta[i], P, kappa[i])
        x[a + t] = -(kappa[i] - width * sigma[i])
        for u in range(k):
            A[a + t, a + u] = 0.0
        A[a + t, a + t] = -width
        for r in range(a):
            j = support[r]
            cj = tangent[j]
            A[a + t, r] = k_eta * Z[i, j] + k_P * cj
            A[r, a + t] = (d_eta * Z[i, j] + d_P * cj) / n
    return solve_in_place(A, x), x


@njit(cache=True)
def solve_kinks(family, worst, Z, gram, y, c, ridge, r, offset, scale, width, tol, max_iter, b, eta, sigma):
    """Drive (b, sigma) to a point where the unsmoothed optimality conditions hold.

    `worst` places the Poisson kinks as in `sided`. `b` (m,), `eta` (n,) and `sigma` (n,) are the start and are updated
    in place; `width` is the distance in y within which an observation counts as on its kink. Other parameters as in
    `proximal_newton`.

    Returns
    -------
    solved : bool
        Whether residual <= tol, every |sigma_i| <= 1 and every sigma_i off the kink is the sign of kappa_i.
    residual : float
        Optimality residual at the last iterate, multipliers held.
    n_iter : int
    """
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    kappa = np.empty(n)
    H = np.empty((m + 1, m + 1))
    q = np.empty(m + 1)
    sign = np.empty(m)
    tangent = np.zeros(m)
    curvature = np.zeros(m)
    on_kink = np.abs(sigma) < 1.0
    residual = np.inf
    for iteration in range(max_iter):
        eta[:] = np.dot(Z, b)
        P = penalty_value(b, c, ridge, r, offset)
        loss, q[m], d2P = sided(family, worst, y, eta, P, sigma, d_eta, w, v, kappa)
        if not np.isfinite(loss):
            return False, np.inf, iteration
        consistent = True
        for i in range(n):
            if on_kink[i]:
                consistent = consistent and abs(kappa[i]) <= 2.0 * width
            elif kappa[i] * sigma[i] < 0.0:
                on_kink[i] = True
                consistent = consistent and abs(kappa[i]) <= 2.0 * width
        q[:m] = np.dot(Z.T, d_eta)
        for j in range(m):
            q[j] /= n
        if r < 1.0:
            fill_hessian(family, Z, gram, w, v, d2P, NO_BAND, H)
        residual = residual_of(H, q, b, c, ridge, r, scale)
        if consistent and residual <= tol:
            return True, residual, iteration
        support = _support(q, b, c, ridge, r, scale, tol, sign, tangent, curvature)
        kinks = np.nonzero(on_kink)[0]
        if kinks.size > 2 * m + 20:
            return False, residual, iteration
        if r >= 1.0:
            _fill_on_support(family, Z, gram, w, v, d2P, support, H)
        solved, x = _bordered_step(
            family, worst, Z, y, eta, P, tangent, curvature, H, q, sigma, kappa, support, kinks, width
        )
        if not solved:
            return False, residual, iteration
        for k in range(support.size):
            j = support[k]
            if r > 1.0:
                b[j] = power_step(c[j], r, b[j], x[k])
            elif c[j] > 0.0 and (b[j] + x[k]) * sign[j] < 0.0:
                b[j] = 0.0
            else:
                b[j] += x[k]
        for t in range(kinks.size):
            i = kinks[t]
            sigma[i] += x[support.size + t]
            if abs(sigma[i]) >= 1.0:
                sigma[i] = np.sign(sigma[i])
                on_kink[i] = False
    return False, residual, max_iter


@njit(cache=True)
def follow_kinks(family, Z, gram, y, c, ridge, r, offset, scale, width, tol, max_iter, b, eta, sigma):
    """Drive a WORST_CASE solution (b, sigma) to an FGSM one by moving the Poisson kinks from one to the other.

    Parameters and in-place updates as in `solve_kinks`; a step that fails is halved.

    Returns
    -------
    solved : bool
    n_iter : int
    """
    used = 0
    worst, goal, step = 1.0, 1.0, 0.5
    b_try, eta_try, sigma_try = b.copy(), eta.copy(), sigma.copy()
    while True:
        solved, _, n_iter = solve_kinks(
            family, goal, Z, gram, y, c, ridge, r, offset, scale, width, tol, max_iter, b_try, eta_try, sigma_try
        )
        used += n_iter
        if solved:
            worst = goal
            step *= 2.0
            b[:], eta[:], sigma[:] = b_try, eta_try, sigma_try
        elif goal == 1.0:
            return False, used
        else:
            step *= 0.25
            b_try[:], eta_try[:], sigma_try[:] = b, eta, sigma
        if worst == 0.0 or step < SMALLEST_STEP:
            return worst == 0.0, used
        goal = max(worst - step, 0.0)
