"""Does the objective have a minimiser? A linear program over its directions of recession (T18)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from simstudy.kernels.codes import Attack
from simstudy.model.penalties import Penalty
from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]


def _penalised(penalty: Penalty | None, p: int) -> FloatArray:
    """Growth rate of P along each axis: lam * w_j, zero where the penalty is bounded or absent."""
    if penalty is None or penalty.bounded:
        return np.zeros(p)
    return penalty.lam * penalty.multipliers(p)


def _program(problem: Problem) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows r_i of decreasing loss (r_i'd >= 0), rows e_i that must not move, and the rates c of P."""
    Z = np.column_stack([np.ones(problem.y.size), problem.X]) if problem.fit_intercept else problem.X
    c = np.concatenate([np.zeros(int(problem.fit_intercept)), _penalised(problem.penalty, problem.X.shape[1])])
    if problem.family.name == "binomial":
        return np.where(problem.y > 0.5, 1.0, -1.0)[:, None] * Z, Z[:0], c
    return -Z[problem.y == 0], Z[problem.y > 0], c


def recedes(problem: Problem) -> bool:
    """Whether the objective falls for ever along some direction, so that no minimiser exists (T18).

    Solves max sum_i z_i over directions d with 0 <= z_i <= min(1, r_i'd - P(d)), where r_i'd is the rate at which the
    loss of observation i falls. The feasible set is a cone in d, so that the maximum is 0 (a minimiser exists) or at
    least 1. Quasi-complete separation, which no iterate certifies, is found like complete separation.
    Binomial and Poisson; a gaussian objective never recedes.
    """
    if problem.family.name == "gaussian":
        return False
    falling, fixed, c = _program(problem)
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * (2 * c.size)
    if np.any(c > 0) and (problem.attack == Attack.NONE or problem.family.name == "poisson"):
        # Outside the likelihood, or inside a Poisson one, an unbounded penalty outweighs any gain.
        bounds = [(0.0, 0.0 if rate > 0 else None) for rate in c] * 2
    k = falling.shape[0]
    if k == 0:
        return False
    rows = np.hstack([c - falling, c + falling, np.eye(k)])
    cost = np.concatenate([np.zeros(2 * c.size), -np.ones(k)])
    still = np.hstack([fixed, -fixed, np.zeros((fixed.shape[0], k))])
    result = linprog(
        cost,
        A_ub=rows,
        b_ub=np.zeros(k),
        A_eq=still if still.size else None,
        b_eq=np.zeros(still.shape[0]) if still.size else None,
        bounds=[*bounds, *[(0.0, 1.0)] * k],
        method="highs",
    )
    return bool(result.status == 0 and result.fun is not None and result.fun < -0.5)
