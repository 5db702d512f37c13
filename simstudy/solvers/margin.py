"""Largest margin of labels at an l1 norm of one: a linear program with a dense matrix, by an interior point method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
#: x, its slacks and their multipliers; a step of them.
State = tuple[FloatArray, FloatArray, FloatArray]

MAX_STEPS = 50
# Gap between what is reached and what is proved, in units of the largest entry.
TOLERANCE = 1e-9
# Largest entry of what the dual constraints miss; times the l1 norm of (d, s, t), at most 3, it bounds what it spoils.
MISSING = 3e-8
# Margin that is none.
ZERO = 1e-7
# Smallest weight, of their mean, that is no rounding; what is left of z'A = 0 after a projection in double precision.
POSITIVE, ROUNDING = 1e-6, 1e-12
# Where directions are alike to all digits the matrix of a step is singular; what this spoils the next step mends.
RIDGE = 1e-12
# Share of the way to the boundary that a step goes.
STEP = 0.995


@dataclass(frozen=True)
class Cone:
    """Slacks of x = (d, s, t): A d - t, s - d, s + d and 1 - sum s; `free` first coordinates of d have no s."""

    A: FloatArray
    free: int

    @property
    def p(self) -> int:
        """Number of coordinates in the norm."""
        return int(self.A.shape[1]) - self.free

    def slacks(self, x: FloatArray) -> FloatArray:
        """Linear part of the slacks."""
        q = self.A.shape[1]
        d, s, t = x[:q], x[q:-1], x[-1]
        inside = d[self.free :]
        return np.concatenate([self.A @ d - t, s - inside, s + inside, [-s.sum()]])

    def gradient(self, v: FloatArray) -> FloatArray:
        """Transpose of `slacks`."""
        n, p = self.A.shape[0], self.p
        z, up, down, total = v[:n], v[n : n + p], v[n + p : -1], v[-1]
        d = self.A.T @ z
        d[self.free :] += down - up
        return np.concatenate([d, up + down - total, [-z.sum()]])

    def solver(self, w: FloatArray) -> Callable[[FloatArray], FloatArray]:
        """Inverse of x -> gradient(w * slacks(x)).

        Each s_j meets its own d_j and, through the sum, the others, so that it is eliminated first: what is factorised
        has the size of d.
        """
        n, p, q, free = self.A.shape[0], self.p, self.A.shape[1], self.free
        z, up, down, total = w[:n], w[n : n + p], w[n + p : -1], w[-1]
        both, apart = up + down, down - up
        share = total / (1.0 + total * np.sum(1.0 / both))

        def of_s(r: FloatArray) -> FloatArray:
            r = r / both
            return np.asarray(r - share * r.sum() / both)

        K = np.zeros((q + 1, q + 1))
        # A product with its own transpose costs half.
        root = np.sqrt(z)
        weighted = root[:, None] * self.A
        K[:q, :q] = weighted.T @ weighted
        ratio = apart / both
        K[free:q, free:q] += share * np.outer(ratio, ratio)
        inside = np.arange(free, q)
        # up + down less apart^2 / both, without cancellation.
        K[inside, inside] += 4.0 * up * down / both
        K[:q, -1] = K[-1, :q] = -(root @ weighted)
        K[-1, -1] = z.sum()
        K[np.diag_indices_from(K)] *= 1.0 + RIDGE
        factor = scipy.linalg.cho_factor(K, check_finite=False)

        def solve(r: FloatArray) -> FloatArray:
            small = np.append(r[:q], r[-1])
            small[free:q] -= apart * of_s(r[q:-1])
            small = scipy.linalg.cho_solve(factor, small, check_finite=False)
            s = of_s(r[q:-1] - apart * small[free:q])
            return np.concatenate([small[:q], s, small[q:]])

        return solve


@dataclass(frozen=True)
class Iterate:
    """A feasible (d, s, t), the dual that goes with it, what that misses of its constraints, and their gap."""

    x: FloatArray
    v: FloatArray
    missing: float
    gap: float


def _iterates(cone: Cone) -> Iterator[Iterate]:
    """Mehrotra's predictor-corrector method from the centre, at most MAX_STEPS steps."""
    x = np.concatenate([np.zeros(cone.A.shape[1]), np.full(cone.p, 0.5 / cone.p), [-1.0]])
    slack = cone.slacks(x)
    slack[-1] += 1.0
    v = 1.0 / slack
    goal = np.zeros(x.size)
    goal[-1] = 1.0
    for _ in range(MAX_STEPS):
        missing = -goal - cone.gradient(v)
        gap = float(slack @ v)
        yield Iterate(x, v, float(np.max(np.abs(missing))), gap)
        x, slack, v = _step(cone, (x, slack, v), missing, gap)


def margin_exceeds(A: FloatArray, free: bool, level: float) -> bool | None:
    """Whether some direction d with ||d||_1 = 1 has min_i (A d)_i > level, from a certificate of either answer.

    Parameters
    ----------
    A, free
        As in `largest_margin`.
    level : float
        Positive.

    Returns
    -------
    bool or None
        True by a direction; False by weights z >= 0 with sum one and z'A_0 = 0 (the free coordinate), which bound every
        margin by max_j |z'A_j|; None where the largest margin is the level to nine digits.
    """
    unit = float(np.abs(A[:, int(free) :]).max())
    if unit == 0.0:
        return False
    cone = Cone(A / unit, int(free))
    q, level = A.shape[1], level / unit
    for iterate in _iterates(cone):
        d = iterate.x[:q]
        norm = float(np.abs(d[cone.free :]).sum())
        if norm > 0.0 and float((cone.A @ d).min()) > level * norm * (1.0 + TOLERANCE):
            return True
        z = _balanced(iterate.v[: A.shape[0]], cone)
        if z is not None and float(np.abs(z @ cone.A[:, cone.free :]).max()) < level * (1.0 - TOLERANCE):
            return False
        if iterate.gap <= TOLERANCE:
            return None
    return None


def separates(A: FloatArray, free: bool) -> bool | None:
    """Whether some direction d has min_i (A d)_i > 0, from a certificate of either answer; False excludes A d >= 0 too.

    Parameters
    ----------
    A, free
        As in `largest_margin`.

    Returns
    -------
    bool or None
        True by a direction; False by weights z > 0 with z'A = 0, for which A d >= 0 leaves A d = 0 only (Stiemke);
        None where neither is found, as where A d >= 0 has a solution that touches zero.
    """
    unit = float(np.abs(A[:, int(free) :]).max())
    if unit == 0.0:
        return None
    cone = Cone(A / unit, int(free))
    (n, q), basis = A.shape, _basis(cone.A)
    for iterate in _iterates(cone):
        d = iterate.x[:q]
        if float((cone.A @ d).min()) > ZERO * max(float(np.abs(d[cone.free :]).sum()), TOLERANCE):
            return True
        z = iterate.v[:n] / iterate.v[:n].sum()
        for _ in range(2):
            z = z - basis @ (basis.T @ z)
        if z.min() > POSITIVE / n and np.abs(z @ cone.A).max() <= ROUNDING:
            return False
        if iterate.gap <= TOLERANCE:
            return None
    return None


def _basis(A: FloatArray) -> FloatArray:
    """Orthonormal columns that span those of A, but for rounding."""
    Q, R, _ = scipy.linalg.qr(A, mode="economic", pivoting=True)
    size = np.abs(np.diag(R))
    return np.asarray(Q[:, size > ROUNDING * size[0]])


def _balanced(z: FloatArray, cone: Cone) -> FloatArray | None:
    """Weights with sum one, orthogonal to the free column; None where its entries all have one sign."""
    if cone.free:
        column = cone.A[:, 0]
        up, down = float(z @ np.maximum(column, 0.0)), float(z @ np.maximum(-column, 0.0))
        if up == 0.0 or down == 0.0:
            return None
        z = z * np.where(column > 0.0, down, up)
    return np.asarray(z / z.sum())


def largest_margin(A: FloatArray, free: bool) -> float:
    """Largest margin max over ||d||_1 <= 1 of min_i (A d)_i, by Mehrotra's predictor-corrector method.

    Parameters
    ----------
    A : (n, q) array
        Rows yt_i x_i; before them yt_i where `free`.
    free : bool
        Whether the first coordinate of d is no part of the norm.

    Returns
    -------
    float
        Exactly zero where no direction has a margin.

    Raises
    ------
    ArithmeticError
        Neither these steps nor HiGHS close the gap between primal and dual.
    """
    unit = float(np.abs(A[:, int(free) :]).max())
    if unit == 0.0:
        return 0.0
    for iterate in _iterates(Cone(A / unit, int(free))):
        if iterate.gap <= TOLERANCE and iterate.missing <= MISSING:
            margin = float(iterate.x[-1])
            return unit * margin if margin > ZERO else 0.0
    return _by_simplex(A, int(free))


def _by_simplex(A: FloatArray, free: int) -> float:
    """The same by HiGHS, ten times slower: once in a thousand data sets rounding keeps the dual from closing."""
    n = A.shape[0]
    # d as the difference of two parts that are not negative, but for its free coordinate, and t.
    B = np.hstack([A, -A[:, free:]])
    norm = np.repeat([0.0, 1.0, 0.0], [free, B.shape[1] - free, 1])
    above = np.vstack([np.hstack([-B, np.ones((n, 1))]), norm])
    goal = np.append(np.zeros(B.shape[1]), -1.0)
    bounds = [(None, None)] * free + [(0.0, None)] * (B.shape[1] - free) + [(None, None)]
    found = scipy.optimize.linprog(goal, A_ub=above, b_ub=np.append(np.zeros(n), 1.0), bounds=bounds, method="highs")
    if found.x is None:
        raise ArithmeticError(f"the largest margin is not found: {found.message}")
    unit = float(np.abs(A[:, free:]).max())
    return float(found.x[-1]) if found.x[-1] > ZERO * unit else 0.0


def _step(cone: Cone, state: State, missing: FloatArray, gap: float) -> State:
    x, slack, v = state
    solve = cone.solver(v / slack)

    def towards(target: FloatArray) -> State:
        dx = solve(cone.gradient(target / slack) - missing)
        ds = cone.slacks(dx)
        return dx, ds, (target - v * ds) / slack

    _, ds, dv = towards(-slack * v)
    a, b = _longest(slack, ds), _longest(v, dv)
    # Not far below the gap that is asked for: without a centre what is missing cannot be mended any more.
    ahead = float((slack + a * ds) @ (v + b * dv) / gap) ** 3 * gap
    centre = max(ahead, 0.1 * TOLERANCE) / slack.size
    dx, ds, dv = towards(centre - slack * v - ds * dv)
    a, b = _longest(slack, ds), _longest(v, dv)
    return x + a * dx, slack + a * ds, v + b * dv


def _longest(values: FloatArray, step: FloatArray) -> float:
    """Share of a step that leaves the values positive."""
    falling = step < 0.0
    return min(1.0, STEP * float(np.min(-values[falling] / step[falling], initial=np.inf)))
