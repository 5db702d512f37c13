"""Minimiser of a quadratic model in (b, P) jointly, where P = offset + sum_j c_j |b_j|.

The model is m(b) = q'(z - z0) + 1/2 (z - z0)'H(z - z0) with z = (b, P): the second-order model of a loss that carries
its penalty inside (T3). Penalised likelihood (T4) is the case in which the last row and column of H are zero.
"""

import numpy as np

from simstudy.kernels.arguments import COUNT, FLAG, MATRIX, NUMBER, VECTOR
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.lapack import potrf, potrs
from simstudy.kernels.linear import solve_definite
from simstudy.kernels.vectors import any_positive, assign, copy

FULL, CUT, SINGULAR = 0, 1, 2
# As many faces as it takes.
ALL = np.int64(np.iinfo(np.int64).max)
RIDGE = 1e-9
# A sweep costs far less than a Newton step on a support that has yet to settle.
SWEEPS = 20
# Rounds without progress after which rounding is all that is left.
STALLED_ROUNDS = 10


@part
def _shift(H, q, j, step, dP):
    m = q.size - 1
    if step != 0.0:
        for k in range(m + 1):
            q[k] += H[j, k] * step
    if dP != 0.0:
        for k in range(m + 1):
            q[k] += H[m, k] * dP


@part
def _coordinate_minimum(H, q, b, c, j):
    """Exact minimiser of the model in b_j: from the value at zero, the better of the two sign branches."""
    m = b.size
    P_j = c[j] * abs(b[j])
    slope = q[j] - H[j, j] * b[j] - H[j, m] * P_j
    penalty_slope = c[j] * (q[m] - H[m, j] * b[j] - H[m, m] * P_j)
    up = slope + penalty_slope
    down = slope - penalty_slope
    cross = 2.0 * c[j] * H[j, m]
    square = c[j] * c[j] * H[m, m]
    best = 0.0
    gain = 0.0
    if up < 0.0:
        curvature = H[j, j] + cross + square
        if curvature > 0.0:
            best = -up / curvature
            gain = up * up / curvature
    if down > 0.0:
        curvature = H[j, j] - cross + square
        if curvature > 0.0 and down * down / curvature > gain:
            best = -down / curvature
    return best


@part
def model_residual(q, b, c, scale):
    """Largest distance of zero to the subdifferential of the model, each coordinate divided by `scale` (m,)."""
    m = b.size
    worst = 0.0
    for j in range(m):
        if b[j] > 0.0:
            distance = abs(q[j] + c[j] * q[m])
        elif b[j] < 0.0:
            distance = abs(q[j] - c[j] * q[m])
        else:
            distance = max(0.0, abs(q[j]) - c[j] * q[m])
        worst = max(worst, distance / scale[j])
    return worst


@part
def _sweep(H, q, b, c):
    """One round of exact coordinate steps; how many coefficients became zero, ceased to be, or changed sign."""
    changed = 0
    for j in range(b.size):
        if H[j, j] <= 0.0:
            continue
        new = _coordinate_minimum(H, q, b, c, j)
        step = new - b[j]
        if step != 0.0:
            dP = c[j] * (abs(new) - abs(b[j]))
            changed += np.sign(new) != np.sign(b[j])
            b[j] = new
            _shift(H, q, j, step, dP)
    return changed


@part
def _fill_face(H, q, b, c, support, A, d):
    """Curvature A and negative gradient d of the model over the support, the signs of b held."""
    m = b.size
    for r in range(support.size):
        j = support[r]
        cj = c[j] * np.sign(b[j])
        d[r] = -(q[j] + cj * q[m])
        for s in range(support.size):
            k = support[s]
            ck = c[k] * np.sign(b[k])
            A[r, s] = H[j, k] + cj * H[m, k] + ck * H[j, m] + cj * ck * H[m, m]


@part
def _move(H, q, b, c, support, d, fraction, blocking):
    """Go `fraction` of the way d on the support; a sign never changes, and `blocking` (-1: none) becomes zero.

    Returns the model's change.
    """
    m = b.size
    before = copy(q)
    dP = 0.0
    moved = np.zeros(support.size)
    for r in range(support.size):
        j = support[r]
        new = b[j] + fraction * d[r]
        if j == blocking or (c[j] > 0.0 and b[j] * new < 0.0):
            new = 0.0
        moved[r] = new - b[j]
        dP += c[j] * (abs(new) - abs(b[j]))
        b[j] = new
        _shift(H, q, j, moved[r], 0.0)
    _shift(H, q, m, dP, 0.0)
    change = 0.5 * (before[m] + q[m]) * dP
    for r in range(support.size):
        change += 0.5 * (before[support[r]] + q[support[r]]) * moved[r]
    return change


@part
def _first_sign_change(b, c, support, d):
    """Share of the step d on the support until a penalised coefficient reaches zero, and which; (1, -1) for none."""
    fraction, blocking = 1.0, -1
    for r in range(support.size):
        j = support[r]
        if c[j] > 0.0 and b[j] * (b[j] + d[r]) < 0.0:
            limit = -b[j] / d[r]
            if limit < fraction:
                fraction = limit
                blocking = j
    return fraction, blocking


@part
def _newton_on_support(H, q, b, c):
    """Minimise over the support with signs fixed.

    Coefficients that would change sign become zero, all of them where that lowers the model, else the first on the way.
    Where the face has no unique minimiser (more coefficients than observations, say), a ridge sends the step far along
    a direction without curvature, and the first sign change ends it: one coefficient fewer. Where the face is flat
    along that direction (two equal columns, say), any vector that the ridge alone bounds is one.

    Returns FULL where the face's minimiser was reached, CUT at a sign change, SINGULAR where there is neither.
    """
    m = b.size
    support = np.empty(m, np.int64)
    a = 0
    for j in range(m):
        if b[j] != 0.0 or c[j] == 0.0:
            support[a] = j
            a += 1
    if a == 0:
        return FULL
    A = np.empty((a, a))
    d = np.empty(a)
    _fill_face(H, q, b, c, support[:a], A, d)
    regular = solve_definite(A, d)
    fraction, blocking = 1.0, -1
    if regular:
        fraction, blocking = _first_sign_change(b, c, support[:a], d)
    for attempt in range(2):
        if regular or blocking >= 0:
            break
        _fill_face(H, q, b, c, support[:a], A, d)
        for r in range(a):
            A[r, r] *= 1.0 + RIDGE
            if attempt == 1:
                d[r] = abs(b[support[r]]) / (1.0 + r)
        if not solve_definite(A, d):
            return SINGULAR
        fraction, blocking = _first_sign_change(b, c, support[:a], d)
    if not regular and blocking < 0:
        return SINGULAR
    if regular and blocking >= 0:
        old_b, old_q = copy(b), copy(q)
        if _move(H, q, b, c, support[:a], d, 1.0, -1) < 0.0:
            return CUT
        assign(b, old_b)
        assign(q, old_q)
    _move(H, q, b, c, support[:a], d, fraction, blocking)
    return FULL if blocking < 0 else CUT


@kernel(FLAG(MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, NUMBER, COUNT), potrf, potrs)
def minimise_model(H, q, b, c, scale, tol, faces):
    """Minimise the quadratic model from b, by coordinate sweeps and Newton steps on the support in turn.

    Parameters
    ----------
    H : (m + 1, m + 1) float array
        Second derivative in (b, P), P last.
    q : (m + 1,) float array
        Gradient in (b, P) at b; updated in place to the gradient at the minimiser.
    b : (m,) float array
        Start; updated in place.
    c : (m,) float array
        Weights of |b_j| in P, zero for an unpenalised coordinate.
    scale : (m,) float array
        Divisor of each coordinate's residual.
    tol : float
        Residual at which to stop.
    faces : int
        Number of faces left at a sign change at which to give up: each costs a factorisation.

    Returns
    -------
    bool
        False where the curvature on the support is singular, or after `faces`; b is then the last iterate.
    """
    regular = True
    best = np.inf
    stalled, cuts = 0, 0
    free = not any_positive(c)
    for round_ in range(100):
        # Without a penalty one step leads to the minimiser, if there is one.
        for _ in range(0 if free and round_ == 0 else SWEEPS):
            if _sweep(H, q, b, c) == 0:
                break
        step = CUT
        while step == CUT:
            step = _newton_on_support(H, q, b, c)
            cuts += step == CUT
            if cuts >= faces:
                return False
        regular = step == FULL
        residual = model_residual(q, b, c, scale)
        if residual < 0.5 * best:
            best = residual
            stalled = 0
        else:
            stalled += 1
        if residual <= tol or stalled == STALLED_ROUNDS:
            break
    return regular
