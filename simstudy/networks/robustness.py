"""Robustness of a fitted network of binary labels on its test data: distances, attacked errors, slopes, sparsity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError
from simstudy.estimands import estimand
from simstudy.networks.attack import nearest, steps
from simstudy.networks.fit import NetworkFit, network
from simstudy.records import Data

Array = NDArray[np.float64]
Truth = Mapping[str, Any]

#: Shares of the data at which laws over data are given.
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: l_inf sizes of the attacks of `robust_error`, for inputs in [0, 1], and steps of an attack of several.
SIZES, STEPS = (0.05, 0.1, 0.15, 0.2), 20
#: An input counts as used whose relevance is above this share of the largest.
USED = 0.01


def tested(fit: Any, data: Data) -> tuple[NetworkFit, Array, Array]:
    """The network with the test data and their signs.

    Raises
    ------
    InputError
        It is no network, or there are no test data.
    """
    if data.test is None:
        raise InputError("this estimand is evaluated on test data, and the source has none")
    return network(fit), np.asarray(data.test[0], float), 2.0 * np.asarray(data.test[1], float) - 1.0


def attacked_error(fit: NetworkFit, X: Array, signs: Array, eps: float, count: int) -> float:
    """Share of data (n, p) with signs (n,) that are wrong under an attack of `count` steps of size eps in l_inf."""
    moved = steps(fit.trained.model.architecture.output, fit.theta, X, 0.5 * (signs + 1.0), eps, count)
    return float(np.mean(signs * fit.eta(moved) <= 0.0))


def signed_distances(fit: NetworkFit, X: Array, signs: Array, norm: float) -> Array:
    """Distances (n,) to the boundary, negative on the wrong side; infinite where the attack finds no boundary."""
    _, length = nearest(fit.trained.model.architecture.output, fit.theta, X, norm)
    return np.where(signs * fit.eta(X) > 0.0, length, -length)


def _mean_of_found(distances: Array) -> float:
    found = distances[np.isfinite(distances)]
    return float(found.mean()) if found.size else np.nan


@estimand("network_test_error", bounds=(0.0, 1.0))
def network_test_error(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Share of the test data on the wrong side of a network's boundary or on it."""
    known, X, signs = tested(fit, data)
    return float(np.mean(signs * known.eta(X) <= 0.0))


@estimand("boundary_distance")
def boundary_distance(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean signed l_2 distance of the test data to a network's boundary by a minimal attack, where one is found."""
    return _mean_of_found(signed_distances(*tested(fit, data), 2.0))


@estimand("boundary_distance_linf")
def boundary_distance_linf(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean signed l_inf distance of the test data to a network's boundary by a minimal attack, where one is found."""
    return _mean_of_found(signed_distances(*tested(fit, data), np.inf))


@estimand("robust_error", bounds=(0.0, 1.0))
def robust_error(fit: Any, data: Data, truth: Truth) -> Array:  # noqa: ARG001 - estimands have one form
    """Error of the test data under l_inf attacks of 20 steps of size .05, .1, .15 and .2."""
    return np.array([attacked_error(*tested(fit, data), eps, STEPS) for eps in SIZES])


def _own_size(fit: NetworkFit) -> float:
    """Size of the attack under which the network was trained: the level of an objective that has the penalty inside."""
    return 0.0 if fit.penalty is None else fit.penalty.lam


@estimand("one_step_accuracy", bounds=(0.0, 1.0))
def one_step_accuracy(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Accuracy on test data under one step (FGSM in l_inf) of the network's own level."""
    known, X, signs = tested(fit, data)
    return 1.0 - attacked_error(known, X, signs, _own_size(known), 1)


@estimand("many_step_accuracy", bounds=(0.0, 1.0))
def many_step_accuracy(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Accuracy on test data under 20 steps in l_inf of the network's own level."""
    known, X, signs = tested(fit, data)
    return 1.0 - attacked_error(known, X, signs, _own_size(known), STEPS)


@estimand("attack_gap", bounds=(-1.0, 1.0))
def attack_gap(fit: Any, data: Data, truth: Truth) -> float:
    """Accuracy under one step minus accuracy under 20, at the network's own level: catastrophic overfitting."""
    return one_step_accuracy(fit, data, truth) - many_step_accuracy(fit, data, truth)


@estimand("slope_l2_quantiles", bounds=(0.0, np.inf))
def slope_l2_quantiles(fit: Any, data: Data, truth: Truth) -> Array:  # noqa: ARG001 - estimands have one form
    """Quantiles .1, .25, .5, .75 and .9 over test data of the input gradient's l_2 norm."""
    known, X, _ = tested(fit, data)
    return np.asarray(np.quantile(np.linalg.norm(known.input_gradient(X), axis=1), SHARES))


@estimand("first_order_distance_quantiles", bounds=(0.0, np.inf))
def first_order_distance_quantiles(fit: Any, data: Data, truth: Truth) -> Array:  # noqa: ARG001 - estimands have one form
    """Quantiles .1, .25, .5, .75 and .9 over test data of |f(x)| over the l_2 norm of its gradient."""
    known, X, _ = tested(fit, data)
    slopes = np.linalg.norm(known.input_gradient(X), axis=1)
    distance = np.divide(np.abs(known.eta(X)), slopes, out=np.full(slopes.size, np.nan), where=slopes > 0.0)
    return np.asarray(np.nanquantile(distance, SHARES))


@estimand("inputs_used", bounds=(0.0, 1.0))
def inputs_used(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Share of inputs whose relevance, the mean |df/dx_j| over test data, is above 1 % of the largest."""
    known, X, _ = tested(fit, data)
    relevance = np.abs(known.input_gradient(X)).mean(axis=0)
    return float(np.mean(relevance > USED * relevance.max()))


@estimand("spread_of_slopes", bounds=(0.0, 1.0))
def spread_of_slopes(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean over test data of ||g||_1^2 / (p ||g||_2^2), the share of inputs over which an input gradient is spread."""
    known, X, _ = tested(fit, data)
    g = known.input_gradient(X)
    square = (g**2).sum(axis=1)
    ratio = np.divide(np.abs(g).sum(axis=1) ** 2, square, out=np.full(len(g), np.nan), where=square > 0.0)
    return float(np.nanmean(ratio) / g.shape[1])


@estimand("spread_of_attack", bounds=(0.0, 1.0))
def spread_of_attack(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean over training data of ||d||_1^2 / (p ||d||_2^2), the share of inputs that its own attack changes."""
    d = network(fit).attack()
    square = (d**2).sum(axis=1)
    ratio = np.divide(np.abs(d).sum(axis=1) ** 2, square, out=np.full(len(d), np.nan), where=square > 0.0)
    return float(np.nanmean(ratio) / d.shape[1])
