"""Rates over n as evidence: the slope of a log measure on log n, its curvature, and paired differences of slopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from simstudy.measures import WHOLE
from simstudy.measures.estimate import FloatArray
from simstudy.measures.moments import rmse
from simstudy.measures.samples import Sample
from simstudy.seeding import Stream, generator
from simstudy.verdicts.evidence import decidable
from simstudy.verdicts.found import Found
from simstudy.verdicts.intervals import Evidence, normal, unknown
from simstudy.verdicts.slopes import log_log_slope

#: A sample size is called pre-asymptotic while the rest, with it, is curved at this level.
CURVED = 0.01
RESAMPLES = 1000

#: Scenario keys and their n, rising.
Sizes = Sequence[tuple[str, int]]


def of_slope(results: Found, sizes: Sizes, method: str, measure: str, parameter: str) -> Evidence:
    """Slope of a log measure on log n over all sample sizes; curvature is tested and the n that cause it are named."""
    rows = [results.row(key, method, None, measure, parameter) for key, _ in sizes]
    found = [(n, row) for (_, n), row in zip(sizes, rows, strict=True) if row is not None]
    attempted, usable = (sum(int(row[name]) for _, row in found) for name in ("attempted", "usable"))
    if len(found) < len(sizes):
        return unknown(attempted, f"Results for {len(found)} of {len(sizes)} sample sizes.")
    n = np.array([size for size, _ in found], dtype=float)
    error, mcse = (np.array([row[name] for _, row in found], dtype=float) for name in ("value", "mcse"))
    line = log_log_slope(n, error, mcse)
    if line.points < len(sizes):
        return unknown(attempted, f"The {measure} or its MCSE is unknown at some n, or it is not positive.")
    share = max(int(row["failed"]) / int(row["attempted"]) for _, row in found)
    evidence = _counted(line.slope, line.slope_mcse, attempted, usable, len(sizes), share)
    early = pre_asymptotic(n, error, mcse)
    if early:
        curved = f"Not a straight line: n = {', '.join(f'{size:.0f}' for size in early)} look pre-asymptotic."
        evidence = replace(evidence, note=f"{evidence.note} {curved}".strip())
    return replace(evidence, curvature_p=curvature(n, error, mcse))


def of_slope_difference(results: Found, sizes: Sizes, method: str, reference: str, parameter: str) -> Evidence:
    """Slope of one method minus that of another on the same data, with the spread of paired bootstrap replicates."""
    pairs = [(results.sample(key, method), results.sample(key, reference)) for key, _ in sizes]
    squares: list[FloatArray] = []
    attempted: list[int] = []
    for first, second in pairs:
        if first is None or second is None:
            return unknown(sum(attempted), "No results at some n.")
        both, left, right = np.intersect1d(first.usable, second.usable, assume_unique=True, return_indices=True)
        attempted.append(len(np.intersect1d(first.attempted, second.attempted, assume_unique=True)))
        squares.append(np.column_stack([_errors(first, parameter)[left], _errors(second, parameter)[right]]) ** 2)
        if len(both) < 2:
            return unknown(sum(attempted), "Too few replicates at some n.")
    n = np.array([size for _, size in sizes], dtype=float)
    slopes, weights = _slopes_of(n, squares)
    rng = generator(0, f"{method} minus {reference} {[key for key, _ in sizes]}", Stream.BOOTSTRAP)
    resampled = [_fit(n, np.log([_resampled(each, rng) for each in squares]) / 2, weights) for _ in range(RESAMPLES)]
    value = float(slopes[0] - slopes[1])
    mcse = float(np.diff(resampled, axis=1).std(ddof=1))
    share = max(1 - len(each) / tried for each, tried in zip(squares, attempted, strict=True))
    return _counted(value, mcse, sum(attempted), sum(map(len, squares)), len(sizes), share)


def curvature(n: FloatArray, error: FloatArray, mcse: FloatArray) -> float:
    """P-value of the squared term in the weighted regression of log error on log n (normal, MCSEs known)."""
    if len(n) < 3:
        return np.nan
    x = np.log(n) - np.log(n).mean()
    root = error / mcse
    design = np.column_stack([np.ones_like(x), x, x**2]) * root[:, None]
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ (root * np.log(error))
    return float(2 * ndtr(-abs(estimate[2]) / np.sqrt(inverse[2, 2])))


def pre_asymptotic(n: FloatArray, error: FloatArray, mcse: FloatArray) -> list[float]:
    """Smallest sample sizes without which the others are not curved; all but two where they stay curved."""
    order = np.argsort(n)
    for start in range(len(n) - 2):
        kept = order[start:]
        if curvature(n[kept], error[kept], mcse[kept]) > CURVED:
            return [float(size) for size in n[order[:start]]]
    return [float(size) for size in n[order[:-2]]]


def _errors(sample: Sample, parameter: str) -> FloatArray:
    if parameter == WHOLE:
        return np.asarray(sample.error_norms[:, 0])
    return np.asarray(sample.all_errors[:, sample.parameters.index(parameter)])


def _resampled(squares: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Mean squares (2,) of a bootstrap sample of the rows, which keeps the methods' errors paired."""
    counts = rng.multinomial(len(squares), np.full(len(squares), 1 / len(squares)))
    return np.asarray(counts @ squares / len(squares))


def _slopes_of(n: FloatArray, squares: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Slopes of both methods (2,), and the weights (m, 2) of their regressions."""
    estimates = [rmse(np.sqrt(each)) for each in squares]
    value = np.array([each.value for each in estimates])
    weights = (value / np.array([each.mcse for each in estimates])) ** 2
    return _fit(n, np.log(value), weights), weights


def _fit(n: FloatArray, log_error: FloatArray, weights: FloatArray) -> FloatArray:
    x = np.log(n)[:, None]
    centred = x - (weights * x).sum(axis=0) / weights.sum(axis=0)
    return np.asarray((weights * centred * log_error).sum(axis=0) / (weights * centred**2).sum(axis=0))


def _counted(value: float, mcse: float, attempted: int, usable: int, cells: int, share: float) -> Evidence:
    failed = attempted - usable
    note = f"{failed} of {attempted} fits failed." if failed else ""
    return decidable(Evidence(value, mcse, normal(value, mcse), attempted, usable, failed, cells, note), share)
