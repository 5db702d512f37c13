"""Maximum likelihood by an oracle that knows the support."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit, check_data
from simstudy.estimators.mle import mle


def oracle(X: ArrayLike, y: ArrayLike, *, family: str, support: ArrayLike, fit_intercept: bool = True) -> Fit:
    """MLE on the columns of the true support; the other coefficients are zero (Fan & Li 2001, section 3.2).

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `mle`.
    support : (p,) boolean array
        True where the true coefficient is not zero.

    Returns
    -------
    Fit
        As from `mle` on the selected columns, with p slopes.

    Raises
    ------
    InputError
        As `mle`, and if `support` is not p booleans or selects nothing.
    """
    X, y = check_data(X, y)
    chosen = np.asarray(support)
    if chosen.dtype != np.bool_ or chosen.shape != (X.shape[1],):
        raise InputError(bad_value("support", support, f"a boolean array of length p = {X.shape[1]}"))
    if not chosen.any():
        raise InputError(bad_value("support", support, "true somewhere"))
    fit = mle(X[:, chosen], y, family=family, fit_intercept=fit_intercept)
    coef = np.zeros(X.shape[1])
    coef[chosen] = fit.coef
    if np.isnan(fit.coef).any():
        coef[:] = np.nan
    return replace(fit, coef=coef)
