"""Methods with everything that they need resolved to numbers for one scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simstudy.estimators.fit import Fit
from simstudy.estimators.registry import ESTIMATORS
from simstudy.scenario.method import MatchedLambda, Method
from simstudy.scenario.scenario import Scenario
from simstudy.theory.constants import constants


@dataclass(frozen=True)
class ResolvedMethod:
    """A method in one scenario: a call ``fit(X, y)`` with all its arguments filled in.

    `lam` is None where the method has no penalty.
    """

    name: str
    estimator: str
    lam: float | None
    arguments: Mapping[str, Any]

    @property
    def fit(self) -> Callable[..., Fit]:
        """The estimator's function."""
        return ESTIMATORS[self.estimator].fit


def resolve(scenario: Scenario, methods: tuple[Method, ...]) -> tuple[ResolvedMethod, ...]:
    """All methods of a study with their numbers for one scenario; done once, before any replicate.

    Raises
    ------
    ConfigError
        A matched lambda needs a kappa that does not exist in this scenario.
    """
    by_name = {method.name: method for method in methods}
    return tuple(resolve_one(method, scenario, by_name) for method in methods)


def resolve_one(method: Method, scenario: Scenario, methods: Mapping[str, Method]) -> ResolvedMethod:
    """One method with its numbers; the oracle is handed the true support here and nowhere else."""
    lam = resolve_lam(method, scenario, methods)
    arguments: dict[str, Any] = {"family": scenario.family, "fit_intercept": scenario.has_intercept}
    if lam is not None:
        arguments["penalty"] = method.penalty_at(lam)
    if ESTIMATORS[method.estimator].needs_support:
        arguments["support"] = scenario.support
    return ResolvedMethod(method.name, method.estimator, lam, arguments)


def resolve_lam(method: Method, scenario: Scenario, methods: Mapping[str, Method]) -> float | None:
    """Penalty level of a method: a number, a rate in n, or kappa times another method's level (T11).

    Parameters
    ----------
    method : Method
        The method in question.
    scenario : Scenario
        Where it is used; its kappa is computed only for a matched method.
    methods : mapping of str to Method
        All methods of the study by name.
    """
    if method.lam is None:
        return None
    if not isinstance(method.lam, MatchedLambda):
        return method.lam.value_at(scenario.n, scenario.p)
    partner = resolve_lam(methods[method.lam.method], scenario, methods)
    return None if partner is None else constants(scenario).kappa * partner
