"""Scores of the levels of a path by cross-validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
from simstudy.estimators.rules import CrossValidation
from simstudy.estimators.walk import Task, predictor
from simstudy.families import Family
from simstudy.records import Status


def _deviance(law: Family, y: FloatArray, eta: FloatArray) -> FloatArray:
    return np.asarray(law.deviance(y, eta))


def _squared_error(law: Family, y: FloatArray, eta: FloatArray) -> FloatArray:
    return np.asarray((y - law.mean(eta)) ** 2)


LOSS: dict[str, Callable[[Family, FloatArray, FloatArray], FloatArray]] = {
    "deviance": _deviance,
    "squared_error": _squared_error,
}


def cross_validated(
    task: Task, X: FloatArray, y: FloatArray, lams: FloatArray, rule: CrossValidation, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Mean loss of left-out observations at each level, and its standard error over the folds.

    Returns
    -------
    scores, errors : (L,) float arrays
        The score is infinite at a level without a usable fit in some fold. Folds weigh as many observations as they
        have.
    """
    if rule.folds > y.size:
        raise InputError(bad_value("folds", rule.folds, f"at most n = {y.size}"))
    fold = rng.permutation(y.size) % rule.folds
    sums, sizes = np.empty((rule.folds, lams.size)), np.bincount(fold, minlength=rule.folds)
    for k in range(rule.folds):
        left = fold == k
        fits = task.path(X[~left], y[~left], lams)
        with np.errstate(over="ignore"):
            sums[k] = [_left_out(task.law, X[left], y[left], fit, rule.loss) for fit in fits]
    scores = sums.sum(axis=0) / y.size
    errors = np.full(lams.size, np.nan)
    known = np.isfinite(scores)
    apart = sums[:, known] / sizes[:, None] - scores[known]
    errors[known] = np.sqrt(sizes / y.size @ apart**2 / (rule.folds - 1))
    return scores, errors


def _left_out(law: Family, X: FloatArray, y: FloatArray, fit: Fit, loss: str) -> float:
    return float(np.sum(LOSS[loss](law, y, predictor(X, fit)))) if fit.status == Status.OK else np.inf
