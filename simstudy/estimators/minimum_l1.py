"""The interpolator of minimum l1 norm."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Placement
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import family as family_named
from simstudy.records import Status


@estimator_of_arrays("minimum_l1", families=("gaussian",), placement=Placement.NONE)
def minimum_l1(X: ArrayLike, y: ArrayLike, *, family: str = "gaussian", fit_intercept: bool = True) -> Fit:
    """Minimum of ||beta||_1 subject to X beta = y, or to X beta + intercept = y, by linear programming.

    What gaussian FGSM-lasso is for every lam up to `interpolation_threshold` (T23), and the limit of the lasso for
    lam -> 0.

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
    family : {"gaussian"}
    fit_intercept : bool
        The intercept is free.

    Returns
    -------
    Fit
        `objective` is the norm; `kkt` the largest residual, in units of the mean |y - center| of the response.
        NO_MINIMISER where nothing interpolates the data, DEGENERATE_RESPONSE where the intercept alone does.

    Raises
    ------
    InputError
        X or y is not finite, their shapes disagree, or another family.
    """
    if not family_named(family).quadratic:
        raise InputError(bad_value("family", family, "'gaussian': only there are fitted responses a finite eta"))
    X, y = check_data(X, y)
    n, p = X.shape
    center = y.mean() if fit_intercept else 0.0
    unit = float(np.mean(np.abs(y - center)))
    missing = np.full(p, np.nan)
    if unit == 0.0:
        message = f"every response equals {y[0]:g}"
        return Fit(missing, np.nan, np.nan, np.nan, Status.DEGENERATE_RESPONSE, message)
    scale = float(np.max(np.abs(X)))
    scale = scale if scale > 0.0 else 1.0
    design = [X / scale, -X / scale, *([np.ones((n, 1))] if fit_intercept else [])]
    cost = np.concatenate([np.ones(2 * p), np.zeros(int(fit_intercept))])
    bounds = [(0.0, None)] * (2 * p) + [(None, None)] * int(fit_intercept)
    # Highs works to absolute tolerances: the response is brought to units of one.
    found = scipy.optimize.linprog(
        cost, A_eq=np.hstack(design), b_eq=(y - center) / unit, bounds=bounds, method="highs"
    )
    if found.x is None:
        message = f"no minimiser: no coefficients interpolate these n = {n} responses with p = {p}"
        return Fit(missing, np.nan, np.nan, np.nan, Status.NO_MINIMISER, message)
    coef = (found.x[:p] - found.x[p : 2 * p]) * unit / scale
    intercept = float(found.x[-1]) * unit + center if fit_intercept else 0.0
    residual = float(np.max(np.abs(y - intercept - X @ coef)) / unit)
    good = residual <= 1e-7
    message = "converged" if good else f"residuals of {residual:.1e} are left"
    status = Status.OK if good else Status.NOT_CONVERGED
    return Fit(coef, intercept, float(np.sum(np.abs(coef))), residual, status, message, int(found.nit))
