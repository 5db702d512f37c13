"""What a fitted network is asked: one-layer forms (N6, N7), regions (N8), scale (N9) and input gradients (N10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError
from simstudy.estimands import estimand
from simstudy.estimators.capabilities import Placement
from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.penalized import penalized
from simstudy.networks.fit import NetworkFit, network
from simstudy.networks.training import train
from simstudy.records import Data

Array = NDArray[np.float64]
Truth = Mapping[str, Any]

#: Factor of the response in N9.
FACTOR = 4.0


def one_layer_objective(fit: NetworkFit) -> float:
    """Minimum of the objective that the network's own amounts to in one layer: T3 (N6), or T4 (N7).

    Raises
    ------
    InputError
        The objective or the architecture has no one-layer form.
    """
    problem = fit.trained
    if fit.penalty is None:
        raise InputError("excess_objective: an objective without a penalty says nothing about N6 and N7")
    given = {"family": fit.family, "fit_intercept": fit.has_bias}
    if problem.objective.placement is Placement.INSIDE:
        return fgsm(problem.X, problem.y, penalty=fit.penalty, **given).objective  # type: ignore[arg-type]
    outside = problem.model.architecture.one_layer_decay(fit.penalty)
    return penalized(problem.X, problem.y, penalty=outside, **given).objective  # type: ignore[arg-type]


@estimand("excess_objective")
def excess_objective(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Objective of a linear network over its exact one-layer minimum (N6: T3, N7: T4), minus one."""
    return network(fit).objective / one_layer_objective(fit) - 1.0


@estimand("scale_departure", bounds=(0.0, np.inf))
def scale_departure(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Relative change of the minimum over the square of the unit when y and the starts are four times as large (N9)."""
    known = network(fit)
    other = replace(known.trained, y=FACTOR * known.trained.y)
    again = train(other, list(known.starts), known.settings)
    return abs(again.objective / FACTOR**2 / known.objective - 1.0)


@estimand("region_departure", bounds=(0.0, np.inf))
def region_departure(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Largest |f(x + d) - f(x) - d'grad f(x)| of data that the attack leaves in their activation region (N8)."""
    change, inside = _moved(network(fit))
    return float(change[inside].max(initial=0.0))


@estimand("share_outside", bounds=(0.0, 1.0))
def share_outside(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Share of the training data that the attack takes out of their activation region (N8)."""
    return float(1.0 - _moved(network(fit))[1].mean())


@estimand("bend_departure", bounds=(0.0, np.inf))
def bend_departure(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """As `region_departure`, of all data, where N8 does not hold."""
    return float(_moved(network(fit))[0].max())


def _moved(fit: NetworkFit) -> tuple[Array, NDArray[np.bool_]]:
    """How far an attack's effect (n,) is from its first order, and whether the input gradient is the same after it.

    Regions of a ReLU network are convex: with both ends in one, the way between them is in it too.
    """
    X, d = fit.trained.X, fit.attack()
    before, after = fit.input_gradient(X), fit.input_gradient(X + d)
    change = np.abs(fit.eta(X + d) - fit.eta(X) - np.sum(d * before, axis=1))
    return change, np.all(np.isclose(before, after, rtol=1e-9, atol=1e-12), axis=1)


@estimand("gradient_l1", bounds=(0.0, np.inf))
def gradient_l1(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean l_1 norm of the input gradient over the training data, N of the theory."""
    return float(np.abs(network(fit).input_gradient(data.X)).sum(axis=1).mean())


@estimand("gradient_l2_squared", bounds=(0.0, np.inf))
def gradient_l2_squared(fit: Any, data: Data, truth: Truth) -> float:  # noqa: ARG001 - estimands have one form
    """Mean squared l_2 norm of the input gradient over the training data."""
    return float((network(fit).input_gradient(data.X) ** 2).sum(axis=1).mean())
