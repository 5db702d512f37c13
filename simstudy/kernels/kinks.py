"""Exact solution at the kinks: a semismooth Newton method in (b, sigma).

Where solutions of the attacked gaussian and Poisson objectives sit on kinks, the multipliers sigma_i of those
observations are unknowns like the coefficients, and kappa_i = 0 is their equation. From a start whose support and kink
set are nearly right, a few solves of the bordered system give both to rounding error; nothing is smoothed in the end.
"""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, FLAG, LOSS, NUMBER, STATE, TERMS, Terms
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.hessian import fill_hessian
from simstudy.kernels.lapack import symmetric_product
from simstudy.kernels.linear import solve_in_place
from simstudy.kernels.loss import has_gram, kink_derivatives, sided
from simstudy.kernels.model import penalty_value, residual_of
from simstudy.kernels.power import power_curvature, power_slope, power_step
from simstudy.kernels.states import assign_state, copy_state
from simstudy.kernels.tolerances import KINK_ITER, KINK_TOL, KINK_WIDTH
from simstudy.kernels.vectors import gradient_in

SMALLEST_STEP = 1e-4
# Share of the penalty at which kinks are moved at the least.
SMALLEST_SHARE = 0.01
NO = np.bool_(False)


@part
def _support(q, b, terms, scale, entry, sign, tangent, curvature):
    """Coordinates that are nonzero, unpenalised or violate optimality at zero by more than `entry`.

    `sign`, `tangent` and `curvature` (m,) get their signs and the first and second derivatives of P there.
    """
    c, ridge, r = terms.c, terms.ridge, terms.r
    m = b.size
    index = np.empty(m, np.int64)
    a = 0
    for j in range(m):
        sign[j] = np.sign(b[j])
        if b[j] == 0.0 and c[j] > 0.0:
            if r != 1.0 or abs(q[j]) - c[j] * q[m] <= entry * scale[j]:
                continue
            sign[j] = -np.sign(q[j])
        tangent[j] = c[j] * sign[j] + ridge[j] * b[j] if r == 1.0 else power_slope(c[j], r, b[j])
        curvature[j] = ridge[j] if r == 1.0 else power_curvature(c[j], r, b[j])
        index[a] = j
        a += 1
    return index[:a]


@part
def _true(mask):
    """Indices at which a mask is true."""
    index = np.empty(mask.size, np.int64)
    count = 0
    for i in range(mask.size):
        if mask[i]:
            index[count] = i
            count += 1
    return index[:count]


@part
def _fill_on_support(constant, Z, gram, w, v, d2P, support, H):
    """`fill_hessian` for the rows and columns of the support and of P alone; `gram` is used where it is not empty."""
    n, m = Z.shape
    a = support.size
    H[m, m] = d2P
    if constant and gram.size > 0:
        cross = np.empty(m)
        np.dot(Z.T, v, cross)
        for s in range(a):
            H[support[s], m] = cross[support[s]] / n
            H[m, support[s]] = cross[support[s]] / n
            for t in range(a):
                H[support[s], support[t]] = gram[support[s], support[t]]
        return
    Z_in = np.empty((a, n))
    WZ = np.empty((n, a))
    for i in range(n):
        for s in range(a):
            z = Z[i, support[s]]
            Z_in[s, i] = z
            WZ[i, s] = w[i] * z / n
    cross = np.dot(Z_in, v)
    G = np.dot(Z_in, WZ)
    for s in range(a):
        H[support[s], m] = cross[s] / n
        H[m, support[s]] = cross[s] / n
        for t in range(a):
            H[support[s], support[t]] = G[s, t]


@part
def _bordered_step(loss, worst, Z, y, eta, P, tangent, curvature, H, q, sigma, kappa, support, kinks, width):
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
        k_eta, k_P, d_eta, d_P = kink_derivatives(loss, worst, y, eta, P, kappa, i)
        # Kinks that are linear in b are met exactly; of others more may meet than there are coefficients, and the
        # width decides among their multipliers.
        x[a + t] = -(kappa[i] if loss.quadratic else kappa[i] - width * sigma[i])
        for u in range(k):
            A[a + t, a + u] = 0.0
        A[a + t, a + t] = -width
        for r in range(a):
            j = support[r]
            cj = tangent[j]
            A[a + t, r] = k_eta * Z[i, j] + k_P * cj
            A[r, a + t] = (d_eta * Z[i, j] + d_P * cj) / n
    return solve_in_place(A, x), x


@kernel(types.Tuple((FLAG, NUMBER, COUNT))(LOSS, NUMBER, DESIGN, TERMS, FLAG, STATE), symmetric_product)
def solve_kinks(loss, worst, design, terms, known, state):
    """Drive (b, sigma) to a point where the unsmoothed optimality conditions hold.

    `worst` places the kinks as in `sided`. An observation counts as on its kink within KINK_WIDTH of it. `known`: the
    support is that of the solution, with multipliers that are not exact yet, so that no zero moves in the first step.

    Returns
    -------
    solved : bool
        Whether residual <= KINK_TOL, every |sigma_i| <= 1 and every sigma_i off the kink is the sign of kappa_i.
    residual : float
        Optimality residual at the last iterate, multipliers held.
    n_iter : int
    """
    Z, gram, y, scale = design.Z, design.gram, design.y, design.scale
    c, r = terms.c, terms.r
    b, eta, sigma = state.b, state.eta, state.sigma
    width = KINK_WIDTH * design.unit
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
    on_kink = np.empty(n, np.bool_)
    for i in range(n):
        on_kink[i] = abs(sigma[i]) < 1.0
    residual = np.inf
    for iteration in range(KINK_ITER):
        np.dot(Z, b, eta)
        P = penalty_value(b, terms)
        value, q[m], d2P = sided(loss, worst, y, eta, P, sigma, d_eta, w, v, kappa)
        if not np.isfinite(value):
            return False, np.inf, iteration
        consistent = True
        for i in range(n):
            if on_kink[i]:
                consistent = consistent and abs(kappa[i]) <= 2.0 * width
            elif kappa[i] * sigma[i] < 0.0:
                on_kink[i] = True
                consistent = consistent and abs(kappa[i]) <= 2.0 * width
        gradient_in(Z, d_eta, q)
        if r < 1.0:
            fill_hessian(has_gram(loss), Z, gram, w, v, d2P, NO, H)
        residual = residual_of(H, q, b, terms, scale)
        if consistent and residual <= KINK_TOL:
            return True, residual, iteration
        entry = np.inf if known and iteration == 0 else KINK_TOL
        support = _support(q, b, terms, scale, entry, sign, tangent, curvature)
        kinks = _true(on_kink)
        if kinks.size > 2 * m + 20:
            return False, residual, iteration
        if r >= 1.0:
            _fill_on_support(has_gram(loss), Z, gram, w, v, d2P, support, H)
        solved, x = _bordered_step(
            loss, worst, Z, y, eta, P, tangent, curvature, H, q, sigma, kappa, support, kinks, width
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
    return False, residual, KINK_ITER


@part
def _at_share(terms, share):
    """The penalty times `share`."""
    return Terms(share * terms.c, share * terms.ridge, terms.r, share * terms.offset)


@part
def _follow(loss, design, terms, start, end, state):
    """Move a solution along the line from `start` to `end`, each (worst, share of the penalty).

    In-place updates as in `solve_kinks`; a step that fails is halved twice. Returns (arrived, n_iter).
    """
    used, done, goal, step = 0, -1.0, 0.0, 0.5
    trial = copy_state(state)
    while True:
        worst = start[0] + goal * (end[0] - start[0])
        share = start[1] + goal * (end[1] - start[1])
        solved, _, n_iter = solve_kinks(loss, worst, design, _at_share(terms, share), goal == 0.0, trial)
        used += n_iter
        if solved:
            done = goal
            step *= 2.0
            assign_state(state, trial)
        elif goal == 0.0:
            return False, used
        else:
            step *= 0.25
            assign_state(trial, state)
        if done == 1.0 or step < SMALLEST_STEP:
            return done == 1.0, used
        goal = min(done + step, 1.0)


@kernel(types.Tuple((FLAG, COUNT))(LOSS, DESIGN, TERMS, FLAG, STATE), solve_kinks)
def follow_kinks(loss, design, terms, detours, state):
    """Drive a WORST_CASE solution (b, sigma) to an FGSM one by moving the kinks from one to the other.

    Where the way turns back on itself, with `detours` it is gone at a smaller penalty, at which the kinks of both are
    close, and the penalty is raised again after it. In-place updates as in `solve_kinks`.

    Returns
    -------
    solved : bool
    n_iter : int
    """
    given = copy_state(state)
    solved, used = _follow(loss, design, terms, (1.0, 1.0), (0.0, 1.0), state)
    share = 0.5
    while detours and not solved and share > SMALLEST_SHARE:
        assign_state(state, given)
        for leg in range(3):
            start = (1.0, 1.0) if leg == 0 else ((1.0, share) if leg == 1 else (0.0, share))
            end = (1.0, share) if leg == 0 else ((0.0, share) if leg == 1 else (0.0, 1.0))
            solved, n_iter = _follow(loss, design, terms, start, end, state)
            used += n_iter
            if not solved:
                break
        share *= 0.3
    return solved, used
