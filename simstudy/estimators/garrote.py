"""Non-negative garrote."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import WEIGHTED, Freedom, LevelScale, Placement
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray, check_data
from simstudy.estimators.levels import null_errors
from simstudy.estimators.mle import mle
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Status

#: Newton steps, halvings of a step, and the optimality residual (as that of every fit) at which they end.
MOST_STEPS = 100
MOST_HALVINGS = 40
TOLERANCE = 1e-7


def garrote_level(X: FloatArray, y: FloatArray, *, family: str, penalty: Penalty, fit_intercept: bool) -> float:
    """Smallest level that sets every factor to zero: max_j b_j x_j'e / (n w_j), e the errors of the null model."""
    pilot = mle(X, y, family=family, fit_intercept=fit_intercept)
    if pilot.status != Status.OK:
        return float("nan")
    weights = penalty.multipliers(X.shape[1])
    scores = pilot.coef * (X.T @ null_errors(X, y, family, penalty, fit_intercept))
    penalised = weights > 0.0
    return float(np.max(scores[penalised] / weights[penalised], initial=0.0) / y.size)


@estimator_of_arrays(
    "garrote",
    placement=Placement.OUTSIDE,
    accepts=WEIGHTED,
    largest_lam=garrote_level,
    level_scale=LevelScale.RESPONSE,
    freedom=Freedom.COUNT,
)
def garrote(X: ArrayLike, y: ArrayLike, *, family: str, penalty: Penalty, fit_intercept: bool = True) -> Fit:
    """Non-negative garrote (Breiman 1995): the MLE's coefficients, each times a factor that the data choose.

    Minimises (1/n) sum_i f(y_i, sum_j c_j b_j x_ij) + lam sum_j w_j c_j over c >= 0, b the MLE: coefficients keep the
    MLE's signs, and those with c_j = 0 leave the model. By Newton's method with non-negative least squares in each
    step, one step for gaussian data.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `mle`; the intercept has no factor.
    penalty : Lasso
        Its lam, per observation and on the scale of the loss, and the weights of the factors.

    Returns
    -------
    Fit
        The slopes c_j b_j; `objective` the minimised sum, `kkt` the largest violation of the conditions for c in units
        of the null model's largest score. Where there is no MLE, its failure.

    Raises
    ------
    InputError
        As `mle`; a penalty that is no lasso.
    """
    if not isinstance(penalty, Lasso):
        raise InputError(bad_value("penalty", penalty, "a Lasso"))
    X, y = check_data(X, y)
    pilot = mle(X, y, family=family, fit_intercept=fit_intercept)
    if pilot.status != Status.OK:
        return pilot
    law, p = family_named(family), X.shape[1]
    price, Z, start = penalty.lam * penalty.multipliers(p), X * pilot.coef, np.ones(p)
    unit = float(np.max(np.abs(Z.T @ null_errors(X, y, family, penalty, fit_intercept)))) / y.size
    if fit_intercept:
        # A free coefficient is the difference of two factors.
        ones = np.ones((y.size, 1))
        Z, price = np.hstack([ones, -ones, Z]), np.concatenate([np.zeros(2), price])
        start = np.concatenate([np.maximum([pilot.intercept, -pilot.intercept], 0.0), start])
    c, residual, steps = _minimise(law, Z, y, price, start, unit)
    intercept = float(c[0] - c[1]) if fit_intercept else 0.0
    squares = float(np.mean(y**2)) / 2.0 if law.quadratic else 0.0
    objective = float(squares + np.mean(law.loss(y, Z @ c)) + price @ c)
    good = residual <= TOLERANCE
    message = "converged" if good else f"stopped at optimality residual {residual:.1e} > 1e-7 after {steps} steps"
    status = Status.OK if good else Status.NOT_CONVERGED
    return Fit(c[-p:] * pilot.coef + 0.0, intercept, objective, residual, status, message, steps)


def _minimise(
    law: Family, Z: FloatArray, y: FloatArray, price: FloatArray, c: FloatArray, unit: float
) -> tuple[FloatArray, float, int]:
    """Factors c >= 0, their optimality residual in `unit`, and the steps taken."""

    def objective(at: FloatArray) -> float:
        return float(np.mean(law.loss(y, Z @ at)) + price @ at)

    for step in range(1, MOST_STEPS + 1):
        eta = Z @ c
        gradient = Z.T @ law.slope(y, eta) / y.size + price
        residual = float(np.max(np.where(c > 0.0, np.abs(gradient), np.maximum(-gradient, 0.0)))) / unit
        if residual <= 1e-3 * TOLERANCE:
            return c, residual, step
        target = _quadratic(Z, law.curvature(y, eta) / y.size, gradient, c)
        share, before = 1.0, objective(c)
        while objective(c + share * (target - c)) > before and share > 0.5**MOST_HALVINGS:
            share /= 2.0
        moved = c + share * (target - c)
        if np.array_equal(moved, c):
            return c, residual, step
        c = moved
    return c, residual, MOST_STEPS


def _quadratic(Z: FloatArray, weights: FloatArray, gradient: FloatArray, c: FloatArray) -> FloatArray:
    """Minimiser over t >= 0 of the loss's second-order expansion at c: non-negative least squares."""
    roots = np.sqrt(weights)[:, None] * Z
    # |A t - d|^2 has the Hessian A'A, and the gradient A'(A c - d) at c.
    Q, A = np.linalg.qr(roots)
    missing = np.linalg.lstsq(roots.T, gradient, rcond=None)[0]
    return np.asarray(scipy.optimize.nnls(A, A @ c - Q.T @ missing)[0])
