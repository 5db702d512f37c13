"""Minimiser of a quadratic model in (b, P) jointly, where P = offset + sum_j c_j |b_j|^r with r != 1 (bridge)."""

import numpy as np
from numba import njit

from simstudy.kernels.linear import solve_in_place

# Grid of candidate sizes for a concave power, each this fraction of the one before: it brackets the local minimum.
SHRINK = 0.8
GRID = 80
ROOT_STEPS = 60
MAX_ROUNDS = 50
DOUBLINGS = 100


@njit(cache=True)
def _along(a, h, g, x, y, c, r, t):
    """Value and slope at t > 0 of a t + h t^2/2 + (g + x t) p + y p^2/2, where p = c t^r."""
    p = c * t**r
    dp = r * p / t
    return a * t + 0.5 * h * t * t + (g + x * t) * p + 0.5 * y * p * p, a + h * t + x * p + dp * (g + x * t + y * p)


@njit(cache=True)
def _root(a, h, g, x, y, c, r, low, high):
    """Zero of the slope between low (slope < 0) and high (slope > 0), by secants and logarithmic bisection in turn."""
    f_low = _along(a, h, g, x, y, c, r, low)[1]
    f_high = _along(a, h, g, x, y, c, r, high)[1]
    for k in range(ROOT_STEPS):
        t = low - f_low * (high - low) / (f_high - f_low)
        if k % 3 == 2 or not low < t < high:
            t = np.sqrt(low * high)
        f = _along(a, h, g, x, y, c, r, t)[1]
        if f < 0.0:
            low, f_low = t, f
        else:
            high, f_high = t, f
        if high - low <= 4e-16 * high:
            break
    return 0.5 * (low + high)


@njit(cache=True)
def _branch(a, h, g, x, y, c, r):
    """Global minimiser over t >= 0 of `_along`, with its value (never above zero, the value at t = 0)."""
    if a >= 0.0 or h <= 0.0:
        return 0.0, 0.0
    high = -a / h
    for _ in range(DOUBLINGS):
        if not _along(a, h, g, x, y, c, r, high)[1] < 0.0:
            break
        high *= 2.0
    if r > 1.0:
        low = high
        while _along(a, h, g, x, y, c, r, low)[1] > 0.0:
            low *= 0.1
            if low < 1e-300:
                return 0.0, 0.0
        t = _root(a, h, g, x, y, c, r, low, high)
        return t, _along(a, h, g, x, y, c, r, t)[0]
    best, lowest, t = 0.0, 0.0, high
    for _ in range(GRID):
        value, slope = _along(a, h, g, x, y, c, r, t)
        if slope < 0.0:
            # The slope is positive one step above and negative here: the rightmost local minimum lies between.
            t = _root(a, h, g, x, y, c, r, t, t / SHRINK)
            value = _along(a, h, g, x, y, c, r, t)[0]
            if value < lowest:
                best, lowest = t, value
            break
        t *= SHRINK
    return best, lowest


@njit(cache=True)
def coordinate_minimum(H, q, b, c, r, j):
    """Global minimiser of the model in b_j, the other coordinates held."""
    m = b.size
    if c[j] == 0.0:
        return b[j] - q[j] / H[j, j] if H[j, j] > 0.0 else b[j]
    P_j = c[j] * abs(b[j]) ** r
    slope = q[j] - H[j, j] * b[j] - H[j, m] * P_j
    g = q[m] - H[m, j] * b[j] - H[m, m] * P_j
    sign = -1.0 if slope > 0.0 else 1.0
    t, _ = _branch(-abs(slope), H[j, j], g, sign * H[j, m], H[m, m], c[j], r)
    return sign * t


@njit(cache=True)
def power_slope(c, r, b):
    """Derivative of c |b|^r in b, zero at b = 0."""
    return np.sign(b) * c * r * abs(b) ** (r - 1.0) if b != 0.0 and c > 0.0 else 0.0


@njit(cache=True)
def power_curvature(c, r, b):
    """Second derivative of c |b|^r, zero at b = 0."""
    return c * r * (r - 1.0) * abs(b) ** (r - 2.0) if b != 0.0 and c > 0.0 else 0.0


@njit(cache=True)
def power_residual(H, q, b, c, r, scale):
    """Largest optimality residual: at b_j != 0 the gradient, at zero (r < 1) how far b_j wants to go, as a gradient."""
    m = b.size
    worst = 0.0
    for j in range(m):
        if b[j] != 0.0 or c[j] == 0.0:
            distance = abs(q[j] + q[m] * power_slope(c[j], r, b[j]))
        elif r > 1.0:
            distance = abs(q[j])
        else:
            distance = H[j, j] * abs(coordinate_minimum(H, q, b, c, r, j))
        worst = max(worst, distance / scale[j])
    return worst


@njit(cache=True)
def _move(H, q, b, c, r, j, new):
    m = b.size
    step = new - b[j]
    dP = c[j] * (abs(new) ** r - abs(b[j]) ** r) if c[j] > 0.0 else 0.0
    b[j] = new
    for k in range(m + 1):
        q[k] += H[j, k] * step + H[m, k] * dP


@njit(cache=True)
def _newton_on_support(H, q, b, c, r, scale):
    """Newton step on the nonzero coordinates, kept where it lowers the residual on them without a change of sign."""
    m = b.size
    support = np.empty(m, np.int64)
    a = 0
    for j in range(m):
        if b[j] != 0.0 or c[j] == 0.0:
            support[a] = j
            a += 1
    if a == 0:
        return
    A = np.empty((a, a))
    d = np.empty(a)
    before = 0.0
    for s in range(a):
        j = support[s]
        cj = power_slope(c[j], r, b[j])
        d[s] = -(q[j] + q[m] * cj)
        before = max(before, abs(d[s]) / scale[j])
        for t in range(a):
            k = support[t]
            ck = power_slope(c[k], r, b[k])
            A[s, t] = H[j, k] + cj * H[m, k] + ck * H[j, m] + cj * ck * H[m, m]
        A[s, s] += q[m] * power_curvature(c[j], r, b[j])
    if not solve_in_place(A, d):
        return
    old, old_q = b.copy(), q.copy()
    for s in range(a):
        j = support[s]
        if c[j] > 0.0 and b[j] * (b[j] + d[s]) <= 0.0:
            return
    for s in range(a):
        _move(H, q, b, c, r, support[s], b[support[s]] + d[s])
    after = 0.0
    for s in range(a):
        j = support[s]
        after = max(after, abs(q[j] + q[m] * power_slope(c[j], r, b[j])) / scale[j])
    if not after < before:
        b[:] = old
        q[:] = old_q


@njit(cache=True)
def minimise_power_model(H, q, b, c, r, scale, tol):
    """Minimise the model from b by exact global coordinate steps and Newton steps on the support in turn.

    Parameters as in `quadratic.minimise_model`, with the exponent r > 0, r != 1. For r < 1 the model has many local
    minima; the result is one that no single coordinate can improve.

    Returns
    -------
    bool
        Whether the residual reached `tol`.
    """
    for _ in range(MAX_ROUNDS):
        for j in range(b.size):
            new = coordinate_minimum(H, q, b, c, r, j)
            if new != b[j]:
                _move(H, q, b, c, r, j, new)
        _newton_on_support(H, q, b, c, r, scale)
        if power_residual(H, q, b, c, r, scale) <= tol:
            return True
    return False
