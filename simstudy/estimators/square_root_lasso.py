"""Square-root lasso: the lasso whose level does not depend on the noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import WEIGHTED, Freedom, LevelScale, Placement
from simstudy.estimators.fit import Fit, fit_problem
from simstudy.estimators.input import FloatArray, check_data
from simstudy.estimators.levels import largest_score, null_errors
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import family as family_named
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Status
from simstudy.solvers.problem import Attack

#: Accuracy of the root mean square residual, relative to that of the null model.
ACCURACY = 1e-13
#: Root mean square residual, relative to that of the null model, at which the data are fitted.
FITTED = 1e-6


def square_root_level(X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool) -> float:
    """Smallest level that gives the null model: ||X'e||_inf / (sqrt(n) ||e||_2)."""
    e = null_errors(X, y, family, penalty, fit_intercept)
    size = np.sqrt(y.size) * np.linalg.norm(e)
    return float(largest_score(X, e[:, None], penalty)[0] / size) if size > 0.0 else float("nan")


@estimator_of_arrays(
    "square_root_lasso",
    families=("gaussian",),
    placement=Placement.OUTSIDE,
    accepts=WEIGHTED,
    largest_lam=square_root_level,
    level_scale=LevelScale.FREE,
    freedom=Freedom.COUNT,
)
def square_root_lasso(
    X: ArrayLike, y: ArrayLike, *, penalty: Penalty, family: str = "gaussian", fit_intercept: bool = True
) -> Fit:
    """Square-root lasso (Belloni, Chernozhukov & Wang 2011): minimises sqrt(mean r_i^2) + lam sum_j w_j |beta_j|.

    It is the lasso at lam times its own root mean square residual, the only one at which these agree, and T24's
    estimator with p = 2 for gaussian data. As FGSM's, its level is free of the scale of y (T13).

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
    penalty : Lasso
    family : {"gaussian"}
    fit_intercept : bool

    Returns
    -------
    Fit
        `kkt` is that of the lasso. NO_MINIMISER is not possible; where lam is so small that every response is fitted,
        so that the objective has a kink at the result, NOT_CONVERGED: `minimum_l1` is the minimiser there.

    Raises
    ------
    InputError
        X or y is not finite, their shapes disagree, another family, or a penalty that is no lasso.
    """
    if not family_named(family).quadratic:
        raise InputError(bad_value("family", family, "'gaussian': the square-root lasso is least squares"))
    if not isinstance(penalty, Lasso):
        raise InputError(bad_value("penalty", penalty, "a Lasso"))
    X, y = check_data(X, y)
    center = y.mean() if fit_intercept else 0.0
    largest = float(np.sqrt(np.mean((y - center) ** 2)))

    def at(sigma: float) -> tuple[Fit, float]:
        fit = fit_problem(X, y, family, replace(penalty, lam=sigma * penalty.lam), Attack.NONE, fit_intercept)
        return fit, float(np.sqrt(np.mean((y - fit.intercept - X @ fit.coef) ** 2)))

    whole, _ = at(largest)
    if whole.status != Status.OK:
        return whole
    if not at(FITTED * largest)[1] > FITTED * largest:
        message = f"every response is fitted at lam = {penalty.lam:.4g}: the minimiser is the interpolator (minimum_l1)"
        return Fit(np.full(X.shape[1], np.nan), np.nan, status=Status.NOT_CONVERGED, message=message)
    # At the null model's own residual the difference is zero or negative; rounding must not make it positive.
    top = largest * (1.0 + 1e-9)
    sigma = float(
        scipy.optimize.brentq(lambda s: at(s)[1] - s, FITTED * largest, top, xtol=ACCURACY * largest, rtol=1e-13)
    )
    fit, rms = at(sigma)
    objective = rms + penalty.lam * float(penalty.multipliers(X.shape[1]) @ np.abs(fit.coef))
    return replace(fit, objective=objective, message=f"{fit.message}; the lasso at lam times its residual {sigma:.6g}")
