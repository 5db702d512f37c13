"""Penalised likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, get_args

from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Errors, Freedom, Law, LevelScale, Placement
from simstudy.estimators.estimating_equation import penalised_equation
from simstudy.estimators.fit import Fit, fit_path, fit_problem
from simstudy.estimators.input import ALIKE, FloatArray, PerRow, Rows, check_penalty, check_rows
from simstudy.estimators.levels import null_level
from simstudy.estimators.one_step import Expansion, in_steps
from simstudy.estimators.options import Interval
from simstudy.estimators.registry import Objective, estimator_of_arrays
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack


def scaled_level(
    X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE,
    **options: object,
) -> float:  # fmt: skip
    """`null_level` of T4, whatever the estimator's options."""
    del options
    return null_level(X, y, family, penalty, fit_intercept, LevelScale.RESPONSE, rows)


def penalized_path(
    X: FloatArray,
    y: FloatArray,
    lams: Sequence[float],
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool,
    rows: Rows = ALIKE,
    steps: int = 0,
    expansion: Expansion = "none",
) -> list[Fit]:
    """Fits of `penalized` at each level."""
    if steps == 0:
        return fit_path(X, y, lams, family, penalty, Attack.NONE, fit_intercept, rows)
    if rows.weights is not None or rows.offset is not None:
        raise InputError(bad_value("steps", steps, "0 where rows have weights or offsets"))
    pilot = fit_problem(X, y, family, None, Attack.NONE, fit_intercept)
    levels = [replace(penalty, lam=float(lam)) for lam in lams]
    return [in_steps(pilot, X, y, family, level, fit_intercept, steps, expansion) for level in levels]


def added(*, penalty: Penalty, steps: int = 0, expansion: Expansion = "none") -> Objective | None:
    """T4; None where single steps are asked for, or where the estimator itself is to refuse an option."""
    check_penalty(penalty)
    return None if (steps, expansion) != (0, "none") else (penalty, Attack.NONE)


@estimator_of_arrays(
    "penalized",
    words="Penalised {}",
    placement=Placement.OUTSIDE,
    objective=added,
    margin_loss="softplus",
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
    steps: Annotated[int, Interval(-1)] = 0,
    expansion: Expansion = "none",
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
    steps : int
        0 for the minimiser or fixed point; else the number of local linear approximations that are made from the MLE
        (`in_steps`), 1 for the one-step estimator of Zou & Li (2008).
    expansion : {"none", "quadratic"}
        With steps: the likelihood itself, or its quadratic expansion at the MLE (Zou & Li 2008, section 3), which is
        the same for gaussian data.
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
        are not p in number; or `steps` is no count, or `expansion` no name.
    """
    check_penalty(penalty)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise InputError(bad_value("steps", steps, "a whole number, 0 for the fixed point"))
    if expansion not in get_args(Expansion):
        raise InputError(unknown_name("expansion", expansion, get_args(Expansion)))
    if steps > 0:
        X, y, rows = check_rows(X, y, weights, offset)
        return penalized_path(
            X, y, [penalty.lam], family=family, penalty=penalty, fit_intercept=fit_intercept, rows=rows, steps=steps,
            expansion=expansion,
        )[0]  # fmt: skip
    return fit_problem(X, y, family, penalty, Attack.NONE, fit_intercept, weights, offset)
