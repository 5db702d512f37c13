"""Local linear approximation in a given number of steps from the MLE."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit, fit_checked
from simstudy.estimators.input import FloatArray
from simstudy.families import family as family_named
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Status
from simstudy.solvers.problem import Attack

Expansion = Literal["none", "quadratic"]


def in_steps(
    pilot: Fit, X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool, steps: int,
    expansion: Expansion,
) -> Fit:  # fmt: skip
    """Weighted lassos, each with the penalty's slopes at the coefficients of the one before (Zou & Li 2008, eq. 2.6).

    Parameters
    ----------
    pilot : Fit
        The MLE.
    steps : int
        At least 1.
    expansion : {"none", "quadratic"}
        Whether the loss is the family's, or its second-order expansion at the MLE, which is least squares.

    Returns
    -------
    Fit
        `objective` and `kkt` are those of the last weighted lasso. The pilot's failure where there is no MLE.

    Raises
    ------
    InputError
        A slope is infinite: a bridge with r < 1 at a coefficient that an earlier step has set to zero.
    """
    if pilot.status != Status.OK:
        return pilot
    multipliers = penalty.multipliers(X.shape[1])
    fit = pilot
    for _ in range(steps):
        slopes = multipliers * penalty.slope(np.abs(fit.coef))
        if not np.isfinite(slopes).all():
            raise InputError(bad_value("steps", steps, "1 with a penalty whose slope at zero is infinite"))
        if expansion == "quadratic":
            fit = _on_expansion(pilot, X, y, family, slopes, fit_intercept)
        else:
            fit = fit_checked(X, y, family, Lasso(1.0, slopes), Attack.NONE, fit_intercept)
        if fit.status != Status.OK:
            return fit
    return replace(fit, message=f"{fit.message}; {steps} local linear approximations from the MLE")


def _on_expansion(
    pilot: Fit, X: FloatArray, y: FloatArray, family: str, slopes: FloatArray, fit_intercept: bool
) -> Fit:
    """Weighted lasso with the loss expanded at the pilot, where its gradient is zero."""
    eta = pilot.intercept + X @ pilot.coef
    roots = np.sqrt(family_named(family).curvature(y, eta))
    if not fit_intercept:
        return fit_checked(roots[:, None] * X, roots * eta, "gaussian", Lasso(1.0, slopes), Attack.NONE, False)
    Z = roots[:, None] * np.column_stack([np.ones(y.size), X])
    fit = fit_checked(Z, roots * eta, "gaussian", Lasso(1.0, (0.0, *slopes)), Attack.NONE, False)
    return replace(fit, coef=fit.coef[1:], intercept=float(fit.coef[0]), estimates={}, errors={})
