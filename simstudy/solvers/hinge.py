"""Support vector machine: mean hinge loss plus lam ||w||^2 with a free bias, along levels of lam.

The method of multipliers on the dual, whose smooth inner problems are solved by Newton's method over the few data in
the loss's bend. Its certificate is the duality gap: no other minimiser can lie below by more than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Relative duality gap at which a level is solved, and one that only leads on to the next one.
TOLERANCE = 1e-8
ON_THE_WAY = 1e-2
#: Largest ratio of two successive levels: a start from further away costs more Newton steps than a level between.
STRIDE = 10.0**0.5
#: First weight of the multipliers' quadratic term, and its growth with each update.
SIGMA, GROWTH = 10.0, 3.0
MOST_UPDATES, MOST_STEPS = 60, 100


@dataclass(frozen=True)
class Hinge:
    """Solution at one level.

    Attributes
    ----------
    w : (p,) float array
    b : float
        Midpoint of the optimal biases where these are an interval.
    objective : float
        Mean hinge loss plus lam ||w||^2.
    gap : float
        Objective less the dual objective of a feasible point, divided by the objective; zero at the minimiser.
    n_iter : int
        Newton steps, those of the levels on the way included.
    """

    w: FloatArray
    b: float
    objective: float
    gap: float
    n_iter: int


@dataclass(frozen=True)
class Margins:
    """Data in the solver's units: Z (n, q) are centred and scaled columns and a last column of ones, y is -1 or +1."""

    Z: FloatArray
    y: FloatArray


@dataclass(frozen=True)
class Iterate:
    """Primal v = (w, b) (q,), dual u (n,) in [0, 1], the gap, the objective (a sum over data), and Newton steps."""

    v: FloatArray
    u: FloatArray
    gap: float
    objective: float
    n_iter: int


def solve_hinge(X: FloatArray, y: FloatArray, lams: Sequence[float]) -> list[Hinge]:
    """Minimise (1/n) sum max(0, 1 - y(w'x + b)) + lam ||w||^2 at each level.

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
        -1 and +1, both present.
    lams : sequence of float
        Positive levels; each starts from the solution at the next larger one.

    Returns
    -------
    list of Hinge
        In the order of `lams`. A gap above `TOLERANCE` marks a level that was not solved.
    """
    centre = X.mean(axis=0)
    varies = np.ptp(X, axis=0) > 0.0
    # With a free bias, a column without variance has w = 0.
    Z = X[:, varies] - centre[varies]
    scale = float(np.sqrt((Z**2).sum(axis=1).mean())) if varies.any() else 1.0
    data = Margins(np.column_stack([Z / scale, np.ones(y.size)]), y)
    found: dict[float, Hinge] = {}
    state = start(data)
    for lam, wanted in levels(data, scale, lams):
        mu = 2.0 * y.size * lam / scale**2
        state = minimise(data, mu, state, TOLERANCE if wanted else ON_THE_WAY)
        if wanted:
            w = np.zeros(X.shape[1])
            w[varies] = state.v[:-1] / scale
            b = float(state.v[-1] - w @ centre)
            found[lam] = Hinge(w, b, state.objective / y.size, state.gap, state.n_iter)
    return [found[lam] for lam in lams]


def start(data: Margins) -> Iterate:
    """Point of the null model, optimal for lam -> inf on balanced data: every margin is violated, w = 0."""
    larger = max(np.sum(data.y > 0.0), np.sum(data.y < 0.0))
    smaller = data.y.size - larger
    major = 1.0 if np.sum(data.y > 0.0) == larger else -1.0
    u = np.where(data.y == major, smaller / larger, 1.0)
    return Iterate(np.zeros(data.Z.shape[1]), u, 1.0, float(data.y.size), 0)


def levels(data: Margins, scale: float, lams: Sequence[float]) -> list[tuple[float, bool]]:
    """Levels from large to small with whether each is asked for, from one at which every margin is violated."""
    wanted = sorted(set(lams), reverse=True)
    u = start(data).u
    pull = np.abs(data.Z[:, :-1] @ (data.Z[:, :-1].T @ (data.y * u))).max(initial=0.0)
    at = max(wanted[0], pull * scale**2 / (2.0 * data.y.size))
    steps: list[tuple[float, bool]] = []
    for lam in wanted:
        between = int(np.ceil(np.log(at / lam) / np.log(STRIDE) - 1e-9))
        steps += [(at * (lam / at) ** (k / between), False) for k in range(1, between)]
        steps.append((lam, True))
        at = lam
    return steps


def minimise(data: Margins, mu: float, state: Iterate, tolerance: float) -> Iterate:
    """Multiplier updates of mu/2 ||w||^2 + sum of hinge losses until the relative gap is within the tolerance."""
    state = Iterate(state.v, state.u, 1.0, state.objective, state.n_iter)
    best, sigma = state, SIGMA
    for _ in range(MOST_UPDATES):
        state = update(data, mu, sigma, state, tolerance)
        best = state if state.gap < best.gap else best
        if best.gap <= tolerance:
            break
        sigma = min(GROWTH * sigma, 1e6)
    return Iterate(best.v, best.u, best.gap, best.objective, state.n_iter)


def update(data: Margins, mu: float, sigma: float, state: Iterate, tolerance: float) -> Iterate:
    """Minimise the augmented Lagrangian at the multipliers u, and take the new ones from there."""
    Z, y = data.Z, data.y
    v, f, steps = state.v, Z @ state.v, 0
    allowed = 0.01 * max(0.1 * state.gap, tolerance) * state.objective
    while True:
        t = state.u + sigma * (1.0 - y * f)
        u = np.clip(t, 0.0, 1.0)
        gradient = -(Z.T @ (y * u))
        gradient[:-1] += mu * v[:-1]
        if gradient[:-1] @ gradient[:-1] / (2.0 * mu) + abs(gradient[-1]) <= allowed or steps == MOST_STEPS:
            break
        step = newton_step(Z[(t > 0.0) & (t < 1.0)], mu, sigma, gradient)
        change = Z @ step
        linear, quadratic = mu * float(v[:-1] @ step[:-1]), mu * float(step[:-1] @ step[:-1])
        length = step_length(t, -sigma * y * change, linear, quadratic, sigma)
        v, f, steps = v + length * step, f + length * change, steps + 1
    return assessed(data, mu, v, u, f - v[-1], state.n_iter + steps)


def assessed(data: Margins, mu: float, v: FloatArray, u: FloatArray, f: FloatArray, n_iter: int) -> Iterate:
    """Iterate with its best bias and its certificate; f (n,) are the scores without bias."""
    y = data.y
    b = middle_bias(f, y)
    objective = 0.5 * mu * v[:-1] @ v[:-1] + np.maximum(0.0, 1.0 - y * (f + b)).sum()
    # Both classes must have the same total multiplier for the dual point to be feasible.
    totals = np.array([u[y > 0.0].sum(), u[y < 0.0].sum()])
    share = np.divide(totals.min(), totals, out=np.zeros(2), where=totals > 0.0)
    feasible = u * np.where(y > 0.0, share[0], share[1])
    pull = data.Z[:, :-1].T @ (y * feasible)
    dual = feasible.sum() - 0.5 * pull @ pull / mu
    # Rounding alone can put the dual above.
    gap = max(0.0, float((objective - dual) / objective))
    return Iterate(np.append(v[:-1], b), u, gap, float(objective), n_iter)


def middle_bias(f: FloatArray, y: FloatArray) -> float:
    """Midpoint of the biases b that minimise sum max(0, 1 - y(f + b)).

    The slope in b is -(number of positives) at -inf and grows by one at each of the points y - f.
    """
    positives = int(np.sum(y > 0.0))
    ends = np.partition(y - f, (positives - 1, positives))[positives - 1 : positives + 1]
    return float(ends.mean())


def newton_step(A: FloatArray, mu: float, sigma: float, gradient: FloatArray) -> FloatArray:
    """Solve (D + sigma A'A) step = -gradient, with A (m, q) the data in the bend and D = mu except for the bias."""
    m, q = A.shape
    d = np.full(q, mu)
    # The bias has no curvature of its own: without data in the bend it moves by one margin.
    d[-1] = 1e-6 * sigma if m else max(abs(gradient[-1]), 1e-6 * sigma)
    if m == 0:
        return np.asarray(-gradient / d)
    if m >= q:
        H = sigma * (A.T @ A)
        H[np.diag_indices(q)] += d
        return np.asarray(
            -scipy.linalg.cho_solve(scipy.linalg.cho_factor(H, check_finite=False), gradient, check_finite=False)
        )
    B = A / d
    K = A @ B.T
    K[np.diag_indices(m)] += 1.0 / sigma
    return np.asarray(
        B.T @ scipy.linalg.cho_solve(scipy.linalg.cho_factor(K, check_finite=False), B @ gradient) - gradient / d
    )


def step_length(t: FloatArray, change: FloatArray, linear: float, quadratic: float, sigma: float) -> float:
    """Length at which the augmented Lagrangian's slope along a step is within a tenth of that at its begin."""

    def slope(a: float) -> float:
        return float(linear + quadratic * a + np.clip(t + a * change, 0.0, 1.0) @ change / sigma)

    first = slope(0.0)
    low, at_low, high, at_high = 0.0, first, 1.0, slope(1.0)
    if abs(at_high) <= 0.1 * abs(first):
        return 1.0
    while at_high < 0.0 and high < 1e6:
        low, at_low, high = high, at_high, 4.0 * high
        at_high = slope(high)
    for _ in range(30):
        if at_high <= at_low:
            break
        middle = low - at_low * (high - low) / (at_high - at_low)
        middle = float(np.clip(middle, low + 0.05 * (high - low), high - 0.05 * (high - low)))
        at_middle = slope(middle)
        if abs(at_middle) <= 0.1 * abs(first):
            return middle
        if at_middle < 0.0:
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return high if low == 0.0 else low
