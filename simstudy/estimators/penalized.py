"""Penalised likelihood."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from simstudy.estimators.capabilities import Errors, Freedom, Law, LevelScale, Placement
from simstudy.estimators.estimating_equation import penalised_equation
from simstudy.estimators.fit import Fit, fit_path, fit_problem
from simstudy.estimators.input import ALIKE, FloatArray, PerRow, Rows, check_penalty
from simstudy.estimators.levels import null_level
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack


def scaled_level(
    X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE
) -> float:
    """`null_level` of T4."""
    return null_level(X, y, family, penalty, fit_intercept, LevelScale.RESPONSE, rows)


def penalized_path(
    X: FloatArray, y: FloatArray, lams: Sequence[float], *, family: str, penalty: Penalty, fit_intercept: bool,
    rows: Rows = ALIKE,
) -> list[Fit]:  # fmt: skip
    """Fits of `penalized` at each level."""
    return fit_path(X, y, lams, family, penalty, Attack.NONE, fit_intercept, rows)


@estimator_of_arrays(
    "penalized",
    words="Penalised {}",
    placement=Placement.OUTSIDE,
    largest_lam=scaled_level,
    path=penalized_path,
    level_scale=LevelScale.RESPONSE,
    errors=Errors.SANDWICH,
    equation=penalised_equation,
    freedom=Freedom.EQUATION,
    law=Law.PENALISED,
)
def penalized(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    weights: PerRow = None,
    offset: PerRow = None,
) -> Fit:
    """Penalised likelihood estimate: minimises the mean loss plus P_lam(beta) (T4).

    Parameters
    ----------
    X : (n, p) array
        Covariates; finite. They are not standardised.
    y : (n,) array
        Responses in the family's support.
    family : {"gaussian", "binomial", "poisson"}
    penalty : Lasso, ElasticNet, Lr, Scad or Mcp
        Its lam is per observation. Scad and Mcp are the fixed point of the local linear approximation (Zou & Li 2008)
        started at the MLE, or at the lasso with the same lam where the MLE is not unique; Lr with r < 1 is the lowest
        of the minima from the starts MLE, zero and lasso.
    fit_intercept : bool
        Whether the model has an intercept; it is not penalised.
    weights, offset : (n,) arrays, optional
        As in `mle`.

    Returns
    -------
    Fit
        Status NO_MINIMISER where a bounded penalty meets separable data (T18), DEGENERATE_RESPONSE for a constant y.

    Raises
    ------
    InputError
        If X or y is not finite, their shapes disagree, y is outside the family's support, or the penalty's weights
        are not p in number.
    """
    check_penalty(penalty)
    return fit_problem(X, y, family, penalty, Attack.NONE, fit_intercept, weights, offset)
