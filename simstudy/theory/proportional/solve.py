"""Solve the state evolution: continuation in the level where a plain start does not lead to the solution (T20)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import NoSolution
from simstudy.penalties import Penalty
from simstudy.theory.proportional.evolution import input_side, start_of, state_of, update
from simstudy.theory.proportional.existence import existence_ratio
from simstudy.theory.proportional.fixed_point import FixedPoint, derivative, fixed_point
from simstudy.theory.proportional.model import Model, model_of
from simstudy.theory.proportional.prior import prior_of
from simstudy.theory.proportional.solution import ProportionalLaw

FloatArray = NDArray[np.float64]

# log(q / (1 + rho)) from which it is asked whether a minimiser exists, and at which a fit has run to infinity.
DOUBTFUL = 5.0
ESCAPED = 12.0
# Ratios and levels of the continuation, in units of what is asked for.
LADDER = (16.0, 8.0, 4.0, 2.0, 1.5, 1.25, 1.12, 1.06, 1.03, 1.015, 1.007, 1.0)


def proportional(
    family: str,
    ratio: float,
    prior_values: Sequence[float] | str,
    prior_weights: Sequence[float] | float,
    estimator: str,
    penalty: Penalty | None,
    sigma: float = 1.0,
    intercept: float | None = None,
) -> ProportionalLaw:
    """Exact law of an estimator where n/p is fixed, by state evolution (T20), for x_i ~ N(0, I_p).

    Parameters
    ----------
    family : {"gaussian", "binomial"}
    ratio : float
        n/p, > 0.
    prior_values : sequence of float, or "normal"
        Atoms of w0 = sqrt(p) beta0_j (T19), so that Var(x'beta0) = E w0^2.
    prior_weights : sequence of float, or float
        Their weights, with sum one; for "normal" the variance of w0.
    estimator : {"fgsm", "penalized", "mle"}
        T3, T4, or T4 with lam = 0.
    penalty : Lasso, ElasticNet, or Lr with r = 2; None for the MLE
        Its lam is the level c of T19: P = c mean|w| for Lasso(c), c mean w^2 for Lr(c, 2), and for ElasticNet(c, a)
        c (a mean|w| + (1 - a) mean w^2 / 2). lam = 0 is the MLE.
    sigma : float
        Standard deviation of gaussian errors.
    intercept : float, optional
        True intercept, fitted too; None is a model without one.

    Returns
    -------
    ProportionalLaw
        Exact as n, p -> infinity; errors at finite p are O(1/p).

    Raises
    ------
    NoSolution
        No minimiser exists: n/p is at most T22's alphastar (labels, a penalty that grows no faster than the margin),
        or at most one (gaussian MLE). Also where the iteration ends without a solution although one exists.
    ConfigError
        A value that is not allowed; the message names the field.
    """
    prior = prior_of(prior_values, prior_weights)
    return solve(model_of(family, ratio, prior, estimator, penalty, sigma, intercept))


def solve(model: Model, start: FloatArray | None = None) -> ProportionalLaw:
    """Law of a model, from the free coordinates `start` of a neighbour where they are known.

    Raises
    ------
    NoSolution
        As `proportional`.
    """
    if not model.output.has_labels:
        _check_existence(model)
    found = _attempt(model, start_of(model) if start is None else start, DOUBTFUL)
    if not found.converged:
        _check_existence(model)
        found = _continued(model)
    if not found.converged:
        raise NoSolution(
            f"the state evolution (T20) has not converged at ratio n/p = {model.ratio:g}, though a minimiser exists "
            f"above alphastar = {existence_ratio(model):.5g} (T22): residual {found.residual:.1e}; near the "
            "threshold q grows beyond all bounds"
        )
    return _law(model, found)


def _check_existence(model: Model) -> None:
    alphastar = existence_ratio(model)
    if model.ratio <= alphastar:
        raise NoSolution(
            f"no minimiser exists at ratio n/p = {model.ratio:g}: the existence threshold is "
            f"alphastar = {alphastar:.5g} (T22); a larger ratio or level is needed"
        )


def _attempt(model: Model, start: FloatArray, growth: float) -> FixedPoint:
    far = growth + math.log1p(model.truth.rho)
    return fixed_point(lambda y: update(model, y), start, lambda y: bool(y[1] > far))


def _continued(model: Model) -> FixedPoint:
    """Solution by way of larger ratios and levels, at which it is easily found."""
    start = start_of(model)
    for factor in LADDER:
        found = _attempt(model.eased(factor), start, ESCAPED)
        start = found.y if found.converged else start
    return found


def _law(model: Model, found: FixedPoint) -> ProportionalLaw:
    state = state_of(model, found.y)
    hats = model.output.hats(state, model.truth, model.ratio)
    shift = 0.0
    if not model.output.is_exact:
        at = update(model, found.y)
        finer = update(model, found.y, 2) - at
        J = derivative(lambda y: update(model, y), found.y, at)
        shift = float(np.max(np.abs(np.linalg.solve(J, finer))))
    P = input_side(model, hats, state.b).P
    return ProportionalLaw(model, state, hats, found.y, P, found.residual, shift)
