"""Levels of a penalty: the smallest that gives the null model (T14), and grids below it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import LevelScale
from simstudy.estimators.fit import fit_checked
from simstudy.estimators.input import ALIKE, Rows
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.solvers.problem import Attack

FloatArray = NDArray[np.float64]


def null_errors(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE
) -> FloatArray:
    """Scores e (n,) of the model with unpenalised coefficients only: y - mean(y) for the intercept, canonical link.

    Each is multiplied by its observation's weight.
    """
    free = penalty.multipliers(X.shape[1]) == 0.0
    law = family_named(family)
    law.check_response(y)
    counts, added = rows.counts(y.size), rows.added(y.size)
    if not free.any() and not (fit_intercept and added.any()):
        null = law.link(np.array([np.average(y, weights=counts)]))[0] if fit_intercept else 0.0
        return np.asarray(-counts * law.slope(y, null + added))
    columns = X[:, free]
    fit = fit_checked(columns, y, family, None, Attack.NONE, fit_intercept, rows)
    eta = fit.intercept + added + columns @ fit.coef
    # The fit is certified to 1e-7 only; one more step of Newton's squares what is left of that.
    design = np.column_stack(
        [np.ones((y.size, int(fit_intercept))), columns / np.abs(columns).max(axis=0, initial=1e-300)]
    )
    curvature = np.sqrt(counts * law.curvature(y, eta))
    e = -counts * law.slope(y, eta)
    known = curvature > 0.0
    step = np.linalg.lstsq(curvature[known, None] * design[known], e[known] / curvature[known], rcond=None)[0]
    return np.asarray(-counts * law.slope(y, eta + design @ step))


def unit_slope(penalty: Penalty) -> float:
    """Slope of the penalty at zero, in units of lam; one where it is zero or infinite, as for the lasso."""
    at_zero = float(replace(penalty, lam=1.0).slope(0.0))
    return at_zero if 0.0 < at_zero < np.inf else 1.0


def null_level(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool, scale: LevelScale,
    rows: Rows = ALIKE,
) -> float:  # fmt: skip
    """||X'e||_inf over the penalised columns in units of the level's scale, e the errors of the null model (T14).

    The unit is ||e||_1 where the level is free of the response's scale (T3), and n where it is not (T4). NaN where
    every response is fitted by the null model, or it does not exist.
    """
    e = null_errors(X, y, family, penalty, fit_intercept, rows)
    total = rows.counts(y.size).sum() if scale == LevelScale.RESPONSE else np.sum(np.abs(e))
    return float(largest_score(X, e[:, None], penalty)[0] / total) if total > 0.0 else np.nan


def free_level(
    X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE,
    **options: object,
) -> float:  # fmt: skip
    """`null_level` of T3, whatever the estimator's options."""
    del options
    return null_level(X, y, family, penalty, fit_intercept, LevelScale.FREE, rows)


def largest_score(X: FloatArray, e: FloatArray, penalty: Penalty) -> FloatArray:
    """max_j |x_j'e| / (w_j p'(0)) over the penalised columns for each column of e (n, k), p'(0) in units of lam."""
    weights = penalty.multipliers(X.shape[1])
    penalised = weights > 0.0
    scores = np.abs(X[:, penalised].T @ e) / weights[penalised, None]
    return np.asarray(np.max(scores, axis=0, initial=0.0) / unit_slope(penalty))


def lam_grid(largest: float, count: int, ratio: float) -> FloatArray:
    """`count` levels from just above `largest` down to `ratio` times it, equidistant on the log scale.

    Raises
    ------
    InputError
        If largest is not positive and finite.
    """
    if not 0.0 < largest < np.inf:
        raise InputError(bad_value("largest", largest, "a positive number"))
    levels = largest * np.geomspace(1.0, ratio, count)
    # At the threshold itself rounding decides whether the null model is among the fits.
    levels[0] *= 1.0 + 1e-9
    return np.asarray(levels)
