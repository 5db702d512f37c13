"""Does the objective have a minimiser? A linear program over its directions of recession (T18)."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.kernels.codes import Attack
from simstudy.penalties import Growth
from simstudy.solvers.columns import standardised
from simstudy.solvers.margin import margin_exceeds, separates
from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]


def _rates(problem: Problem, everywhere: bool) -> FloatArray:
    """Growth rate of P along each slope's axis far from zero, infinite where it outweighs any gain of the loss.

    Outside the likelihood, or inside one in which not every observation's loss falls in some direction, every unbounded
    penalty outweighs any gain; inside one in which all do (binomial), a gain is linear, so that a linear penalty
    competes with it and a faster one forbids the axis.
    """
    penalty, p = problem.penalty, problem.X.shape[1]
    if penalty is None or penalty.lam == 0.0 or penalty.growth == Growth.BOUNDED:
        return np.zeros(p)
    weights = penalty.multipliers(p)
    if penalty.growth == Growth.LINEAR and everywhere and problem.attack != Attack.NONE:
        return penalty.far_rate() * weights
    return np.where(weights > 0.0, np.inf, 0.0)


def recedes(problem: Problem) -> bool:
    """Whether the objective falls for ever along some direction, so that no minimiser exists (T18).

    Solves max sum_i z_i over directions d with 0 <= z_i <= min(1, r_i'd - P(d)), where r_i'd is the rate at which the
    loss of observation i falls, and r_i'd = 0 where it rises both ways. The feasible set is a cone in d, so that the
    maximum is 0 (a minimiser exists) or at least 1. Quasi-complete separation, which no iterate certifies, is found
    like complete separation. A penalty that grows, but less than linearly, is overtaken by a linear gain, which then
    every observation must have: one z for all.
    """
    direction = problem.family.recession(problem.y)
    recession = direction != 0.0
    k = int(recession.sum())
    if k == 0:
        return False
    # An unpenalised intercept and units of their own leave the cone of directions what it is.
    X, size = standardised(problem.X, problem.fit_intercept)
    Z = np.column_stack([np.ones(problem.y.size), X]) if problem.fit_intercept else X
    falling, fixed = direction[recession, None] * Z[recession], Z[~recession]
    everywhere = k == direction.size
    rates = np.concatenate([np.zeros(int(problem.fit_intercept)), _rates(problem, everywhere) / size])
    linear = rates[int(problem.fit_intercept) :]
    if everywhere and (np.isfinite(linear) & (linear > 0.0)).all():
        # Where P grows in every coordinate, margins at ||d||_P = 1 decide, a hundred times faster, but for ties.
        Z[:, int(problem.fit_intercept) :] /= linear
        exceeds = margin_exceeds(direction[:, None] * Z, problem.fit_intercept, 1.0)
        if exceeds is not None:
            return exceeds
        Z[:, int(problem.fit_intercept) :] *= linear
    if everywhere and not linear.any():
        # Where nothing is penalised separation decides, but for labels that are separated with ties.
        separated = separates(falling, problem.fit_intercept)
        if separated is not None:
            return separated
    if _has_direction(falling, fixed, rates, np.eye(k)):
        return True
    sublinear = problem.penalty is not None and problem.penalty.growth == Growth.SUBLINEAR
    inside = everywhere and problem.attack != Attack.NONE
    return sublinear and inside and _has_direction(falling, fixed, np.zeros(rates.size), np.ones((k, 1)))


def _has_direction(falling: FloatArray, fixed: FloatArray, rates: FloatArray, slack: FloatArray) -> bool:
    forbidden = ~np.isfinite(rates)
    c = np.where(forbidden, 0.0, rates)
    k, z = slack.shape
    axes: list[tuple[float, float | None]] = [(0.0, 0.0 if never else None) for never in forbidden] * 2
    still = np.hstack([fixed, -fixed, np.zeros((fixed.shape[0], z))])
    result = scipy.optimize.linprog(
        np.concatenate([np.zeros(2 * c.size), -np.ones(z)]),
        A_ub=np.hstack([c - falling, c + falling, slack]),
        b_ub=np.zeros(k),
        A_eq=still if still.size else None,
        b_eq=np.zeros(still.shape[0]) if still.size else None,
        bounds=[*axes, *[(0.0, 1.0)] * z],
        method="highs",
    )
    return bool(result.status == 0 and result.fun is not None and result.fun < -0.5)
