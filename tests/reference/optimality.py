"""An optimality residual that shares nothing with the solver's: numpy, one-sided gradients and a linear program."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from reference.objective import Problem, kink_function, penalty_at, side_gradient

Array = NDArray[np.float64]

#: Distance from a kink, in units of the response's mean absolute deviation, within which it has a multiplier.
KINK_BAND = 1e-7


def optimality_residual(problem: Problem, intercept: float, coef: Array) -> float:
    """Smallest kkt of theory section 1 at these coefficients over all choices of the kinks' multipliers.

    An observation on a kink mixes its two one-sided gradients in (beta, P) with a sigma_i in [-1, 1] of its own; the
    mixture's gradient in (beta, P) is that without multipliers plus `mixing` @ sigma.
    """
    n, p = problem.X.shape
    k = int(problem.fit_intercept)
    Z = np.column_stack([np.ones((n, k)), problem.X])
    b = np.concatenate([np.full(k, intercept), coef])
    # A bridge with r < 1 has an infinite slope at zero, where any gradient is allowed.
    slope = np.minimum(problem.penalty.slope(np.abs(coef)), 1e6 * problem.unit)
    c = np.concatenate([np.zeros(k), problem.penalty.multipliers(p) * slope])
    each, half, kinks = _observations(problem, Z @ b, penalty_at(problem, coef))
    gradient = np.append(Z.T @ each[0], each[1].sum()) / n
    mixing = np.vstack([Z[kinks].T * half[0, kinks], half[1, kinks]]) / n
    if problem.attack == "none":
        gradient[-1] = 1.0
    scale = np.sqrt(np.mean(Z**2, axis=0))
    if k:
        scale[1:] = problem.X.std(axis=0)
    return _smallest_distance(b, c, gradient, mixing, np.where(scale > 0, scale, 1.0) * problem.unit)


def _observations(problem: Problem, eta: Array, P: float) -> tuple[Array, Array, Array]:
    """Gradients (2, n) of the observations in eta and P, half the gap between their two sides, and the kinks."""
    if problem.attack == "none":
        return side_gradient(problem, eta, P, 0.0), np.zeros((2, eta.size)), np.arange(0)
    kappa = kink_function(problem, eta, P)
    up, down = side_gradient(problem, eta, P, 1.0), side_gradient(problem, eta, P, -1.0)
    # y - mu never vanishes for a label, so that its loss has no kinks.
    on_kink = (np.abs(kappa) <= KINK_BAND * problem.unit) & problem.law.kinked
    each = np.where(on_kink, 0.5 * (up + down), np.where(kappa > 0, up, down))
    return each, 0.5 * (up - down), np.flatnonzero(on_kink)


def _smallest_distance(b: Array, c: Array, gradient: Array, mixing: Array, scale: Array) -> float:
    """Smallest t such that some sigma brings every coordinate within t * scale of its subdifferential.

    With the gradient (G, G_P): abs(G_j + sign_j c_j G_P) <= t scale_j at a nonzero or unpenalised coordinate,
    abs(G_j) - c_j G_P <= t scale_j at zero.
    """
    rows = []
    for sign in (1.0, -1.0):
        of_P = np.where(b != 0, sign * np.sign(b), -1.0) * c
        rows.append(np.column_stack([sign * np.eye(b.size), of_P]) / scale[:, None])
    distances = np.vstack(rows)
    if mixing.shape[1] == 0:
        return float(np.max(distances @ gradient, initial=0.0))
    result = linprog(
        np.append(np.zeros(mixing.shape[1]), 1.0),
        A_ub=np.column_stack([distances @ mixing, -np.ones(2 * b.size)]),
        b_ub=-distances @ gradient,
        bounds=[(-1.0, 1.0)] * mixing.shape[1] + [(0.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert result.status == 0, result.message
    return float(result.x[-1])
