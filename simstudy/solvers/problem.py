"""What a solver is given and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.families import Family
from simstudy.kernels.codes import Attack
from simstudy.penalties import Penalty
from simstudy.records import Status

__all__ = ["Attack", "Problem", "Solution", "check_fit_intercept", "failure"]

FloatArray = NDArray[np.float64]


def check_fit_intercept(value: object) -> None:
    """Raise InputError unless it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(bad_value("fit_intercept", value, "True or False"))


@dataclass(frozen=True)
class Problem:
    """Minimise T3 (attack FGSM or WORST_CASE) or T4 (NONE; the MLE where `penalty` is None).

    Parameters
    ----------
    X : (n, p) float array
    y : (n,) float array
    family : Family
    penalty : Penalty or None
    attack : Attack
    fit_intercept : bool
        Whether to add an intercept that is neither penalised nor perturbed.
    weights : (n,) float array, optional
        What each observation counts in the means of T3 and T4; positive.
    offset : (n,) float array, optional
        Added to the linear predictor.

    Attributes
    ----------
    multipliers : (p,) float array
        Weights of the slopes' penalties, zero without a penalty.

    Raises
    ------
    InputError
        `fit_intercept` is not True or False, or the penalty's weights are not p in number.
    """

    X: FloatArray
    y: FloatArray
    family: Family
    penalty: Penalty | None
    attack: Attack
    fit_intercept: bool
    weights: FloatArray | None = None
    offset: FloatArray | None = None
    multipliers: FloatArray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_fit_intercept(self.fit_intercept)
        p = self.X.shape[1]
        multipliers = np.zeros(p) if self.penalty is None else self.penalty.multipliers(p)
        object.__setattr__(self, "multipliers", multipliers)

    @property
    def has_kinks(self) -> bool:
        """Whether the sign of the attack depends on the coefficients."""
        return self.attack != Attack.NONE and self.family.kinked


@dataclass(frozen=True)
class Solution:
    """A minimiser with its optimality residual, or the reason why there is none.

    `coef` (p,) and `intercept` are NaN unless status is OK or NOT_CONVERGED (then they are the last iterate).
    `objective` is T3 or T4 at the solution, `kkt` the residual of theory section 1 (dimensionless), `n_iter` counts
    Newton steps.
    """

    coef: FloatArray
    intercept: float
    objective: float
    kkt: float
    status: Status
    message: str
    n_iter: int


def failure(p: int, status: Status, message: str, n_iter: int = 0) -> Solution:
    """Solution without coefficients."""
    return Solution(np.full(p, np.nan), np.nan, np.nan, np.nan, status, message, n_iter)
