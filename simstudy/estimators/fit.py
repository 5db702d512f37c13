"""The result of every estimator, and the checks that every estimator makes of its input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status
from simstudy.solvers.newton import solve
from simstudy.solvers.problem import Attack, Problem

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """One fitted model, or the reason why there is none.

    Attributes
    ----------
    coef : (p,) float array
        Slopes on the scale of X; NaN where no estimate exists.
    intercept : float
        Zero where the model has none, NaN where no estimate exists.
    objective : float
        The minimised objective (T3 or T4), a mean over observations; of gaussian data with the 1/2 y^2 that makes it
        a sum of squares, of Poisson FGSM, which jumps where y_i = mu_i, with the solution's mixture of both sides.
    kkt : float
        Optimality residual of theory section 1, dimensionless; at most 1e-7 where status is OK.
    status : Status
        OK, or why the fit cannot be used. Only OK fits enter summaries.
    message : str
        The status in words, with its certificate.
    n_iter : int
        Newton steps.
    lam : float or None
        The level that a tuning rule has chosen; None where the caller gave it.
    se : (p,) float array or None
        Standard errors of `coef`, filled in by `standard_errors`.
    intercept_se : float
        Standard error of the intercept, likewise; NaN where there is none.
    """

    coef: FloatArray
    intercept: float
    objective: float
    kkt: float
    status: Status
    message: str
    n_iter: int
    lam: float | None = None
    se: FloatArray | None = None
    intercept_se: float = np.nan


def check_data(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Float arrays X (n, p) and y (n,), or InputError naming what is wrong and where."""
    X = np.asarray(X, dtype=float)
    y = np.asarray(y, dtype=float)
    if X.ndim != 2 or X.shape[0] < 1 or X.shape[1] < 1:
        raise InputError(bad_value("X.shape", X.shape, "(n, p) with n >= 1 and p >= 1"))
    if y.shape != (X.shape[0],):
        raise InputError(bad_value("y.shape", y.shape, f"({X.shape[0]},), the number of rows of X"))
    for name, values in (("X", X), ("y", y)):
        if not np.isfinite(values).all():
            where = tuple(int(k) for k in np.argwhere(~np.isfinite(values))[0])
            raise InputError(bad_value(f"{name}[{', '.join(map(str, where))}]", float(values[where]), "finite"))
    return X, y


def fit_problem(
    X: ArrayLike, y: ArrayLike, family: str, penalty: Penalty | None, attack: Attack, fit_intercept: bool
) -> Fit:
    """Check the data, solve the problem and return its Fit; the one path from every estimator to the solver."""
    X, y = check_data(X, y)
    return fit_checked(X, y, family, penalty, attack, fit_intercept)


def fit_checked(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty | None, attack: Attack, fit_intercept: bool
) -> Fit:
    """Solve a problem whose arrays have passed `check_data`; X may also have lost all its columns since."""
    law = family_named(family)
    law.check_response(y)
    if penalty is not None:
        penalty.multipliers(X.shape[1])
    s = solve(Problem(X, y, law, penalty, attack, fit_intercept))
    return Fit(s.coef, s.intercept, s.objective, s.kkt, s.status, s.message, s.n_iter)
