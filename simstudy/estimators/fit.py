"""The result of every estimator, and its way to the solver."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.input import ALIKE, FloatArray, Rows, check_finite, check_rows
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status
from simstudy.registry import ALLOWED_NAME, NAME
from simstudy.solvers.newton import solve, solve_each
from simstudy.solvers.path import solve_path
from simstudy.solvers.problem import Attack, Problem, Solution

Estimate = float | FloatArray

STATUSES = frozenset(Status)


def nothing() -> FloatArray:
    """The coefficients of a fit that has none."""
    return np.empty(0)


@dataclass(frozen=True)
class Fit:
    """One fitted model, or the reason why there is none.

    An estimator of something else than coefficients gives `estimates` alone, ``Fit(estimates={"gap": 1.0})``;
    ``fit["gap"]`` reads an estimate, ``fit["gap_se"]`` its standard error.

    Attributes
    ----------
    coef : (p,) float array
        Slopes on the scale of X; NaN where no estimate exists, empty where none is meant.
    intercept : float
        Zero where the model has none, NaN where no estimate exists.
    objective : float
        The minimised objective (T3 or T4), a mean over observations; of gaussian data with the 1/2 y^2 that makes it
        a sum of squares, of Poisson FGSM, which jumps where y_i = mu_i, with the solution's mixture of both sides. NaN
        where nothing is minimised.
    kkt : float
        Optimality residual of theory section 1, dimensionless; at most 1e-7 where status is OK. NaN likewise.
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
    supports : (L, p) boolean array or None
        Nonzero coefficients of the usable fits at the levels that a tuning rule has compared; None without one.
    estimates : mapping of str to float or (k,) float array
        Everything that is estimated, by name; `coef` and `intercept` are "beta" and "intercept" there. What is given
        under these names is `coef` and `intercept` unless `coef` is given too, and a name with "_se" is the standard
        error of the name without.
    errors : mapping of str to float or (k,) float array
        Standard errors by the name of the estimate.

    Raises
    ------
    InputError
        A value that is no number and no vector of numbers, a standard error of nothing, or an unknown status.
    """

    coef: FloatArray = field(default_factory=nothing)
    intercept: float = 0.0
    objective: float = np.nan
    kkt: float = np.nan
    status: Status = Status.OK
    message: str = ""
    n_iter: int = 0
    lam: float | None = None
    se: FloatArray | None = None
    intercept_se: float = np.nan
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    errors: Mapping[str, Estimate] = field(default_factory=dict)
    supports: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if type(self.status) is not Status:
            if self.status not in STATUSES:
                raise InputError(unknown_name("status", self.status, [str(status) for status in Status]))
            object.__setattr__(self, "status", Status(self.status))
        if self.estimates or self.errors:
            self._read_names()
        estimates, errors = dict(self.estimates), dict(self.errors)
        if len(self.coef):
            estimates |= {"beta": self.coef, "intercept": self.intercept}
            if self.se is not None:
                errors |= {"beta": self.se, "intercept": self.intercept_se}
        for name in errors:
            if name not in estimates:
                raise InputError(unknown_name(f"{name}_se is the standard error of an estimate", name, estimates))
        object.__setattr__(self, "estimates", estimates)
        object.__setattr__(self, "errors", errors)

    def _read_names(self) -> None:
        """Sort what is given by name into estimates, standard errors, and coefficients where there are none."""
        estimates, errors = {}, {name: as_estimate(f"{name}_se", value) for name, value in self.errors.items()}
        for name, value in self.estimates.items():
            if not isinstance(name, str) or not re.fullmatch(NAME, name):
                raise InputError(bad_value("name of an estimate", name, ALLOWED_NAME))
            if is_error(name):
                errors[name.removesuffix("_se")] = as_estimate(name, value)
            else:
                estimates[name] = as_estimate(name, value)
        if not len(self.coef) and "beta" in estimates:
            object.__setattr__(self, "coef", np.atleast_1d(estimates["beta"]))
            object.__setattr__(self, "intercept", estimates.get("intercept", self.intercept))
            object.__setattr__(self, "se", errors.get("beta", self.se))
            object.__setattr__(self, "intercept_se", errors.get("intercept", self.intercept_se))
        object.__setattr__(self, "estimates", estimates)
        object.__setattr__(self, "errors", errors)

    def __getitem__(self, name: str) -> Estimate:
        """Estimate of this name, or the standard error of the name before "_se".

        Raises
        ------
        InputError
            There is none; lists those that there are.
        """
        if name in self.estimates:
            return self.estimates[name]
        if is_error(name) and name.removesuffix("_se") in self.errors:
            return self.errors[name.removesuffix("_se")]
        raise InputError(unknown_name("estimate", name, [*self.estimates, *(f"{each}_se" for each in self.errors)]))


def is_error(name: str) -> bool:
    """Whether an estimate's name is that of a standard error."""
    return name.endswith("_se")


def as_estimate(name: str, value: object) -> Estimate:
    """A number as a float, a vector of numbers as a float array.

    Raises
    ------
    InputError
        It is neither.
    """
    allowed = "a number or a vector of numbers"
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(bad_value(name, value, allowed)) from None
    if array.dtype.kind not in "biuf" or array.ndim > 1:
        raise InputError(bad_value(name, value, allowed))
    return np.asarray(array, dtype=float) if array.ndim else float(array)


def fit_problem(
    X: ArrayLike, y: ArrayLike, family: str, penalty: Penalty | None, attack: Attack, fit_intercept: bool,
    weights: ArrayLike | None = None, offset: ArrayLike | None = None,
) -> Fit:  # fmt: skip
    """Check the data, solve the problem and return its Fit; the one path from every estimator to the solver."""
    X, y, rows = check_rows(X, y, weights, offset)
    return fit_checked(X, y, family, penalty, attack, fit_intercept, rows)


def fit_path(
    X: FloatArray, y: FloatArray, lams: Sequence[float], family: str, penalty: Penalty, attack: Attack,
    fit_intercept: bool, rows: Rows = ALIKE,
) -> list[Fit]:  # fmt: skip
    """Fits at each level, equal to those of `fit_checked`."""
    law = family_named(family)
    law.check_response(y)
    penalty.multipliers(X.shape[1])
    problem = Problem(X, y, law, penalty, attack, fit_intercept, rows.weights, rows.offset)
    return [fit_of(s) for s in solve_path(problem, penalty, lams)]


def fit_of(s: Solution) -> Fit:
    """A solution as a Fit."""
    return Fit(s.coef, s.intercept, s.objective, s.kkt, s.status, s.message, s.n_iter)


def fit_checked(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty | None, attack: Attack, fit_intercept: bool,
    rows: Rows = ALIKE,
) -> Fit:  # fmt: skip
    """Solve a problem whose arrays have passed `check_rows`; X may also have lost all its columns since."""
    law = family_named(family)
    law.check_response(y)
    return fit_of(solve(Problem(X, y, law, penalty, attack, fit_intercept, rows.weights, rows.offset)))


def fit_each(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty | None, attack: Attack, fit_intercept: bool
) -> list[tuple[Fit, float]]:
    """Fits to each of the data sets X (R, n, p), y (R, n), equal to those of `fit_problem`, by one compiled call.

    Returns
    -------
    list of (Fit, float)
        With the seconds of compiled code that each took.

    Raises
    ------
    InputError
        As `fit_problem` does for one of them.
    """
    for name, values in (("X", X), ("y", y)):
        check_finite(name, values)
    law = family_named(family)
    law.check_response(y.ravel())
    problem = Problem(X[0], y[0], law, penalty, attack, fit_intercept)
    return [(fit_of(solution), seconds) for solution, seconds in solve_each(problem, X, y)]
