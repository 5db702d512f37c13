"""Largest margin of labels at an l1 norm of one: a linear program with a dense matrix, by an interior point method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
#: x, its slacks and their multipliers; a step of them.
State = tuple[FloatArray, FloatArray, FloatArray]

MAX_STEPS = 100
# Gap between what is reached and what is proved, in units of the largest entry.
TOLERANCE = 1e-9
# Margin that is none.
ZERO = 1e-7
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

    def hessian(self, w: FloatArray) -> FloatArray:
        """The matrix of x -> gradient(w * slacks(x))."""
        n, p, q = self.A.shape[0], self.p, self.A.shape[1]
        z, up, down = w[:n], w[n : n + p], w[n + p : -1]
        H = np.zeros((q + p + 1, q + p + 1))
        weighted = z[:, None] * self.A
        H[:q, :q] = self.A.T @ weighted
        H[q:-1, q:-1] = w[-1]
        j, k = np.arange(self.free, q), np.arange(q, q + p)
        H[j, j] += up + down
        H[k, k] += up + down
        H[j, k] = H[k, j] = down - up
        H[:q, -1] = H[-1, :q] = -weighted.sum(axis=0)
        H[-1, -1] = z.sum()
        H[np.diag_indices_from(H)] *= 1.0 + RIDGE
        return H


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
        The gap between primal and dual does not close.
    """
    unit = float(np.abs(A[:, int(free) :]).max())
    if unit == 0.0:
        return 0.0
    cone = Cone(A / unit, int(free))
    x = np.concatenate([np.zeros(A.shape[1]), np.full(cone.p, 0.5 / cone.p), [-1.0]])
    slack = cone.slacks(x)
    slack[-1] += 1.0
    v = 1.0 / slack
    goal = np.zeros(x.size)
    goal[-1] = 1.0
    for _ in range(MAX_STEPS):
        missing = -goal - cone.gradient(v)
        gap = float(slack @ v)
        if gap <= TOLERANCE and np.max(np.abs(missing)) <= TOLERANCE:
            margin = float(x[-1])
            return unit * margin if margin > ZERO else 0.0
        x, slack, v = _step(cone, (x, slack, v), missing, gap)
    raise ArithmeticError(f"the largest margin is not found in {MAX_STEPS} steps: gap {gap:.1e}")


def _step(cone: Cone, state: State, missing: FloatArray, gap: float) -> State:
    x, slack, v = state
    factor = scipy.linalg.cho_factor(cone.hessian(v / slack), check_finite=False)

    def towards(target: FloatArray) -> State:
        dx = scipy.linalg.cho_solve(factor, cone.gradient(target / slack) - missing, check_finite=False)
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
