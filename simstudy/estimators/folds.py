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

#: Rows that whole weights may stand for; beyond them a fold is as good as the data, and rows are not divided.
MOST_ROWS = 10_000_000


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
        have, the sum of the weights; whole weights are divided among the folds as the rows that they stand for.
    """
    left_out = _split(sample.counts, rule.folds, rng)
    sums = np.empty((rule.folds, lams.size))
    sizes = left_out.sum(axis=1)
    for k, counts in enumerate(left_out):
        left = sample.counted(counts)
        fits = task.path(sample.counted(sample.counts - counts), lams)
        with np.errstate(over="ignore"):
            sums[k] = [_left_out(task.law, left, fit, rule.loss) for fit in fits]
    scores = sums.sum(axis=0) / sample.total
    errors = np.full(lams.size, np.nan)
    known = np.isfinite(scores)
    apart = sums[:, known] / sizes[:, None] - scores[known]
    errors[known] = np.sqrt(sizes / sample.total @ apart**2 / (rule.folds - 1))
    return scores, errors


def _split(counts: FloatArray, folds: int, rng: np.random.Generator) -> FloatArray:
    """What each observation counts in each fold (folds, n): each copy of it falls into one fold, or all of it.

    Whole weights are frequencies: copies of a row are observations of their own, and the folds are those of the
    repeated rows. Other weights stand for no rows.
    """
    rows, each = np.arange(counts.size), counts
    if (counts == np.floor(counts)).all() and counts.sum() <= MOST_ROWS:
        rows = np.repeat(rows, counts.astype(np.intp))
        each = np.ones(rows.size)
    if folds > rows.size:
        raise InputError(bad_value("folds", folds, f"at most n = {rows.size}"))
    split = np.zeros((folds, counts.size))
    np.add.at(split, (rng.permutation(rows.size) % folds, rows), each)
    return split


def _left_out(law: Family, left: Sample, fit: Fit, loss: str) -> float:
    if fit.status != Status.OK:
        return np.inf
    return float(np.sum(left.counts * LOSS[loss](law, left.y, left.predictor(fit))))
