"""Model error: how far a fit's predictions are from the true ones, over the population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimands.registry import estimand
from simstudy.records import Data

Array = NDArray[np.float64]


def population_of(truth: Mapping[str, Any]) -> Any:
    """The population beside the true coefficients.

    Raises
    ------
    InputError
        The source does not know its coefficients, or says nothing of its population.
    """
    for name in ("beta", "population"):
        if name not in truth:
            allowed = f"one that knows its {name}, as the source glm does"
            raise InputError(bad_value("source of a model error", sorted(truth), allowed))
    return truth["population"]


def with_intercept(intercept: float | None, beta: Array) -> Array:
    """Coefficients with the intercept first where there is one."""
    return beta if intercept is None else np.concatenate([[intercept], beta])


@estimand("model_error", bounds=(0.0, np.inf))
def model_error(fit: Any, data: Data, truth: Mapping[str, Any]) -> float:  # noqa: ARG001 - estimands have one form
    """(betahat - beta0)'E(xx')(betahat - beta0), the intercept included (Fan & Li 2001, section 4)."""
    moment = population_of(truth).second_moment
    intercept = truth.get("intercept")
    fitted = None if intercept is None else fit.intercept
    error = with_intercept(fitted, fit.coef) - with_intercept(intercept, np.asarray(truth["beta"]))
    return max(float(error @ moment @ error), 0.0)


@estimand("response_error", bounds=(0.0, np.inf))
def response_error(fit: Any, data: Data, truth: Mapping[str, Any]) -> float:  # noqa: ARG001 - as above
    """E (muhat(x) - mu(x))^2 over a sample of covariates that all replicates share: model error on the response."""
    population = population_of(truth)
    X = population.covariates
    true = X @ np.asarray(truth["beta"]) + truth.get("intercept", 0.0)
    return float(np.mean((population.mean(X @ fit.coef + fit.intercept) - population.mean(true)) ** 2))
