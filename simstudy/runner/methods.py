"""Methods with everything that they need resolved to numbers for one scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.estimators.fit import Fit
from simstudy.estimators.registry import ESTIMATORS
from simstudy.estimators.rules import TuningRule
from simstudy.estimators.standard_errors import standard_errors
from simstudy.estimators.tuning import tuned
from simstudy.sources.registry import Source
from simstudy.study.method import MatchedLambda, Method
from simstudy.theory.constants import constants


@dataclass(frozen=True)
class ResolvedMethod:
    """A method in one scenario: a call ``fit(X, y)`` with all its arguments filled in.

    `lam` is None where the method has no penalty or its `rule` chooses lambda from each data set; the penalty among the
    arguments is then a form whose lam is replaced. `curvature` is that of the standard errors, None without any.
    """

    name: str
    estimator: str
    lam: float | None
    arguments: Mapping[str, Any]
    _: KW_ONLY
    rule: TuningRule | None = None
    curvature: str | None = None

    @property
    def fit(self) -> Callable[..., Fit]:
        """The estimator's function, or the one that chooses its lambda."""
        function = ESTIMATORS[self.estimator].fit
        return function if self.rule is None else partial(tuned, rule=self.rule, estimator=self.estimator)

    @property
    def is_random(self) -> bool:
        """Whether the fit draws random numbers, ``rng``, such as those of cross-validation's folds."""
        return self.rule is not None and self.rule.random

    def with_standard_errors(self, fit: Fit, X: NDArray[np.float64], y: NDArray[np.float64]) -> Fit:
        """The fit with its standard errors, if the method asks for them."""
        if self.curvature is None:
            return fit
        given = {key: self.arguments[key] for key in ("family", "fit_intercept")}
        penalty = self.arguments.get("penalty")
        if penalty is not None and fit.lam is not None:
            penalty = replace(penalty, lam=fit.lam)
        return standard_errors(fit, X, y, estimator=self.estimator, penalty=penalty, curvature=self.curvature, **given)


def resolve(scenario: Source, methods: tuple[Method, ...]) -> tuple[ResolvedMethod, ...]:
    """All methods of a study with their numbers for one scenario; done once, before any replicate.

    Raises
    ------
    ConfigError
        A matched lambda needs a kappa that does not exist in this scenario.
    """
    by_name = {method.name: method for method in methods}
    return tuple(resolve_one(method, scenario, by_name) for method in methods)


def resolve_one(method: Method, scenario: Source, methods: Mapping[str, Method]) -> ResolvedMethod:
    """One method with its numbers; the oracle is handed the true support here and nowhere else."""
    lam = resolve_lam(method, scenario, methods)
    arguments: dict[str, Any] = {"family": scenario.family, "fit_intercept": scenario.has_intercept}
    if method.tuning is not None:
        arguments |= {"penalty": method.penalty_at(1.0), "options": dict(method.options)}
    else:
        arguments |= dict(method.options)
    if lam is not None:
        arguments["penalty"] = method.penalty_at(lam)
    if ESTIMATORS[method.estimator].needs_support:
        arguments["support"] = scenario.support
    return ResolvedMethod(method.name, method.estimator, lam, arguments, rule=method.tuning, curvature=method.curvature)


def resolve_lam(method: Method, scenario: Source, methods: Mapping[str, Method]) -> float | None:
    """Penalty level of a method: a number, a rate in n, or kappa times another method's level (T11).

    None where it has no penalty or chooses its level from the data.

    Parameters
    ----------
    method : Method
        The method in question.
    scenario : Source
        Where it is used; its kappa is computed only for a matched method.
    methods : mapping of str to Method
        All methods of the study by name.
    """
    if method.lam is None or isinstance(method.lam, TuningRule):
        return None
    if not isinstance(method.lam, MatchedLambda):
        return method.lam.value_at(scenario.n, scenario.p)
    partner = resolve_lam(methods[method.lam.method], scenario, methods)
    return None if partner is None else constants(scenario).kappa * partner
