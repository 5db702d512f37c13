"""Minimiser of a quadratic model in (b, P) jointly, where P = offset + sum_j c_j |b_j|^r with r != 1 (bridge).

For r > 1 the slope of |b|^r grows from zero as |b|^(r - 1), with infinite curvature at zero where r < 2. Newton steps
are therefore taken in u = sign(b) |b|^min(r - 1, 1), in which the slope is linear or flatter.
"""

import numpy as np

from simstudy.kernels.arguments import FLAG, MATRIX, NUMBER, VECTOR, VOID
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.linear import solve_in_place
from simstudy.kernels.vectors import assign, copy, order_of

ROOT_STEPS = 100
MAX_ROUNDS = 50
# A sweep costs far less than a Newton step on a support that has yet to settle.
SWEEPS = 20
NEWTON_STEPS = 20
HALVINGS = 20
DOUBLINGS = 100
# Change of the model, as a share of what cancels in it, that may be rounding.
ROUNDING = 1e-14
# Powers below this are lost, and no coefficient of a column of size one that is smaller than this matters.
SMALLEST_POWER, SMALLEST = 1e-290, 1e-12
# An infinite weight holds every coefficient below the second up to this exponent.
LARGEST_EXPONENT = 20.0


@part
def _along(a, h, g, x, y, c, r, t):
    """Value, slope and curvature at t > 0 of a t + h t^2/2 + (g + x t) p + y p^2/2, where p = c t^r."""
    p = c * t**r
    dp = r * p / t
    push = g + x * t + y * p
    value = a * t + 0.5 * h * t * t + (g + x * t) * p + 0.5 * y * p * p
    return value, a + h * t + x * p + dp * push, h + 2.0 * x * dp + y * dp * dp + (r - 1.0) * dp / t * push


@part
def smooth_minimum(a, g, c, r):
    """Where a penalty g c t^r, r > 1, holds a coefficient t >= 0 against a slope of -a with no curvature to help."""
    return (a / (r * c * g)) ** (1.0 / (r - 1.0))


@part
def is_lost(t, r):
    """Whether a coefficient t of a column of size one counts as zero, r > 1: t^r or t^2 cannot be computed with."""
    return t < min(SMALLEST_POWER ** (1.0 / max(r, 2.0)), SMALLEST)


@part
def _branch(a, h, g, x, y, c, r):
    """Global minimiser over t >= 0 of `_along`, with its value (never above zero, the value at t = 0).

    Newton steps towards the slope's rightmost zero, from its right. Where the slope is convex in t (r < 1) they arrive,
    or meet a slope that rises to the left: then there is no local minimum but zero.
    """
    if a >= 0.0 or h <= 0.0:
        return 0.0, 0.0
    low, high = 0.0, -a / h
    if r > 1.0 and g > 0.0:
        # The penalty alone may hold t far below: Newton's method from above would take the digits of a difference.
        high = min(high, smooth_minimum(-a, g, c, r))
        if is_lost(high, r):
            return 0.0, 0.0
    for _ in range(DOUBLINGS):
        if not _along(a, h, g, x, y, c, r, high)[1] < 0.0:
            break
        low = high
        high *= 2.0
    k = min(r - 1.0, 1.0) if r > 1.0 else 1.0
    t = high
    value = 0.0
    for _ in range(ROOT_STEPS):
        value, slope, curvature = _along(a, h, g, x, y, c, r, t)
        if slope < 0.0:
            low = t
        else:
            high = t
        ratio = 1.0 - k * slope / (t * curvature) if curvature > 0.0 else -1.0
        if r < 1.0 and low == 0.0 and ratio <= 0.0:
            return 0.0, 0.0
        new = t * (ratio if k == 1.0 else ratio ** (1.0 / k)) if ratio > 0.0 else 0.0
        if not low < new < high:
            if new in (low, high):
                break
            new = np.sqrt(low * high) if low > 0.0 else 0.1 * high
        if abs(new - t) <= 4e-16 * t or new < 1e-300:
            t = new
            break
        t = new
    if value < 0.0:
        return t, value
    return 0.0, 0.0


@part
def coordinate_minimum(H, q, b, c, r, j):
    """Global minimiser of the model in b_j, the other coordinates held; zero where c_j is infinite."""
    m = b.size
    if c[j] == np.inf:
        return 0.0
    if c[j] == 0.0:
        return b[j] - q[j] / H[j, j] if H[j, j] > 0.0 else b[j]
    P_j = c[j] * abs(b[j]) ** r if b[j] != 0.0 else 0.0
    slope = q[j] - H[j, j] * b[j] - H[j, m] * P_j
    g = q[m] - H[m, j] * b[j] - H[m, m] * P_j
    sign = -1.0 if slope > 0.0 else 1.0
    t, _ = _branch(-abs(slope), H[j, j], g, sign * H[j, m], H[m, m], c[j], r)
    return sign * t


@part
def power_slope(c, r, b):
    """Derivative of c |b|^r in b, zero at b = 0."""
    return np.sign(b) * c * r * abs(b) ** (r - 1.0) if b != 0.0 and c > 0.0 else 0.0


@part
def power_curvature(c, r, b):
    """Second derivative of c |b|^r in b, zero at b = 0."""
    return c * r * (r - 1.0) * abs(b) ** (r - 2.0) if b != 0.0 and c > 0.0 else 0.0


@part
def power_step(c, r, b, step):
    """Where a Newton step from b != 0 leads when it is taken in u = sign(b) |b|^min(r - 1, 1); r > 1."""
    if c == 0.0 or r >= 2.0:
        return b + step
    ratio = 1.0 + (r - 1.0) * step / b
    return b * np.sign(ratio) * abs(ratio) ** (1.0 / (r - 1.0))


@kernel(NUMBER(MATRIX, VECTOR, VECTOR, VECTOR, NUMBER, VECTOR))
def power_residual(H, q, b, c, r, scale):
    """Largest optimality residual: at b_j != 0 the gradient, at zero (r < 1) how far b_j wants to go, as a gradient.

    For r > 1 no minimiser is zero, but one that a number cannot tell from it is.
    """
    m = b.size
    worst = 0.0
    for j in range(m):
        if b[j] != 0.0 or c[j] == 0.0:
            distance = abs(q[j] + q[m] * power_slope(c[j], r, b[j]))
        elif r > 1.0:
            lost = q[m] > 0.0 and is_lost(smooth_minimum(abs(q[j]), q[m], c[j], r), r)
            distance = 0.0 if lost and (c[j] < np.inf or r <= LARGEST_EXPONENT) else abs(q[j])
        else:
            distance = H[j, j] * abs(coordinate_minimum(H, q, b, c, r, j))
        worst = max(worst, distance / scale[j])
    return worst


@part
def _sweep(H, q, b, c, r, order):
    """One round of exact global coordinate steps in this order; how many coefficients became zero or ceased to be."""
    m = b.size
    changed = 0
    for j in order:
        new = coordinate_minimum(H, q, b, c, r, j)
        if new != b[j]:
            step = new - b[j]
            dP = c[j] * (abs(new) ** r - abs(b[j]) ** r) if c[j] > 0.0 else 0.0
            changed += (new == 0.0) != (b[j] == 0.0)
            b[j] = new
            for k in range(m + 1):
                q[k] += H[j, k] * step + H[m, k] * dP
    return changed


@part
def _newton_on_support(H, q, b, c, r, scale, tol):
    """Newton step on the nonzero coordinates, halved until the model falls; for r < 1 no sign changes.

    Returns whether another step would do more than this one.
    """
    m = b.size
    support = np.empty(m, np.int64)
    tangent = np.zeros(m)
    a = 0
    for j in range(m):
        if b[j] != 0.0 or c[j] == 0.0:
            support[a] = j
            tangent[a] = power_slope(c[j], r, b[j])
            a += 1
    if a == 0:
        return False
    A = np.empty((a, a))
    d = np.empty(a)
    before = 0.0
    for s in range(a):
        j = support[s]
        d[s] = -(q[j] + q[m] * tangent[s])
        before = max(before, abs(d[s]) / scale[j])
        for t in range(a):
            k = support[t]
            A[s, t] = H[j, k] + tangent[s] * H[m, k] + tangent[t] * H[j, m] + tangent[s] * tangent[t] * H[m, m]
        A[s, s] += q[m] * power_curvature(c[j], r, b[j])
    if before <= tol or not solve_in_place(A, d):
        return False
    old, old_q = copy(b), copy(q)
    fraction = 1.0
    for _ in range(HALVINGS):
        crossed = False
        dP = 0.0
        P = 0.0
        for s in range(a):
            j = support[s]
            new = power_step(c[j], r, old[j], fraction * d[s]) if r > 1.0 else old[j] + fraction * d[s]
            if c[j] > 0.0:
                if r < 1.0 and old[j] * new <= 0.0:
                    crossed = True
                    break
                P_j = c[j] * abs(new) ** r
                P += P_j
                dP += P_j - c[j] * abs(old[j]) ** r
            b[j] = new
        if not crossed:
            change = 0.0
            size = abs(old_q[m]) * P
            after = 0.0
            for k in range(m + 1):
                q[k] = old_q[k] + H[m, k] * dP
                for s in range(a):
                    q[k] += H[support[s], k] * (b[support[s]] - old[support[s]])
            for s in range(a + 1):
                k = support[s] if s < a else m
                part = 0.5 * (old_q[k] + q[k]) * (b[k] - old[k] if s < a else dP)
                change += part
                size += abs(part)
                if s < a:
                    after = max(after, abs(q[k] + q[m] * power_slope(c[k], r, b[k])) / scale[k])
            if change < -ROUNDING * size or (change <= ROUNDING * size and after < before):
                return after > tol
        fraction *= 0.5
        if r < 1.0 and fraction < 0.2:
            # Coordinate steps know where a concave power ends.
            break
    assign(b, old)
    assign(q, old_q)
    return False


@kernel(VOID(MATRIX, VECTOR, VECTOR, VECTOR, NUMBER, VECTOR, NUMBER))
def descend_on_support(H, q, b, c, r, scale, tol):
    """Newton steps on the nonzero coordinates while they do some good; parameters as in `minimise_power_model`."""
    for _ in range(NEWTON_STEPS):
        if not _newton_on_support(H, q, b, c, r, scale, tol):
            break


@part
def _drop_one(H, q, b, c, r, scale, tol):
    """Set that small coordinate to zero without which the model is lowest once the others have settled; r < 1.

    A coordinate step asks this with the others held, where the curvature is larger than when they follow. Coordinates
    beyond twice the size at which a step alone jumps from zero are not tried. Returns whether any is better left out.
    """
    m = b.size
    start, start_q = copy(b), copy(q)
    lowest = 0.0
    for j in range(m):
        if start[j] == 0.0 or c[j] == 0.0 or not start_q[m] > 0.0:
            continue
        if abs(start[j]) > 2.0 * (2.0 * start_q[m] * c[j] * (1.0 - r) / H[j, j]) ** (1.0 / (2.0 - r)):
            continue
        b_try, q_try = copy(start), copy(start_q)
        dP = -c[j] * abs(start[j]) ** r
        for k in range(m + 1):
            q_try[k] += H[m, k] * dP - H[j, k] * start[j]
        b_try[j] = 0.0
        descend_on_support(H, q_try, b_try, c, r, scale, tol)
        change = 0.0
        dP = 0.0
        for k in range(m):
            change += 0.5 * (start_q[k] + q_try[k]) * (b_try[k] - start[k])
            if c[k] > 0.0:
                dP += c[k] * (abs(b_try[k]) ** r - abs(start[k]) ** r)
        change += 0.5 * (start_q[m] + q_try[m]) * dP
        if change < lowest - ROUNDING * abs(start_q[m] * dP):
            lowest = change
            assign(b, b_try)
            assign(q, q_try)
    return lowest < 0.0


@part
def _no_zero(b):
    for j in range(b.size):
        if b[j] == 0.0:
            return False
    return True


@kernel(FLAG(MATRIX, VECTOR, VECTOR, VECTOR, NUMBER, VECTOR, NUMBER), descend_on_support, power_residual, order_of)
def minimise_power_model(H, q, b, c, r, scale, tol):
    """Minimise the model from b by exact global coordinate steps and Newton steps on the support in turn.

    Parameters as in `quadratic.minimise_model`, with the exponent r > 0, r != 1. For r < 1 the model has many local
    minima; the result is one that no coordinate can improve by a move of its own, nor a small one by leaving while the
    others follow.

    Returns
    -------
    bool
        Whether the residual reached `tol`.
    """
    # The coordinate with the largest unpenalised minimiser comes first: where there are several local minima, the order
    # of the columns does not choose among them.
    size = np.empty(b.size)
    for j in range(b.size):
        size[j] = -abs(b[j] - q[j] / H[j, j]) if H[j, j] > 0.0 else 0.0
    order = order_of(size)
    for attempt in range(MAX_ROUNDS):
        # A smooth power has no support to settle, but no Newton step starts from a zero.
        for _ in range(SWEEPS if r < 1.0 else 1):
            if r > 1.0 and attempt == 0 and _no_zero(b):
                break
            if _sweep(H, q, b, c, r, order) == 0:
                break
        descend_on_support(H, q, b, c, r, scale, tol)
        if power_residual(H, q, b, c, r, scale) <= tol and (r > 1.0 or not _drop_one(H, q, b, c, r, scale, tol)):
            return True
    return False
