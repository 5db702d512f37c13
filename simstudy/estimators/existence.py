"""Is there a minimiser? Asked of a data set at one level, and the level from which on there is one (T18, T22)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.fgsm import ATTACKS
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data, check_penalty
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status
from simstudy.solvers.existence import recedes
from simstudy.solvers.margin import largest_margin
from simstudy.solvers.problem import Attack, Problem

FloatArray = NDArray[np.float64]

#: Attacks, and none: the penalty beside the likelihood (T4).
PLACES = {**ATTACKS, "none": Attack.NONE}


@estimator_of_arrays("exists", estimates=("no_minimiser",))
def exists(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    attack: Literal["fgsm", "worst_case", "none"] = "fgsm",
) -> dict[str, float]:
    """Whether T3 (or T4) has no minimiser, without a fit (T18): by the margin of the labels, or by a linear program.

    Parameters
    ----------
    X, y, family, penalty, fit_intercept
        As in `fgsm`; a penalty with lam = 0 asks for the MLE.
    attack : {"fgsm", "worst_case", "none"}
        "none" for a penalty beside the likelihood (T4).

    Returns
    -------
    dict
        `no_minimiser`, 1 or 0: its mean over data sets is the share that T22 predicts.

    Raises
    ------
    InputError
        As `fgsm`.
    """
    X, y = check_data(X, y)
    check_penalty(penalty)
    law = family_named(family)
    law.check_response(y)
    penalty.multipliers(X.shape[1])
    if attack not in PLACES:
        raise InputError(unknown_name("attack", attack, PLACES))
    problem = Problem(X, y, law, penalty, PLACES[attack], fit_intercept)
    return {"no_minimiser": float(recedes(problem))}


@estimator_of_arrays("existence_level", estimates=("critical_level",))
def existence_level(X: ArrayLike, y: ArrayLike, *, family: str, fit_intercept: bool = True) -> Fit:
    """Level up to which FGSM-lasso has no minimiser: the largest margin of the labels at l1 norm one (T18, T22).

    The attacked loss of observation i falls for ever along (d, d0) where yt_i (x_i'd + d0) > lam ||d||_1, so that some
    direction has none that holds it back iff lam < max over ||d||_1 <= 1 of min_i yt_i (x_i'd + d0).

    Parameters
    ----------
    X : (n, p) array
    y : (n,) array
    family : str
        One in which the loss of each response falls in one direction: binomial.
    fit_intercept : bool

    Returns
    -------
    Fit
        Estimate `critical_level`, on the scale of lam per observation; 0 where the MLE exists. Status
        DEGENERATE_RESPONSE where all responses are equal and there is an intercept: no level is enough.

    Raises
    ------
    InputError
        As `fgsm`, and for a family whose loss rises in both directions at some response.
    """
    X, y = check_data(X, y)
    law = family_named(family)
    law.check_response(y)
    direction = law.recession(y)
    if not direction.all():
        raise InputError(bad_value("family", family, "one in which every loss falls in a direction, such as binomial"))
    if fit_intercept and direction.min() == direction.max():
        message = "all responses are equal: with an intercept no level gives a minimiser"
        return Fit(estimates={"critical_level": np.nan}, status=Status.DEGENERATE_RESPONSE, message=message)
    return Fit(estimates={"critical_level": _critical_level(X, direction, fit_intercept)})


def _critical_level(X: FloatArray, direction: FloatArray, fit_intercept: bool) -> float:
    Z = np.column_stack([np.ones(direction.size), X]) if fit_intercept else X
    return largest_margin(direction[:, None] * Z, fit_intercept)
