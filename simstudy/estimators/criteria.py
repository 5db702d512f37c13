"""Scores of the fits of a path by a criterion such as BIC or GCV, and the noise that they refer to."""

from __future__ import annotations

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray, Rows
from simstudy.estimators.penalized import penalized
from simstudy.estimators.rules import Criterion, Scored
from simstudy.estimators.walk import Sample, Task, Walk
from simstudy.penalties import Lasso
from simstudy.records import Status

#: Steps of the scaled lasso, and the relative change of sigma at which it stands still.
STEPS = 100
STILL = 1e-8


def noise_level(task: Task, sample: Sample, rule: Criterion) -> float | None:
    """Sigma as the rule has it; None where each fit has its own.

    Raises
    ------
    InputError
        The family has no sigma, or errors to which the scaled lasso does not apply.
    """
    if rule.noise is None:
        return None
    if not task.law.has_scale:
        raise InputError(bad_value("sigma", rule.noise, f"left out in the {task.family} family, which has none"))
    if not isinstance(rule.noise, str):
        return float(rule.noise)
    if not task.law.additive_errors:
        allowed = f"a number in the {task.family} family, whose errors are not additive"
        raise InputError(bad_value("sigma", rule.noise, allowed))
    return scaled_lasso_sigma(sample, task.fit_intercept)


def scaled_lasso_sigma(sample: Sample, fit_intercept: bool) -> float:
    """Estimate of sigma by the scaled lasso (Sun & Zhang 2012), which exists for p >= n too.

    Repeats sigma = sqrt(RSS / n) of the lasso at the universal level sigma sqrt(2 log p / n) on columns of root mean
    square one (about the mean with an intercept) until sigma stands still. Signals that the lasso shrinks count as
    noise, so that it is too large by a share of the order of (nonzeros) log p / n.

    Returns
    -------
    float
        NaN where the lasso has no usable fit.
    """
    X, counts, p = sample.X, sample.counts, sample.X.shape[1]
    y = sample.y - sample.rows.added(sample.y.size)
    Z = X - np.average(X, axis=0, weights=counts) if fit_intercept else X
    size = np.max(np.abs(Z), axis=0)
    size[size == 0.0] = 1.0
    scale = size * np.sqrt(np.average((Z / size) ** 2, axis=0, weights=counts))
    Z = Z / np.where(scale == 0.0, 1.0, scale)
    level = np.sqrt(2.0 * np.log(max(p, 2)) / sample.total)
    standard = Sample(Z, y, Rows(sample.rows.weights))
    centre = np.average(y, weights=counts) if fit_intercept else 0.0
    sigma = float(np.sqrt(np.average((y - centre) ** 2, weights=counts)))
    for _ in range(STEPS):
        fit = penalized(
            Z, y, family="gaussian", penalty=Lasso(sigma * level), fit_intercept=fit_intercept,
            weights=sample.rows.weights,
        )  # fmt: skip
        if fit.status != Status.OK:
            return np.nan
        previous, sigma = sigma, float(np.sqrt(np.average((y - standard.predictor(fit)) ** 2, weights=counts)))
        if abs(sigma - previous) <= STILL * previous:
            break
    return sigma


def criteria(task: Task, sample: Sample, walked: Walk, rule: Criterion, sigma: float | None) -> FloatArray:
    """Values (L,) of a criterion, to be minimised: NaN where a usable fit has no degrees of freedom."""
    fits = zip(walked.fits, walked.df, strict=True)
    return np.array([_criterion(task, sample, fit, df, rule, sigma) for fit, df in fits])


def _criterion(task: Task, sample: Sample, fit: Fit, df: float, rule: Criterion, sigma: float | None) -> float:
    n = sample.total
    if fit.status != Status.OK or not np.isfinite(df):
        return np.nan
    deviance = float(np.sum(sample.counts * task.law.deviance(sample.y, sample.predictor(fit))))
    likelihood = deviance
    if sigma is not None:
        likelihood /= sigma**2
    else:
        # A perfect fit has an infinite likelihood at any df, so it is not comparable.
        perfect = task.law.has_scale and deviance <= 0.0
        likelihood = np.inf if perfect else task.law.profiled_deviance(deviance, n)
    of = Scored(deviance / n, float(likelihood), df, int(np.count_nonzero(fit.coef)), n, fit.coef.size)
    return float(rule.score(of))
