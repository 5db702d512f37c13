"""Attacked quadratic loss with many kinks, by a primal-dual interior point and a crossover to exact kinks and zeros.

Near and below interpolation (T23) most observations end on their kinks, where smoothing has nothing to go by. With
r = rp - rm and b = bp - bm, all four nonnegative, the objective is the quadratic program

    min sum_i (rp_i + rm_i + P)^2 / (2 n),  P = offset + sum_j c_j (bp_j + bm_j),  subject to  rp - rm + Z b = y.

Its dual variable a (n,), with g_i = (rp_i + rm_i + P) / n the weights of the observations and G their sum, has
abs(a_i) <= g_i and abs(Z_j'a) <= c_j G: a_i / g_i is the multiplier of observation i, of size below one on a kink. A
step is Mehrotra's predictor and corrector from a start that is feasible for both; it costs one Cholesky factorisation
of the order n.
"""

from typing import NamedTuple

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, FLAG, LOSS, STATE, TERMS, Matrix, Vector
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.kinks import solve_kinks
from simstudy.kernels.lapack import cholesky_in_place, outer_lower, potrf, potrs, solve_factorised, syrk
from simstudy.kernels.linear import solve_in_place
from simstudy.kernels.states import assign_state, copy_state
from simstudy.kernels.vectors import take_columns

MAX_STEPS = 60
# Mean complementarity, in units of the squared response per observation, from which on a crossover is tried, and after
# each reduction by the factor once more.
CROSSOVER, NEXT_CROSSOVER, LAST = 1e-8, 1e-2, 1e-13
# Share of the way to the boundary that a step goes.
REACH = 0.995
KNOWN = np.bool_(True)


class Point(NamedTuple):
    """x and z (2 n + 2 p,): rp, rm, bp, bm and their multipliers; a (n,); `free` (f,) unpenalised coefficients."""

    x: Vector
    z: Vector
    a: Vector
    free: Vector


class System(NamedTuple):
    """Newton's equations at a point.

    `X` (n, p) penalised and `border` (2 + f, n) what M = diag + X diag X' is bordered by: the couplings with P and with
    G, and the unpenalised columns; `solved` (2 + f, n) is M^-1 of it, `factor` (n, n) the factor of M.
    """

    X: Matrix
    c: Vector
    factor: Matrix
    border: Matrix
    solved: Matrix
    ratio: Vector


@part
def _level(point, c, offset):
    """P at a point."""
    P, p = offset, c.size
    start = 2 * point.a.size
    for j in range(p):
        P += c[j] * (point.x[start + j] + point.x[start + p + j])
    return P


@part
def _start(X, f, y, c, unit):
    """A point that is feasible for both programs, off every boundary: b = 0, a = 0."""
    n, p = X.shape
    x, z = np.empty(2 * n + 2 * p), np.empty(2 * n + 2 * p)
    for j in range(p):
        x[2 * n + j] = x[2 * n + p + j] = 0.5 * unit / (p * c[j])
    for i in range(n):
        x[i] = 0.5 * (abs(y[i]) + unit + y[i])
        x[n + i] = 0.5 * (abs(y[i]) + unit - y[i])
    return Point(x, z, np.zeros(n), np.zeros(f))


@part
def _multipliers(point, c, P):
    """The multipliers z at the start, where a = 0."""
    n, p = point.a.size, c.size
    G = 0.0
    for i in range(n):
        g = (point.x[i] + point.x[n + i] + P) / n
        point.z[i] = point.z[n + i] = g
        G += g
    for j in range(p):
        point.z[2 * n + j] = point.z[2 * n + p + j] = c[j] * G


@part
def _gap(x, z):
    return np.dot(x, z) / x.size


@part
def _factorise(system, point, free_columns, X_scaled):
    """Fill a system at a point; False where M is not positive definite to rounding."""
    X, c, M, border, ratio = system.X, system.c, system.factor, system.border, system.ratio
    n, p = X.shape
    f = free_columns.shape[1]
    for k in range(ratio.size):
        ratio[k] = point.x[k] / point.z[k]
    weight, root = np.empty(p), np.empty(p)
    for j in range(p):
        up, down = ratio[2 * n + j], ratio[2 * n + p + j]
        root[j] = np.sqrt(up + down)
        weight[j] = c[j] * (up - down)
    np.dot(X, weight, border[1])
    for i in range(n):
        for j in range(p):
            X_scaled[i, j] = X[i, j] * root[j]
    outer_lower(X_scaled, M)
    for i in range(n):
        up, down = ratio[i], ratio[n + i]
        M[i, i] += (n * (up + down) + 4.0 * up * down) / (n + up + down)
        border[0, i] = (up - down) / (n + up + down)
        for k in range(f):
            border[2 + k, i] = free_columns[i, k]
    if not cholesky_in_place(M):
        return False
    for k in range(2 + f):
        for i in range(n):
            system.solved[k, i] = border[k, i]
    solve_factorised(M, system.solved)
    return True


@part
def _direction(system, point, xi, dx, dz, da, d_free):
    """Solve Newton's equations z dx + x dz = xi, both programs' constraints kept; False where they are singular."""
    X, c, border, solved, ratio = system.X, system.c, system.border, system.solved, system.ratio
    z = point.z
    n, p = X.shape
    f = d_free.size
    # What is known before the unknown changes of a, P and G.
    weight = np.empty(p)
    known_P = 0.0
    curved_P = 0.0
    for j in range(p):
        up, down = xi[2 * n + j] / z[2 * n + j], xi[2 * n + p + j] / z[2 * n + p + j]
        weight[j] = up - down
        known_P += c[j] * (up + down)
        curved_P += c[j] * c[j] * (ratio[2 * n + j] + ratio[2 * n + p + j])
    rhs = np.empty((1, n))
    np.dot(X, weight, rhs[0])
    known_G, curved_G = 0.0, 0.0
    for i in range(n):
        up, down = xi[i] / z[i], xi[n + i] / z[n + i]
        rhs[0, i] = -rhs[0, i] - (up - down) + border[0, i] * (up + down)
        known_G += (up + down) / (n + ratio[i] + ratio[n + i])
        curved_G += 1.0 / (n + ratio[i] + ratio[n + i])
    solve_factorised(system.factor, rhs)
    size = 2 + f
    A, u = np.empty((size, size)), np.empty(size)
    for k in range(size):
        u[k] = np.dot(border[k], rhs[0])
        for h in range(size):
            A[k, h] = -np.dot(border[k], solved[h]) if h < 2 else np.dot(border[k], solved[h])
    A[0, 0] -= curved_G
    A[0, 1] += 1.0
    A[1, 0] += 1.0
    A[1, 1] += curved_P
    u[0] += known_G
    u[1] += known_P
    for k in range(2, size):
        u[k] = -u[k]
        for h in range(size):
            A[k, h] = -A[k, h]
    if not solve_in_place(A, u):
        return False
    for i in range(n):
        da[i] = rhs[0, i]
    for k in range(size):
        sign = 1.0 if k < 2 else -1.0
        for i in range(n):
            da[i] += sign * u[k] * solved[k, i]
    for k in range(f):
        d_free[k] = u[2 + k]
    moved = np.empty(p)
    np.dot(X.T, da, moved)
    for i in range(n):
        up, down = xi[i] / z[i], xi[n + i] / z[n + i]
        dg = (up + down + (ratio[i] - ratio[n + i]) * da[i] + u[0]) / (n + ratio[i] + ratio[n + i])
        dz[i] = dg - da[i]
        dz[n + i] = dg + da[i]
    for j in range(p):
        dz[2 * n + j] = c[j] * u[1] - moved[j]
        dz[2 * n + p + j] = c[j] * u[1] + moved[j]
    for k in range(dx.size):
        dx[k] = (xi[k] - point.x[k] * dz[k]) / z[k]
    return True


@part
def _length(point, dx, dz):
    """Largest step to the boundary."""
    step = np.inf
    for k in range(dx.size):
        if dx[k] < 0.0:
            step = min(step, -point.x[k] / dx[k])
        if dz[k] < 0.0:
            step = min(step, -point.z[k] / dz[k])
    return step


@part
def _step(system, point, gap):
    """One predictor and corrector, in place; False where the equations are singular to rounding."""
    size, n, f = point.x.size, point.a.size, point.free.size
    x, z = point.x, point.z
    xi, dx, dz, da, d_free = np.empty(size), np.empty(size), np.empty(size), np.empty(n), np.empty(f)
    for k in range(size):
        xi[k] = -x[k] * z[k]
    if not _direction(system, point, xi, dx, dz, da, d_free):
        return False
    step = min(1.0, _length(point, dx, dz))
    ahead = 0.0
    for k in range(size):
        ahead += (x[k] + step * dx[k]) * (z[k] + step * dz[k])
    ahead /= size
    target = gap * (ahead / gap) ** 3
    for k in range(size):
        xi[k] = target - x[k] * z[k] - dx[k] * dz[k]
    if not _direction(system, point, xi, dx, dz, da, d_free):
        return False
    step = min(1.0, REACH * _length(point, dx, dz))
    if not step > 0.0:
        return False
    for k in range(size):
        x[k] += step * dx[k]
        z[k] += step * dz[k]
    for i in range(n):
        point.a[i] += step * da[i]
    for k in range(f):
        point.free[k] += step * d_free[k]
    return True


@part
def _read(point, terms, penalised, free, n_free, state):
    """Coefficients and multipliers at a point, with the zeros and kinks to which it tends."""
    n, p = point.a.size, penalised.size
    x, z = point.x, point.z
    c = np.empty(p)
    for j in range(p):
        c[j] = terms.c[penalised[j]]
    P = _level(point, c, terms.offset)
    G = 0.0
    for i in range(n):
        g = (x[i] + x[n + i] + P) / n
        G += g
        # Either the residual vanishes or the distance of the multiplier to its bound does.
        if x[i] > n * z[i]:
            state.sigma[i] = 1.0
        elif x[n + i] > n * z[n + i]:
            state.sigma[i] = -1.0
        else:
            state.sigma[i] = point.a[i] / g
    share = P / (G * min(n, p))
    for j in range(p):
        up, down = 2 * n + j, 2 * n + p + j
        nonzero = max(x[up] / z[up], x[down] / z[down]) * c[j] * c[j] > share
        state.b[penalised[j]] = x[up] - x[down] if nonzero else 0.0
    for k in range(n_free):
        state.b[free[k]] = point.free[k]


@part
def _columns_of(terms):
    """Indices of the penalised columns and of the others."""
    m = terms.c.size
    penalised, free = np.empty(m, np.int64), np.empty(m, np.int64)
    p, f = 0, 0
    for j in range(m):
        if terms.c[j] > 0.0:
            penalised[p] = j
            p += 1
        else:
            free[f] = j
            f += 1
    return penalised[:p], free[:f]


@kernel(types.Tuple((FLAG, COUNT))(LOSS, DESIGN, TERMS, STATE), solve_kinks, syrk, potrf, potrs)
def interior_point(loss, design, terms, state):
    """Minimise the attacked quadratic loss with sum c_j abs(b_j) inside, from scratch.

    Parameters
    ----------
    loss : Loss
        Quadratic.
    design : Design
    terms : Terms
        Power one, without a ridge.
    state : State
        The solution, in place, where there is one.

    Returns
    -------
    solved : bool
        Whether the kinks and zeros to which the interior points tend solve the problem exactly, as in `solve_kinks`.
    n_iter : int
    """
    Z, y = design.Z, design.y
    n = y.size
    penalised, free = _columns_of(terms)
    X, free_columns = take_columns(Z, penalised), take_columns(Z, free)
    p, f = X.shape[1], free.size
    c = np.empty(p)
    for j in range(p):
        c[j] = terms.c[penalised[j]]
    point = _start(X, f, y, c, design.unit)
    _multipliers(point, c, _level(point, c, terms.offset))
    system = System(
        X, c, np.empty((n, n)), np.empty((2 + f, n)), np.empty((2 + f, n)), np.empty(point.x.size)
    )  # fmt: skip
    X_scaled = np.empty((n, p))
    trial = copy_state(state)
    due, used = CROSSOVER, 0
    for iteration in range(MAX_STEPS):
        gap = _gap(point.x, point.z)
        relative = gap * n / (design.unit * design.unit)
        regular = np.isfinite(relative) and relative > LAST
        if regular:
            regular = _factorise(system, point, free_columns, X_scaled) and _step(system, point, gap)
        if relative <= due or not regular:
            due = relative * NEXT_CROSSOVER
            _read(point, terms, penalised, free, f, trial)
            solved, _, n_iter = solve_kinks(loss, 0.0, design, terms, KNOWN, trial)
            used += n_iter
            if solved:
                assign_state(state, trial)
                return True, used + iteration
        if not regular:
            return False, used + iteration
    return False, used + MAX_STEPS
