"""The level up to which gaussian FGSM-lasso interpolates (T23)."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from simstudy.estimators.input import check_data


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
