"""The geometry of a linear classifier as estimands: what is evaluated next to each fit (G3-G5, G9).

All but the errors and robust accuracies are functions of the training data. A normal of zero, which has no boundary,
gives NaN; data for which a quantity makes no sense (one class, identical centroids) are an error of the replicate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.estimands import estimand
from simstudy.families.labels import signs
from simstudy.geometry.distances import adversarial_distance as mean_distance
from simstudy.geometry.distances import error_distance as mean_error_distance
from simstudy.geometry.distances import robust_accuracy
from simstudy.geometry.tilting import tilting_angle as angle
from simstudy.records import Data

Array = NDArray[np.float64]
Truth = Mapping[str, Any]

#: Sizes of the attacks at which robust accuracy is evaluated, for data with entries in [0, 1].
ATTACKS = {
    2.0: np.round(np.arange(0.0, 4.01, 0.25), 2),
    np.inf: np.round(np.arange(0.0, 0.401, 0.025), 3),
}


def where_there_is_a_boundary(
    function: Callable[[Any, Data], float],
) -> Callable[[Any, Data, Truth], float]:
    """The estimand of a function of (fit, data): NaN where the fit's normal is zero."""

    def evaluated(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
        return function(fit, data) if fit.coef.any() else np.nan

    # Not functools.wraps, which would show the inner function's arguments to whoever inspects this one.
    evaluated.__doc__ = function.__doc__
    return evaluated


@estimand("adversarial_distance")
@where_there_is_a_boundary
def adversarial_distance(fit: Any, data: Data) -> float:
    """Mean signed l_2 distance of the training data to the boundary (G4, G5)."""
    return mean_distance(fit.coef, fit.intercept, data.X, data.y)


@estimand("adversarial_distance_linf")
@where_there_is_a_boundary
def adversarial_distance_linf(fit: Any, data: Data) -> float:
    """Mean signed l_inf distance of the training data to the boundary (G9)."""
    return mean_distance(fit.coef, fit.intercept, data.X, data.y, np.inf)


@estimand("error_distance", bounds=(0.0, np.inf))
@where_there_is_a_boundary
def error_distance(fit: Any, data: Data) -> float:
    """Mean distance by which training data lie on the wrong side of the boundary (G3)."""
    return mean_error_distance(fit.coef, fit.intercept, data.X, data.y)


@estimand("tilting_angle", bounds=(0.0, np.pi))
@where_there_is_a_boundary
def tilting_angle(fit: Any, data: Data) -> float:
    """Angle in radians between the boundary's normal and the difference of the training centroids (G5)."""
    return angle(fit.coef, fit.intercept, data.X, data.y)


@estimand("weight_norm", bounds=(0.0, np.inf))
def weight_norm(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Length of the normal, ||w||_2, by which it scales the loss (G2)."""
    return float(np.linalg.norm(fit.coef))


@estimand("training_error", bounds=(0.0, 1.0))
def training_error(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Share of the training data on the wrong side of the boundary or on it."""
    return classification_error(fit, data.X, data.y)


@estimand("test_error", bounds=(0.0, 1.0))
def test_error(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Share of the test data on the wrong side of the boundary or on it; NaN without test data."""
    return np.nan if data.test is None else classification_error(fit, *data.test)


def classification_error(fit: Any, X: Array, y: Array) -> float:
    """Share of data (n, p) with labels (n,) that w'x + b does not put on their side; all of it where w = b = 0."""
    return float(np.mean(signs(y) * (X @ fit.coef + fit.intercept) <= 0.0))


def _robust(fit: Any, data: Data, norm: float) -> Array:
    sizes = ATTACKS[norm]
    if data.test is None or not fit.coef.any():
        return np.full(sizes.size, np.nan)
    return np.asarray(robust_accuracy(fit.coef, fit.intercept, *data.test, sizes, norm))


@estimand("robust_accuracy_l2", bounds=(0.0, 1.0))
def robust_accuracy_l2(fit: Any, data: Data, truth: Truth) -> Array:  # noqa: ARG001 - estimands have one form
    """Share of the test data that no l_2 attack of size 0, .25, ..., 4 moves over the boundary (G9)."""
    return _robust(fit, data, 2.0)


@estimand("robust_accuracy_linf", bounds=(0.0, 1.0))
def robust_accuracy_linf(fit: Any, data: Data, truth: Truth) -> Array:  # noqa: ARG001 - estimands have one form
    """Share of the test data that no l_inf attack of size 0, .025, ..., .4 moves over the boundary (G9)."""
    return _robust(fit, data, np.inf)
