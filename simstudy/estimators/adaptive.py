"""Adaptive lasso: weights from a pilot estimate of the same data (Zou 2006)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import WEIGHTED, Freedom, LevelScale, Placement
from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import numbers
from simstudy.estimators.levels import null_level
from simstudy.estimators.mle import mle
from simstudy.estimators.options import Interval
from simstudy.estimators.penalized import penalized
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.penalties import ElasticNet, Lasso, Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]

Pilot = Literal["mle", "ridge", "lasso"]
PILOTS = get_args(Pilot)
#: Exponent of the pilot in the weights.
Gamma = Annotated[float, Interval(0.0, 100.0)]
#: Smallest pilot coefficient in units of the largest: weights stay finite where a pilot is zero.
SMALLEST = 1e-6


def adaptive_level(scale: LevelScale, X: FloatArray, y: FloatArray, **arguments: Any) -> float:
    """`null_level` with the pilot's weights, or without where they depend on the level."""
    pilot, gamma = arguments.get("pilot", "mle"), arguments.get("gamma", 1.0)
    family, penalty, fit_intercept = (arguments[name] for name in ("family", "penalty", "fit_intercept"))
    if pilot == "mle":
        penalty = with_pilot_weights(X, y, family, penalty, fit_intercept, gamma)
    return null_level(X, y, family, penalty, fit_intercept, scale)


@estimator_of_arrays(
    "penalized_adaptive",
    words="Adaptive {}",
    placement=Placement.OUTSIDE,
    accepts=WEIGHTED,
    largest_lam=partial(adaptive_level, LevelScale.RESPONSE),
    level_scale=LevelScale.RESPONSE,
    freedom=Freedom.COUNT,
)
def penalized_adaptive(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    pilot: Pilot = "mle",
    gamma: Gamma = 1.0,
) -> Fit:
    """Penalised likelihood (T4) with the adaptive lasso, lam sum_j |beta_j| / |pilot_j|^gamma.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `penalized`.
    penalty : Lasso
        Its lam; weights of its own multiply those of the pilot.
    pilot : {"mle", "ridge", "lasso"}
        The MLE; or the same estimator's ridge, lam beta_j^2 / 2, or lasso at the same lam, which exist for p >= n too.
        What the lasso sets to zero stays zero.
    gamma : float
        Above 0.

    Returns
    -------
    Fit
        Where the pilot has no estimate, a failure with the pilot's status. T13 holds with lam times c^gamma.

    Raises
    ------
    InputError
        As `penalized`; an unknown pilot, gamma <= 0, or a penalty that is no lasso.
    """
    return _adaptive(penalized, X, y, family, penalty, fit_intercept, pilot, gamma)


@estimator_of_arrays(
    "fgsm_adaptive",
    words="Adaptive FGSM-{}",
    placement=Placement.INSIDE,
    accepts=WEIGHTED,
    largest_lam=partial(adaptive_level, LevelScale.FREE),
    level_scale=LevelScale.FREE,
    pivotal=True,
    freedom=Freedom.COUNT,
)
def fgsm_adaptive(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    pilot: Pilot = "mle",
    gamma: Gamma = 1.0,
) -> Fit:
    """FGSM (T3) with the adaptive lasso; parameters, result and errors as in `penalized_adaptive`."""
    return _adaptive(fgsm, X, y, family, penalty, fit_intercept, pilot, gamma)


def adaptive_weights(pilot: ArrayLike, gamma: float = 1.0) -> FloatArray:
    """Weights |pilot_j|^-gamma (p,); pilots below 1e-6 of the largest count as that much.

    Raises
    ------
    InputError
        If gamma is not positive and finite, or a pilot is not finite.
    """
    if not 0.0 < gamma < np.inf:
        raise InputError(bad_value("gamma", gamma, "a finite positive number"))
    sizes = np.abs(numbers("pilot", pilot))
    if not np.isfinite(sizes).all():
        raise InputError(bad_value("pilot", sizes, "finite numbers"))
    largest = float(np.max(sizes, initial=0.0))
    # A pilot of zero throughout says nothing about one coefficient more than about another.
    return np.asarray(np.maximum(sizes, SMALLEST * largest) ** -gamma) if largest > 0.0 else np.ones_like(sizes)


def with_pilot_weights(
    X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool, gamma: float = 1.0
) -> Penalty:
    """The lasso that an adaptive estimator with the MLE as its pilot uses; the given one where there is no MLE."""
    pilot = mle(X, y, family=family, fit_intercept=fit_intercept)
    if not isinstance(penalty, Lasso) or pilot.status != Status.OK:
        return penalty
    weights = penalty.multipliers(pilot.coef.size) * adaptive_weights(pilot.coef, gamma)
    return replace(penalty, weights=tuple(weights))


def _adaptive(
    estimator: Callable[..., Fit],
    X: ArrayLike,
    y: ArrayLike,
    family: str,
    penalty: Penalty,
    fit_intercept: bool,
    pilot: str,
    gamma: float,
) -> Fit:
    if not isinstance(penalty, Lasso):
        raise InputError(bad_value("penalty", penalty, "a Lasso"))
    if pilot not in PILOTS:
        raise InputError(unknown_name("pilot", pilot, PILOTS))
    if pilot == "mle":
        first = mle(X, y, family=family, fit_intercept=fit_intercept)
    else:
        start = ElasticNet(penalty.lam, alpha=0.0) if pilot == "ridge" else penalty
        first = estimator(X, y, family=family, penalty=start, fit_intercept=fit_intercept)
    if first.status != Status.OK:
        return replace(first, message=f"pilot {pilot}: {first.message}")
    weights = penalty.multipliers(first.coef.size) * adaptive_weights(first.coef, gamma)
    return estimator(X, y, family=family, penalty=replace(penalty, weights=tuple(weights)), fit_intercept=fit_intercept)
