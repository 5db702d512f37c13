"""The level up to which gaussian FGSM-lasso interpolates, and whether fits do so (T23)."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.penalties import Lasso
from simstudy.records import Status

#: What `interpolation` estimates.
ESTIMATES = ("interpolation_level", "interpolates_below", "interpolates_above")
#: Share of the level by which fits below and above it are away from it.
ASIDE = 0.01
#: Largest residual of an interpolator, in units of the largest deviation of y.
ROUNDING = 1e-6


def interpolation_threshold(X: ArrayLike, y: ArrayLike, fit_intercept: bool = True) -> float:
    """Largest lam at which gaussian FGSM-lasso is the interpolator of minimum l1 norm (T23; Ribeiro et al. 2023).

    dbar = 1 / (n ||a*||_inf), a* = argmax {a'y : ||X'a||_inf <= 1}, with an intercept also 1'a = 0: the solution of the
    dual of min ||beta||_1 subject to X beta = y, which is unique for almost all data.

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
        Not constant with an intercept, not zero without.
    fit_intercept : bool

    Returns
    -------
    float
        dbar on the scale of lam per observation; zero where no coefficients interpolate the data, infinite where the
        null model does.

    Raises
    ------
    InputError
        X or y is not finite, or their shapes disagree.
    """
    X, y = check_data(X, y)
    n, p = X.shape
    center = y.mean() if fit_intercept else 0.0
    unit = float(np.max(np.abs(y - center)))
    if unit == 0.0:
        return np.inf
    ones = np.ones((1, n))
    result = scipy.optimize.linprog(
        (center - y) / unit,
        A_ub=np.vstack([X.T, -X.T]),
        b_ub=np.ones(2 * p),
        A_eq=ones if fit_intercept else None,
        b_eq=np.zeros(1) if fit_intercept else None,
        bounds=(None, None),
        method="highs",
    )
    # An unbounded dual says that no beta solves X beta = y.
    return 0.0 if result.x is None else float(1.0 / (n * np.max(np.abs(result.x))))


@estimator_of_arrays("interpolation", estimates=ESTIMATES)
def interpolation(X: ArrayLike, y: ArrayLike, *, fit_intercept: bool = True) -> Fit:
    """`interpolation_threshold` of a data set, and whether gaussian FGSM-lasso fits on both sides of it interpolate.

    Parameters
    ----------
    X, y, fit_intercept
        As in `interpolation_threshold`.

    Returns
    -------
    Fit
        Estimates `interpolation_level` (dbar), `interpolates_below` and `interpolates_above`: 1 where the largest
        residual at .99 dbar, and at 1.01 dbar, is below 1e-6 of the largest deviation of y from its centre, else 0.
        Status of a fit that failed, RANK_DEFICIENT where no coefficients interpolate, DEGENERATE_RESPONSE where the
        null model does.

    Raises
    ------
    InputError
        As `interpolation_threshold`.
    """
    X, y = check_data(X, y)
    level = interpolation_threshold(X, y, fit_intercept)
    if level == 0.0:
        return _without(Status.RANK_DEFICIENT, "no coefficients interpolate the data")
    if np.isinf(level):
        return _without(Status.DEGENERATE_RESPONSE, "the null model interpolates the data")
    unit = float(np.max(np.abs(y - (y.mean() if fit_intercept else 0.0))))
    found = {ESTIMATES[0]: level}
    for name, factor in zip(ESTIMATES[1:], (1.0 - ASIDE, 1.0 + ASIDE), strict=True):
        fit = fgsm(X, y, family="gaussian", penalty=Lasso(factor * level), fit_intercept=fit_intercept)
        if fit.status != Status.OK:
            return _without(fit.status, fit.message)
        found[name] = float(np.max(np.abs(y - fit.intercept - X @ fit.coef)) <= ROUNDING * unit)
    return Fit(estimates=found)


def _without(status: Status, message: str) -> Fit:
    return Fit(estimates=dict.fromkeys(ESTIMATES, np.nan), status=status, message=message)
