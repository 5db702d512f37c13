"""Degrees of freedom: by how much a fit follows its own data, in units of free parameters."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.estimators.capabilities import Freedom
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_named
from simstudy.estimators.standard_errors import inverse_or_none, penalty_curvature
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]


def degrees_of_freedom(
    fit: Fit,
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    estimator: str,
    penalty: Penalty | None = None,
    fit_intercept: bool = True,
) -> float:
    """Degrees of freedom of a fit: sum_i cov(eta_i hat, y_i) / phi (Efron 2004), estimated on its support A.

    mle, oracle: the number of coefficients, a.

    penalized: tr{H^-1 mean b''(eta_i) z_i z_i'} with H = mean b''(eta_i) z_i z_i' + diag(max(w_j p''(|b_j|), 0)). For
    the lasso, p'' = 0, that is the number of nonzeros (Zou, Hastie & Tibshirani 2007, theorem 1), an unbiased estimate
    for gaussian data; for an elastic net or ridge the trace of its smoother. A scad or mcp fit is the last lasso of its
    local linear approximation, so the number of nonzeros too, given the weights (Zou & Li 2008); the weights' own
    dependence on the data, which Fan & Li's (2001) trace with p'/|b| in H does not count either, is left out.

    fgsm: from the estimating equation of T3, sum_i psi_i = 0. A change of y_i moves psi_i by -(z_i - s_i g), and on
    average over the jumps of s_i by another -2 P d_i b''_i z_i (`estimating_equation`), so
    d b / d y_i = H^-1 (z_i - s_i g + 2 P d_i b''_i z_i) / n and

        df = sum_i b''_i z_i' d b / d y_i = tr{H^-1 [mean b''_i (z_i - s_i g) z_i' + K]},

    H the Jacobian of T3 with positive parts of p'' as above. At lam = 0 this is a; for lam > 0 it differs from a by
    terms of order P and g, because the attack follows the signs of the data.

    The other estimators of this package: the number of nonzeros and the intercept.

    Parameters
    ----------
    fit, X, y, family, estimator, penalty, fit_intercept
        As in `standard_errors`.

    Returns
    -------
    float
        NaN where the fit is not usable or H is not positive definite.
    """
    X, y = check_data(X, y)
    entry = estimator_named(estimator)
    freedom = entry.need("freedom", "the count of degrees of freedom")
    if fit.status != Status.OK:
        return np.nan
    if penalty is None or freedom == Freedom.COUNT:
        return float(np.count_nonzero(fit.coef) + fit_intercept)
    equation = entry.need("equation", "the trace")(fit, X, y, family_named(family), penalty, fit_intercept)
    H = equation.bread.copy()
    selected = fit.coef != 0.0
    curvature = penalty_curvature(penalty, np.abs(fit.coef[selected]))
    slopes = np.arange(int(fit_intercept), len(H))
    H[slopes, slopes] += equation.price * np.maximum(penalty.multipliers(fit.coef.size)[selected] * curvature, 0.0)
    inverse = inverse_or_none(H)
    return np.nan if inverse is None else float(np.sum(inverse * equation.response.T))
