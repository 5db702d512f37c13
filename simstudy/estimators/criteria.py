"""Scores of the fits of a path by AIC, BIC, EBIC and GCV, and the noise that they refer to."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
from simstudy.estimators.penalized import penalized
from simstudy.estimators.rules import Aic, Criterion, Ebic, Gcv
from simstudy.estimators.walk import Task, Walk, predictor
from simstudy.penalties import Lasso
from simstudy.records import Status

#: Steps of the scaled lasso, and the relative change of sigma at which it stands still.
STEPS = 100
STILL = 1e-8


def noise_level(task: Task, X: FloatArray, y: FloatArray, rule: Criterion) -> float | None:
    """Sigma of gaussian data as the rule has it; None where each fit has its own.

    Raises
    ------
    InputError
        The family has no sigma.
    """
    if rule.noise is None:
        return None
    if not task.law.has_scale:
        raise InputError(bad_value("sigma", rule.noise, f"left out in the {task.family} family, which has none"))
    return float(rule.noise) if not isinstance(rule.noise, str) else scaled_lasso_sigma(X, y, task.fit_intercept)


def scaled_lasso_sigma(X: FloatArray, y: FloatArray, fit_intercept: bool) -> float:
    """Estimate of sigma by the scaled lasso (Sun & Zhang 2012), which exists for p >= n too.

    Repeats sigma = sqrt(RSS / n) of the lasso at the universal level sigma sqrt(2 log p / n) on columns of root mean
    square one (about the mean with an intercept) until sigma stands still. Signals that the lasso shrinks count as
    noise, so that it is too large by a share of the order of (nonzeros) log p / n.

    Returns
    -------
    float
        NaN where the lasso has no usable fit.
    """
    n, p = X.shape
    Z = X - X.mean(axis=0) if fit_intercept else X
    size = np.max(np.abs(Z), axis=0)
    size[size == 0.0] = 1.0
    scale = size * np.sqrt(np.mean((Z / size) ** 2, axis=0))
    Z = Z / np.where(scale == 0.0, 1.0, scale)
    level = np.sqrt(2.0 * np.log(max(p, 2)) / n)
    sigma = float(np.sqrt(np.mean((y - (y.mean() if fit_intercept else 0.0)) ** 2)))
    for _ in range(STEPS):
        fit = penalized(Z, y, family="gaussian", penalty=Lasso(sigma * level), fit_intercept=fit_intercept)
        if fit.status != Status.OK:
            return np.nan
        previous, sigma = sigma, float(np.sqrt(np.mean((y - predictor(Z, fit)) ** 2)))
        if abs(sigma - previous) <= STILL * previous:
            break
    return sigma


def criteria(
    task: Task, X: FloatArray, y: FloatArray, walked: Walk, rule: Criterion, sigma: float | None
) -> FloatArray:
    """Values (L,) of a criterion, to be minimised: NaN where a usable fit has no degrees of freedom."""
    fits = zip(walked.fits, walked.df, strict=True)
    return np.array([_criterion(task, X, y, fit, df, rule, sigma) for fit, df in fits])


def _criterion(
    task: Task, X: FloatArray, y: FloatArray, fit: Fit, df: float, rule: Criterion, sigma: float | None
) -> float:
    n = y.size
    if fit.status != Status.OK or not np.isfinite(df):
        return np.nan
    deviance = float(np.sum(task.law.deviance(y, predictor(X, fit))))
    if isinstance(rule, Gcv):
        return deviance / n / (1.0 - df / n) ** 2 if df < n else np.inf
    if sigma is not None:
        deviance /= sigma**2
    elif task.law.has_scale:
        # A perfect fit has an infinite likelihood at any df, so it is not comparable.
        deviance = n * np.log(deviance / n) if deviance > 0.0 else np.inf
    price = 2.0 if isinstance(rule, Aic) else np.log(n)
    gamma = rule.gamma if isinstance(rule, Ebic) else 0.0
    models = _log_models(X.shape[1], int(np.count_nonzero(fit.coef)))
    return float(deviance + price * df + 2.0 * gamma * models)


def _log_models(p: int, size: int) -> float:
    """Log of the number of models with `size` of p coefficients."""
    return float(gammaln(p + 1) - gammaln(size + 1) - gammaln(p - size + 1))
