"""Levels of a penalty: the smallest that gives the null model (T14), and grids below it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import LevelScale
from simstudy.estimators.fit import fit_checked
from simstudy.estimators.input import check_data
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack

FloatArray = NDArray[np.float64]


def null_errors(X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool) -> FloatArray:
    """Errors e (n,) of the model with unpenalised coefficients only: y - mean(y) where that is the intercept."""
    free = penalty.multipliers(X.shape[1]) == 0.0
    law = family_named(family)
    law.check_response(y)
    if not free.any():
        return y - (y.mean() if fit_intercept else law.mean(np.zeros_like(y)))
    fit = fit_checked(X[:, free], y, family, None, Attack.NONE, fit_intercept)
    return np.asarray(y - law.mean(fit.intercept + X[:, free] @ fit.coef))


def unit_slope(penalty: Penalty) -> float:
    """Slope of the penalty at zero, in units of lam; one where it is zero or infinite, as for the lasso."""
    at_zero = float(replace(penalty, lam=1.0).slope(0.0))
    return at_zero if 0.0 < at_zero < np.inf else 1.0


def null_level(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool, scale: LevelScale
) -> float:
    """||X'e||_inf over the penalised columns in units of the level's scale, e the errors of the null model (T14).

    The unit is ||e||_1 where the level is free of the response's scale (T3), and n where it is not (T4). NaN where
    every response is fitted by the null model, or it does not exist.
    """
    e = null_errors(X, y, family, penalty, fit_intercept)
    total = y.size if scale == LevelScale.RESPONSE else np.sum(np.abs(e))
    return float(largest_score(X, e[:, None], penalty)[0] / total) if total > 0.0 else np.nan


def free_level(
    X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool, **options: object
) -> float:
    """`null_level` of T3, whatever the estimator's options."""
    del options
    return null_level(X, y, family, penalty, fit_intercept, LevelScale.FREE)


def largest_score(X: FloatArray, e: FloatArray, penalty: Penalty) -> FloatArray:
    """max_j |x_j'e| / (w_j p'(0)) over the penalised columns for each column of e (n, k), p'(0) in units of lam."""
    weights = penalty.multipliers(X.shape[1])
    penalised = weights > 0.0
    scores = np.abs(X[:, penalised].T @ e) / weights[penalised, None]
    return np.asarray(np.max(scores, axis=0, initial=0.0) / unit_slope(penalty))


def interpolation_threshold(X: ArrayLike, y: ArrayLike, *, fit_intercept: bool = True) -> float:
    """Level up to which gaussian FGSM with the lasso fits every response (T23; Ribeiro et al. 2023, theorem 1).

    dbar = 1 / (n ||a*||_inf) with a* = argmax {a'y : ||X'a||_inf <= 1}, and 1'a = 0 with an intercept. The fit is the
    interpolator of smallest l1 norm at every level up to dbar, so that a grid has nothing to find below it.

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
    fit_intercept : bool

    Returns
    -------
    float
        Zero where no coefficients fit every response.

    Raises
    ------
    InputError
        If X or y is not finite, or their shapes disagree.
    """
    X, y = check_data(X, y)
    n, p = X.shape
    result = linprog(
        -y,
        A_ub=np.vstack([X.T, -X.T]),
        b_ub=np.ones(2 * p),
        A_eq=np.ones((1, n)) if fit_intercept else None,
        b_eq=[0.0] if fit_intercept else None,
        bounds=(None, None),
        method="highs",
    )
    return 0.0 if result.x is None else float(1.0 / (n * np.max(np.abs(result.x))))


def lam_grid(largest: float, count: int, ratio: float) -> FloatArray:
    """`count` levels from `largest` down to `ratio` times it, equidistant on the log scale.

    Raises
    ------
    InputError
        If largest is not positive and finite.
    """
    if not 0.0 < largest < np.inf:
        raise InputError(bad_value("largest", largest, "a positive number"))
    return np.asarray(largest * np.geomspace(1.0, ratio, count))
