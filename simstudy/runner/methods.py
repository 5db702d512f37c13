"""Methods with everything that they need resolved to numbers for one scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from simstudy.errors import ConfigError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
from simstudy.estimators.registry import ESTIMATORS, FROM_SOURCE, Estimator, as_fit
from simstudy.estimators.rules import TuningRule
from simstudy.estimators.standard_errors import standard_errors
from simstudy.estimators.tuning import tuned
from simstudy.records import Data
from simstudy.seeding import Stream
from simstudy.sources.registry import Source
from simstudy.study.method import MatchedLambda, Method
from simstudy.theory.constants import constants

#: Argument of an estimator -> attribute of the source that it is filled in from.
ATTRIBUTES = {"family": "family", "fit_intercept": "has_intercept", "support": "support"}


@dataclass(frozen=True)
class ResolvedMethod:
    """A method in one scenario: a call ``fit(data, rng)`` with all its other arguments filled in.

    `lam` is None where the method has no penalty or its `rule` chooses lambda from each data set; the penalty among the
    arguments is then a form whose lam is replaced. `curvature` is that of the standard errors, None without any.
    `without_intercept`: the method has none although the source has one.
    """

    name: str
    estimator: str
    lam: float | None
    arguments: Mapping[str, Any]
    _: KW_ONLY
    rule: TuningRule | None = None
    curvature: str | None = None
    without_intercept: bool = False

    @property
    def entry(self) -> Estimator:
        """The estimator."""
        return ESTIMATORS[self.estimator]

    @property
    def is_random(self) -> bool:
        """Whether the fit draws random numbers, for an estimator of its own or for the folds of cross-validation."""
        return self.entry.is_random or (self.rule is not None and self.rule.random)

    @property
    def stream(self) -> Stream:
        """Which of a replicate's random numbers it draws: folds are the same for every method that has some."""
        return Stream.FOLDS if self.rule is not None else Stream.ESTIMATOR

    @cached_property
    def is_own(self) -> bool:
        """Whether the estimator is the package's, whose fits are checked where they are made."""
        return not ESTIMATORS.code(self.estimator)

    @cached_property
    def estimates(self) -> tuple[str, ...]:
        """What it is known to estimate before it is called: what it declares, or the coefficients of a GLM."""
        if self.entry.estimates or "family" not in self.entry.given:
            return self.entry.estimates
        return ("intercept", "beta") if self.arguments.get("fit_intercept", True) else ("beta",)

    def call(self, data: Data, rng: np.random.Generator | None) -> partial[Any]:
        """The estimator's function, or the one that chooses its lambda, with all its arguments."""
        if self.rule is None:
            return self.entry.call(data, rng, **self.arguments)
        return partial(tuned, data.X, data.y, rule=self.rule, estimator=self.estimator, rng=rng, **self.arguments)

    def fit(self, data: Data, rng: np.random.Generator | None = None) -> Fit:
        """Fit the data, with standard errors if the method asks for them.

        Parameters
        ----------
        data : Data
        rng : numpy.random.Generator, optional
            Needed where `is_random`.

        Raises
        ------
        InputError
            The estimator returns something that is no fit; and whatever the estimator itself raises.
        """
        return self.with_errors(as_fit(self.call(data, rng)(), self.estimator), data)

    def fit_each(self, X: FloatArray, y: FloatArray) -> list[tuple[Fit, float]] | None:
        """Fits, without standard errors, to each of the data sets X (R, n, p), y (R, n) by one compiled call.

        Each equal to that of `fit`, with its seconds; None where the method cannot be fitted so.
        """
        return None if self.rule is not None else self.entry.fit_each(X, y, **self.arguments)

    def with_errors(self, fit: Fit, data: Data) -> Fit:
        """The fit, with standard errors if the method asks for them."""
        if self.curvature is None:
            return fit
        given = {key: self.arguments[key] for key in ("family", "fit_intercept")}
        penalty = self.arguments.get("penalty")
        if penalty is not None and fit.lam is not None:
            penalty = replace(penalty, lam=fit.lam)
        return standard_errors(
            fit, data.X, data.y, estimator=self.estimator, penalty=penalty, curvature=self.curvature, **given
        )


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
    arguments = from_source(scenario, method.entry)
    without = method.intercept is not None and bool(arguments["fit_intercept"])
    if without:
        arguments["fit_intercept"] = False
    if method.tuning is not None:
        arguments |= {"penalty": method.penalty_at(1.0), "options": dict(method.options)}
    else:
        arguments |= dict(method.options)
    if lam is not None and method.entry.needs_penalty:
        arguments["penalty"] = method.penalty_at(lam)
    if lam is not None and "lam" in method.entry.given:
        arguments["lam"] = lam
    return ResolvedMethod(
        method.name, method.estimator, lam, arguments, rule=method.tuning, curvature=method.curvature,
        without_intercept=without,
    )  # fmt: skip


def from_source(source: Source, entry: Estimator) -> dict[str, Any]:
    """Arguments of an estimator that its data's source fills in.

    Raises
    ------
    ConfigError
        The source does not have what the estimator needs.
    """
    arguments = {}
    for name in sorted(FROM_SOURCE & entry.given):
        if not hasattr(source, ATTRIBUTES[name]):
            raise ConfigError(
                f"estimator {entry.name!r} needs {name}: give the source an attribute {ATTRIBUTES[name]}, which "
                f"{getattr(source, 'name', 'it')} does not have"
            )
        arguments[name] = getattr(source, ATTRIBUTES[name])
    if entry.families and arguments.get("family") not in entry.families:
        allowed = f"{' or '.join(entry.families)} with estimator {entry.name!r}"
        raise ConfigError(bad_value("family", arguments.get("family"), allowed))
    return arguments


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

    Raises
    ------
    ConfigError
        The level depends on a size that the source does not have.
    """
    if method.lam is None or isinstance(method.lam, TuningRule):
        return None
    if not isinstance(method.lam, MatchedLambda):
        for name in method.lam.reads:
            if not getattr(scenario, name, 0):
                kind = getattr(scenario, "name", "it")
                raise ConfigError(
                    f"lam of method {method.name!r} depends on {name}: give the source an attribute {name}, which "
                    f"{kind} does not have"
                )
        return method.lam.value_at(getattr(scenario, "n", 0), getattr(scenario, "p", 0))
    partner = resolve_lam(methods[method.lam.method], scenario, methods)
    return None if partner is None else constants(scenario).kappa * partner
