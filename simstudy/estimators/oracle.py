"""Maximum likelihood by an oracle that knows the support."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Errors, Freedom, Law, Placement
from simstudy.estimators.fit import Fit, fit_checked
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.solvers.problem import Attack


@estimator_of_arrays(
    "oracle", words="Oracle MLE", placement=Placement.NONE, errors=Errors.MODEL, freedom=Freedom.COUNT, law=Law.ORACLE
)
def oracle(X: ArrayLike, y: ArrayLike, *, family: str, support: ArrayLike, fit_intercept: bool = True) -> Fit:
    """MLE on the columns of the true support; the other coefficients are zero (Fan & Li 2001, section 3.2).

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `mle`.
    support : (p,) boolean array
        True where the true coefficient is not zero; without any the fit is the null model.

    Returns
    -------
    Fit
        As from `mle` on the selected columns, with p slopes.

    Raises
    ------
    InputError
        As `mle`, and if `support` is not p booleans.
    """
    X, y = check_data(X, y)
    chosen = np.asarray(support)
    if chosen.dtype != np.bool_ or chosen.shape != (X.shape[1],):
        raise InputError(bad_value("support", support, f"a boolean array of length p = {X.shape[1]}"))
    fit = fit_checked(X[:, chosen], y, family, None, Attack.NONE, fit_intercept)
    coef = np.full(X.shape[1], np.nan if np.isnan(fit.intercept) else 0.0)
    coef[chosen] = fit.coef
    return replace(fit, coef=coef)
