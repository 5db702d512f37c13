"""The estimators by name: the function of each, what it is given, what it can be told, and what it says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, TypeVar

import numpy as np

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import EVERY_PENALTY, Accepts, Errors, Freedom, Law, LevelScale, Placement
from simstudy.estimators.fit import Fit, fit_each
from simstudy.estimators.input import FloatArray, Rows
from simstudy.estimators.options import Option, options_of
from simstudy.families import Family
from simstudy.penalties import Penalty
from simstudy.records import Data
from simstudy.registry import Registry
from simstudy.solvers.problem import Attack

Function = TypeVar("Function", bound=Callable[..., Any])

#: A penalty, None for the MLE, and where it acts.
Objective = tuple[Penalty | None, Attack]

#: Keyword-only parameters that the runner fills in: from the source ...
FROM_SOURCE = frozenset({"family", "fit_intercept", "support"})
#: ... and from the method.
FROM_METHOD = frozenset({"penalty", "lam"})
#: Keys of a [[method]] table that are no options.
TAKEN = frozenset({"name", "label", "estimator", "se", "intercept"})


@dataclass(frozen=True)
class Estimator:
    """An estimator as an entry of the registry; attributes from `placement` on are its capabilities.

    A capability that is None is one that the estimator has not declared: who needs it gets an error, never another
    estimator's answer.

    Attributes
    ----------
    name : str
    function : callable
        ``function(data, rng, **arguments)``, or ``function(X, y, **arguments)`` where `arrays`; returns a Fit or a
        mapping from names to numbers or vectors.
    given : frozenset of str
        Which of family, fit_intercept, support, penalty and lam it takes.
    options : mapping
        Its other keyword-only parameters, which a study file can set.
    arrays : bool
        Whether it is a function of arrays, which draws no random numbers.
    rows : bool
        Whether it takes `weights` and `offset` of observations.
    placement : Placement
        Where its penalty acts.
    accepts : Accepts
        Which penalties it takes.
    largest_lam : callable
        ``largest_lam(X, y, *, family, penalty, fit_intercept, **options) -> float``, the smallest level that gives the
        null model (T14); an estimator that has it can be tuned along a path.
    objective : callable
        ``objective(**arguments) -> (penalty or None, Attack)``, or None, from its arguments but the data and the model:
        the problem T3 or T4 that it solves and nothing else; the runner then fits many data sets by one compiled call.
    path : callable
        ``path(X, y, lams, *, family, penalty, fit_intercept, **options) -> list of Fit``, where that is faster than
        single calls and gives the same.
    level_scale : LevelScale
        Whether its lam scales with the response.
    pivotal : bool
        Whether a level can be pivotal (T14).
    errors : Errors
        Its standard errors.
    equation : callable
        Its `Equation` at a fit, ``equation(fit, X, y, law, penalty, fit_intercept)``, with rows
        last where it takes `rows`.
    freedom : Freedom
        Its degrees of freedom.
    law : Law
        Its limit law.
    loop : bool
        Whether it is the loop of adversarial training, which is compared with the minimiser of T3.
    families : tuple of str
        The only families that it is for; empty where it is for all.
    margin_loss : str
        Loss of the margin (`geometry.LOSSES`) whose mean its fits to labels minimise, where they are not attacked.
    estimates : tuple of str
        Names of what it estimates, where that is known before it is called and is not the coefficients of a GLM.
    words : str
        How people call it, with {} for the penalty; methods of an estimator without words are called by their names.
    """

    name: str
    function: Callable[..., Any]
    given: frozenset[str] = frozenset()
    options: Mapping[str, Option] = field(default_factory=dict)
    arrays: bool = False
    rows: bool = False
    placement: Placement | None = None
    accepts: Accepts = EVERY_PENALTY
    largest_lam: Callable[..., float] | None = None
    objective: Callable[..., Objective | None] | None = None
    path: Callable[..., list[Fit]] | None = None
    level_scale: LevelScale | None = None
    pivotal: bool = False
    errors: Errors | None = None
    equation: Callable[..., Any] | None = None
    freedom: Freedom | None = None
    law: Law | None = None
    margin_loss: str | None = None
    loop: bool = False
    families: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        if self.equation is None and (self.errors == Errors.SANDWICH or self.freedom == Freedom.EQUATION):
            raise ConfigError(f"equation is missing: estimator {self.name!r} says that its errors or df come from it")
        if not self.needs_penalty and (self.largest_lam or self.path or self.pivotal):
            raise ConfigError(f"penalty is missing: estimator {self.name!r} has levels but takes no penalty")

    @property
    def needs_penalty(self) -> bool:
        """Whether it takes a penalty."""
        return "penalty" in self.given

    @property
    def needs_level(self) -> bool:
        """Whether a method with it has a lam: that of its penalty, or a number."""
        return bool(FROM_METHOD & self.given)

    @property
    def needs_support(self) -> bool:
        """Whether it is told the true support."""
        return "support" in self.given

    @property
    def is_random(self) -> bool:
        """Whether it is handed random numbers."""
        return not self.arrays

    def need(self, capability: str, purpose: str) -> Any:
        """A capability that has been declared.

        Raises
        ------
        InputError
            It has not: names the estimator, the capability, what needs it, and the estimators that have it.
        """
        value = getattr(self, capability)
        if value is None:
            others = [name for name, each in ESTIMATORS.items() if getattr(each, capability) is not None]
            raise InputError(
                f"estimator {self.name!r} declares no {capability}, which {purpose} needs; {', '.join(others)} do"
            )
        return value

    def check_rows(self, rows: Rows) -> None:
        """Refuse weights or an offset that the estimator does not take.

        Raises
        ------
        InputError
            Names it.
        """
        for name, values in vars(rows).items():
            if values is not None and not self.rows:
                known = ", ".join(each for each, other in ESTIMATORS.items() if other.rows)
                raise InputError(bad_value(name, "given", f"left out with {self.name!r}; {known} take it"))

    def equation_at(
        self, fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, fit_intercept: bool, rows: Rows
    ) -> Any:
        """Its equation at a fit; one that takes no weights and offset is not given any."""
        equation = self.need("equation", "a sandwich or a trace")
        return equation(fit, X, y, law, penalty, fit_intercept, *([rows] if self.rows else []))

    def call(self, data: Data, rng: np.random.Generator | None, **arguments: Any) -> partial[Any]:
        """The function with all its arguments, to be called without any."""
        if self.arrays:
            return partial(self.function, data.X, data.y, **arguments)
        return partial(self.function, data, rng, **arguments)

    def fit_each(
        self, X: FloatArray, y: FloatArray, *, family: str, fit_intercept: bool = True, **arguments: Any
    ) -> list[tuple[Fit, float]] | None:
        """Fits to each of the data sets X (R, n, p), y (R, n), with the seconds that each took; see `fit.fit_each`.

        None where the estimator has not declared that these arguments make it an `objective`.
        """
        given = None if self.objective is None else self.objective(**arguments)
        return None if given is None else fit_each(X, y, family, *given, fit_intercept)

    def fit(self, data: Data, rng: np.random.Generator | None = None, **arguments: Any) -> Fit:
        """Fit the data.

        Parameters
        ----------
        data : Data
        rng : numpy.random.Generator, optional
            The fit's own stream; functions of arrays need none.
        **arguments
            What it is `given`, and options.

        Returns
        -------
        Fit
            A mapping that the function returns is turned into one with status OK.

        Raises
        ------
        InputError
            The function returns something else.
        """
        return as_fit(self.call(data, rng, **arguments)(), self.name)


#: Name in study files -> estimator.
ESTIMATORS: Registry[Estimator] = Registry("estimator", homes=("simstudy.networks",))


def estimator(name: str, **capabilities: Any) -> Callable[[Function], Function]:
    """Make a function an estimator of this name.

    Parameters
    ----------
    name : str
        Name in study files.
    **capabilities
        Attributes of `Estimator` from `placement` on.

    Returns
    -------
    callable
        Decorator of ``function(data, rng, *, ...)``, which it returns as it is. Among its keyword-only parameters those
        named family, fit_intercept, support, penalty and lam are filled in by the runner, and all others are options
        that a study file can set, with their defaults and annotations.

    Raises
    ------
    ConfigError
        The name is taken or not allowed, a capability is unknown, or the function has other parameters.
    """
    return partial(_register, name, False, capabilities)


def estimator_of_arrays(name: str, **capabilities: Any) -> Callable[[Function], Function]:
    """As `estimator`, of a function ``function(X, y, *, ...)`` without random numbers."""
    return partial(_register, name, True, capabilities)


def _register(name: str, arrays: bool, capabilities: Mapping[str, Any], function: Function) -> Function:
    known = [each.name for each in fields(Estimator)][6:]
    for capability in capabilities:
        if capability not in known:
            raise ConfigError(unknown_name(f"capabilities of {name}", capability, known))
    named = _keyword_only(name, function, ("X", "y") if arrays else ("data", "rng"))
    given = (FROM_SOURCE | FROM_METHOD) & named
    options = options_of(function, given)
    rows = {"weights", "offset"} <= named - set(options)
    ESTIMATORS.register(name, Estimator(name, function, given, options, arrays, rows, **capabilities))
    return function


def _keyword_only(name: str, function: Callable[..., Any], positional: tuple[str, str]) -> frozenset[str]:
    """Names of a function's keyword-only parameters; it must have two others."""
    parameters = inspect.signature(function).parameters.values()
    kinds = [each.kind for each in parameters]
    others = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    if inspect.Parameter.VAR_KEYWORD in kinds or len(others) != 2 or any(p.kind is p.VAR_POSITIONAL for p in others):
        form = f"({', '.join(positional)}, *, option=default, ...), its options by name and after the star"
        raise ConfigError(bad_value(f"parameters of estimator {name!r}", str(inspect.signature(function)), form))
    named = frozenset(each.name for each in parameters if each.kind is each.KEYWORD_ONLY)
    for each in sorted(named & TAKEN):
        raise ConfigError(bad_value(f"option of estimator {name!r}", each, "called otherwise: a method has this key"))
    return named


def as_fit(result: object, name: str) -> Fit:
    """What an estimator returned, as a Fit.

    Raises
    ------
    InputError
        It is neither a Fit nor a mapping with at least one estimate.
    """
    if isinstance(result, Fit):
        return result
    if not isinstance(result, Mapping) or not result:
        allowed = "a Fit, or a mapping from names to numbers or vectors of numbers"
        raise InputError(bad_value(f"result of estimator {name!r}", result, allowed))
    return Fit(estimates=result)


def estimator_named(name: str) -> Estimator:
    """Estimator of a name that was given as an argument.

    Raises
    ------
    InputError
        There is none; suggests the nearest.
    """
    if name not in ESTIMATORS:
        raise InputError(unknown_name("estimator", name, ESTIMATORS))
    return ESTIMATORS[name]


def estimator_with(law: Law) -> str:
    """Name of the first estimator that has a limit law."""
    return next(name for name, each in ESTIMATORS.items() if each.law == law)


def law_of(name: str) -> Law:
    """Limit law of the estimator of this name.

    Raises
    ------
    InputError
        There is no such estimator, or it has none.
    """
    entry = estimator_named(name)
    if entry.law is None:
        known = [each for each, other in ESTIMATORS.items() if other.law is not None]
        raise InputError(bad_value("estimator", name, f"one that has a limit law: {', '.join(known)}"))
    return entry.law
