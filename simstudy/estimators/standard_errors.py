"""Standard errors of fits, computed on request."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Errors
from simstudy.estimators.estimating_equation import (
    Support,
    dispersion,
    information,
    inverse_or_none,
    penalty_curvature,
    penalty_slope_ratio,
    support_of,
)
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import ALIKE, Rows, check_rows
from simstudy.estimators.registry import Estimator, estimator_named
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]

CURVATURES = ("quadratic", "tangent")


def standard_errors(
    fit: Fit,
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    estimator: str,
    penalty: Penalty | None = None,
    fit_intercept: bool = True,
    curvature: str = "quadratic",
    rows: Rows = ALIKE,
) -> Fit:
    """The fit with its standard errors `se` (p,) and `intercept_se`.

    mle, oracle, fgsm_debiased: model-based, phi I_AA^-1 / n with phi = RSS / (n - a) for gaussian data. For
    fgsm_debiased that is the law which T8 promises.

    penalized: the sandwich H^-1 J H^-1 / n of Fan & Li (2001, eq. 3.10) on the selected support A, with
    H = mean b''(eta_i) z_i z_i' + Sigma and J the covariance of the scores, here with divisor n - a.

    fgsm: the same for the estimating equation of T3: H and psi_i are derived in `estimating_equation`, kink term
    included, J = sum psi_i psi_i' / (n - a), and Sigma is multiplied by the derivative of the objective in P, which
    takes the place of the one of T4.

    Sigma is diag(w_j p'(|b_j|) / |b_j|), the quadratic approximation of eq. 3.10, or diag(w_j p''(|b_j|)), the
    penalty's own curvature ("tangent"). Both vanish where a bounded penalty is flat. For the lasso the tangent is
    zero and gives the right spread of strong coefficients; eq. 3.10 is then too small by about Sigma H^-1. A
    coefficient between the knots of scad has a negative tangent, so that H may be singular.

    Parameters
    ----------
    fit : Fit
        The estimator's result on these data.
    X, y, family, fit_intercept, rows
        What it was fitted to; with ``rows=Rows(weights, offset)`` n is the sum of the weights.
    estimator : {"mle", "oracle", "penalized", "fgsm", "fgsm_debiased"}
    penalty : Penalty, optional
        The fit's penalty; needed by penalized and fgsm.
    curvature : {"quadratic", "tangent"}
        Sigma, as above.

    Returns
    -------
    Fit
        `se` is on the scale of the coefficients and zero for a coefficient estimated as exactly zero, as in Fan & Li:
        its interval is the point zero. All are NaN where the fit is not usable or H is not positive definite, and
        `intercept_se` is NaN without an intercept. They are computed on centred and scaled columns, so that the origin
        of a column changes the intercept's only, and its scale changes its own coefficient's by that factor.

    Raises
    ------
    InputError
        If the estimator has no standard errors, a penalty is missing, or the data are not valid.
    """
    X, y, rows = check_rows(X, y, rows.weights, rows.offset)
    entry = estimator_named(estimator)
    entry.check_rows(rows)
    errors_from = entry.need("errors", "the computation of standard errors")
    _check(entry, penalty, curvature)
    missing = replace(fit, se=np.full(X.shape[1], np.nan), intercept_se=np.nan)
    if fit.status != Status.OK:
        return missing
    law = family_named(family)
    if penalty is None or errors_from == Errors.MODEL:
        support = support_of(fit, X, fit_intercept, rows)
        covariance = _model_based(support, y, law)
    else:
        equation = entry.equation_at(fit, X, y, law, penalty, fit_intercept, rows)
        support = equation.support
        covariance = _sandwich(equation.jacobian(_sigma(penalty, fit.coef, curvature)), support, equation.scores)
    if covariance is None:
        return missing
    errors = support.errors(covariance)
    return replace(fit, se=errors[-X.shape[1] :], intercept_se=float(errors[0]) if fit_intercept else np.nan)


def _check(entry: Estimator, penalty: Penalty | None, curvature: str) -> None:
    if entry.errors == Errors.SANDWICH and penalty is None:
        raise InputError(bad_value("penalty", None, f"the penalty of the fit (estimator {entry.name!r})"))
    if curvature not in CURVATURES:
        raise InputError(unknown_name("curvature", curvature, CURVATURES))


def _model_based(support: Support, y: FloatArray, law: Family) -> FloatArray | None:
    inverse = inverse_or_none(information(law, support))
    return None if inverse is None else dispersion(law, y, support, support.Z.shape[1]) * inverse / support.total


def _sigma(penalty: Penalty, coef: FloatArray, curvature: str) -> FloatArray:
    """Sigma (k,): the penalty's part of H at the selected slopes."""
    return penalty_slope_ratio(penalty, coef) if curvature == "quadratic" else penalty_curvature(penalty, coef)


def _sandwich(H: FloatArray, support: Support, scores: FloatArray) -> FloatArray | None:
    n, a = support.total, scores.shape[1]
    inverse = inverse_or_none(H)
    if inverse is None or n <= a:
        return None
    return np.asarray(inverse @ support.mean(scores, scores) @ inverse / (n - a))
