"""Scores of the levels of a path by cross-validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
from simstudy.estimators.rules import CrossValidation
from simstudy.estimators.walk import Sample, Task
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
    task: Task, sample: Sample, lams: FloatArray, rule: CrossValidation, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Mean loss of left-out observations at each level, and its standard error over the folds.

    Returns
    -------
    scores, errors : (L,) float arrays
        The score is infinite at a level without a usable fit in some fold. Folds weigh as many observations as they
        have, the sum of the weights.
    """
    n = sample.y.size
    if rule.folds > n:
        raise InputError(bad_value("folds", rule.folds, f"at most n = {n}"))
    fold = rng.permutation(n) % rule.folds
    sums = np.empty((rule.folds, lams.size))
    sizes = np.bincount(fold, weights=sample.counts, minlength=rule.folds)
    for k in range(rule.folds):
        left = sample.take(fold == k)
        fits = task.path(sample.take(fold != k), lams)
        with np.errstate(over="ignore"):
            sums[k] = [_left_out(task.law, left, fit, rule.loss) for fit in fits]
    scores = sums.sum(axis=0) / sample.total
    errors = np.full(lams.size, np.nan)
    known = np.isfinite(scores)
    apart = sums[:, known] / sizes[:, None] - scores[known]
    errors[known] = np.sqrt(sizes / sample.total @ apart**2 / (rule.folds - 1))
    return scores, errors


def _left_out(law: Family, left: Sample, fit: Fit, loss: str) -> float:
    if fit.status != Status.OK:
        return np.inf
    return float(np.sum(left.counts * LOSS[loss](law, left.y, left.predictor(fit))))
