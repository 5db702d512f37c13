"""Degrees of freedom: by how much a fit follows its own data, in units of free parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Freedom, Placement
from simstudy.estimators.estimating_equation import penalty_curvature, penalty_slope_ratio, pseudo_inverse_or_none
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import ALIKE, Rows, check_rows
from simstudy.estimators.registry import Estimator, estimator_named
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]


def convex_curvature(penalty: Penalty, coef: FloatArray) -> FloatArray:
    """Positive part of the penalty's curvature (k,)."""
    return np.maximum(penalty_curvature(penalty, coef), 0.0)


#: Kind of degrees of freedom -> the penalty's part of H at the selected slopes.
CURVATURES: dict[str, Callable[[Penalty, FloatArray], FloatArray]] = {
    "active": convex_curvature,
    "trace": penalty_slope_ratio,
    "divergence": penalty_curvature,
}


def degrees_of_freedom(
    fit: Fit,
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    estimator: str,
    penalty: Penalty | None = None,
    fit_intercept: bool = True,
    df: str = "active",
    rows: Rows = ALIKE,
) -> float:
    """Degrees of freedom of a fit: sum_i cov(eta_i hat, y_i) / phi (Efron 2004), estimated on its support A.

    mle, oracle: the number of coefficients, a. For the others there are three estimates, which agree at lam = 0:

    penalized: tr{H^+ B} with B = mean b''(eta_i) z_i z_i' and H = B + diag(c_j) over the selected slopes.

    - "active": c_j = max(w_j p''(|b_j|), 0). For the lasso, scad, mcp and a concave bridge that is the number of
      nonzeros (the rank of their columns), for an elastic net or ridge the trace of its smoother. Unbiased for gaussian
      data with the lasso (Zou, Hastie & Tibshirani 2007, theorem 1), elastic net and ridge. A scad or mcp fit is the
      last lasso of its local linear approximation, so this is its df given the weights (Zou & Li 2008); that the
      weights follow the data too is left out, so that it is too small where coefficients lie between the knots.
    - "trace": c_j = w_j p'(|b_j|) / |b_j|, the trace of Fan & Li (2001, section 4.2), with which published tables
      choose lam by GCV. The local quadratic approximation counts a shrunken coefficient as a fraction. Unbiased for
      ridge only; for the lasso it is below the number of nonzeros.
    - "divergence": c_j = w_j p''(|b_j|), signs kept: sum_i d eta_i hat / d y_i of the fit as an implicit function of
      the data. Unbiased for gaussian data where the fit is continuous in y (Stein 1981): lasso, elastic net and ridge,
      for which it equals "active". A local linear approximation may jump from one fixed point to another; the
      derivative does not see the jumps, and is large near them. At n = 50, p = 8, sigma = 3 and lam = 0.5 the
      covariance of penalised scad is 5.7, this 5.8, and "active" 4.6; FGSM scad at lam = 0.2, whose threshold lies
      beyond the first knot so that it jumps, has a covariance of 7.4 and 5.1 by this.

    fgsm: from the estimating equation of T3, sum_i psi_i = 0. A change of y_i moves psi_i by -(z_i - s_i g), and on
    average over the jumps of s_i by another -2 P d_i b''_i z_i (`estimating_equation`), so
    d b / d y_i = H^+ (z_i - s_i g + 2 P d_i b''_i z_i) / n and

        df = sum_i b''_i z_i' d b / d y_i = tr{H^+ [mean b''_i (z_i - s_i g) z_i' + K]},

    H the Jacobian of T3 with c_j as above, times the derivative of the objective in P. At lam = 0 this is a; for
    lam > 0 it differs from a by terms of order P and g, because the attack follows the signs of the data.

    The other estimators of this package: "active" alone, the number of nonzeros and the intercept.

    Parameters
    ----------
    fit, X, y, family, estimator, penalty, fit_intercept, rows
        As in `standard_errors`.
    df : {"active", "trace", "divergence"}

    Returns
    -------
    float
        Does not depend on the scale of a column, nor with an intercept on its origin. NaN where the fit is not usable,
        or H has a negative eigenvalue ("divergence" of a nonconvex penalty).

    Raises
    ------
    InputError
        If the estimator has no degrees of freedom, or not of this kind, or the data are not valid.
    """
    X, y, rows = check_rows(X, y, rows.weights, rows.offset)
    if df not in CURVATURES:
        raise InputError(unknown_name("df", df, CURVATURES))
    entry = estimator_named(estimator)
    freedom = entry.need("freedom", "the count of degrees of freedom")
    check_kind(entry, df)
    entry.check_rows(rows)
    if fit.status != Status.OK:
        return np.nan
    if penalty is None or freedom == Freedom.COUNT:
        return float(np.count_nonzero(fit.coef) + fit_intercept)
    equation = entry.equation_at(fit, X, y, family_named(family), penalty, fit_intercept, rows)
    inverse = pseudo_inverse_or_none(equation.jacobian(CURVATURES[df](penalty, fit.coef)))
    return np.nan if inverse is None else float(np.sum(inverse * equation.response.T))


def check_kind(entry: Estimator, df: str) -> None:
    """Refuse a kind of degrees of freedom that an estimator does not have.

    Raises
    ------
    InputError
        Names both.
    """
    if entry.freedom == Freedom.COUNT and entry.placement != Placement.NONE and df != "active":
        raise InputError(bad_value("df", df, f"'active' with {entry.name!r}, which has no estimating equation"))
