"""Families that give scalar functions, ours and a user's: compiled here, and checked at their first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, InputError
from simstudy.families.family import FAMILIES, Array, Family
from simstudy.kernels import scalar_loss
from simstudy.kernels.arguments import Loss
from simstudy.kernels.calls import compile_function
from simstudy.kernels.elementwise import COMPILER_ERRORS, compile_method, evaluate, parameters_of
from simstudy.kernels.loss import KINK, PLAIN, SIDED, SMOOTHED

#: Methods that a family must have, and the number of arguments of each.
REQUIRED = {"loss": 2, "slope": 2, "curvature": 2, "mean": 1, "link": 1, "recession": 1, "in_support": 1}
OPTIONAL = {"variance": 1, "information": 1, "third_derivative": 1, "saturated_loss": 1}
ATTRIBUTES = ("support", "kinked")

# Steps and relative differences of the check of derivatives.
STEP = 1e-5
TOLERANCE = 1e-5

T = TypeVar("T", bound=type)


def declare_family(name: str) -> Callable[[T], T]:
    """Make a class a response family.

    The class has, each for one observation and in plain arithmetic (numpy and math functions, conditions, the object's
    own numbers): ``loss(self, y, eta)``, its derivatives in eta ``slope(self, y, eta)`` and
    ``curvature(self, y, eta)``, ``mean(self, eta)``, ``link(self, mu)``, ``recession(self, y)`` (the direction of eta
    in which the loss falls for ever: 1, -1, or 0 where it rises both ways) and ``in_support(self, y)``; the attributes
    ``support`` (the allowed responses, in words) and ``kinked`` (whether the sign of y - mu depends on eta: False for
    labels). On an object of the class the methods take arrays. What is asked only sometimes may be left out, and is
    missed with an error: ``sample(self, eta, rng, sigma)`` on arrays, ``variance``, ``information``,
    ``third_derivative`` of eta and ``saturated_loss`` of y for one observation; the moments of theory on arrays, as in
    `Family`.

    Parameters
    ----------
    name : str
        Name in study files and in `family=` arguments.

    Returns
    -------
    decorator
        Of a class or, for families with parameters, a frozen dataclass whose fields are numbers with defaults: the
        name stands for the object with the defaults, and an object with others can be given for a name.

    Raises
    ------
    ConfigError
        Something is missing, or the name is taken.
    """

    def decorate(kind: T) -> T:
        made = family_class(name, kind)
        try:
            FAMILIES.register(name, made())
        except TypeError as error:
            raise ConfigError(f"family {name!r}: each field of {kind.__name__} needs a default ({error})") from error
        return made

    return decorate


def family_class(name: str, kind: T) -> T:
    """What `declare_family` makes of a class, without a place in the registry."""
    missing = [each for each in (*REQUIRED, *ATTRIBUTES) if not hasattr(kind, each)]
    if missing:
        raise ConfigError(f"family {name!r}: {kind.__name__} lacks {', '.join(missing)}")
    found = {each: REQUIRED.get(each) or OPTIONAL[each] for each in (*REQUIRED, *OPTIONAL) if hasattr(kind, each)}
    body: dict[str, Any] = {each: _method(each) for each in found}
    body |= {"name": name, "given": kind, "arguments": found, "__module__": kind.__module__, "__doc__": kind.__doc__}
    return cast("T", type(kind.__name__, (kind, Declared), body | {"__qualname__": kind.__qualname__}))


def _method(name: str) -> Callable[..., Array]:
    def method(self: Declared, *arguments: Array) -> Array:
        values = evaluate(self.address(name), parameters_of(self, self.given), arguments)
        return cast("Array", values != 0.0) if name == "in_support" else values

    method.__name__ = name
    return method


class Declared(Family):
    """A family made by `declare_family`; `given` is the class as it was written."""

    given: type
    arguments: dict[str, int]

    def address(self, name: str) -> int:
        """Address of a compiled method."""
        callbacks = type(self).__dict__.get("_callbacks")
        if callbacks is None:
            callbacks = {}
            type(self)._callbacks = callbacks  # type: ignore[attr-defined]
        if name not in callbacks:
            try:
                callbacks[name] = compile_method(self.given, name, self.arguments[name])
            except COMPILER_ERRORS as error:
                reason = str(error).strip().splitlines()
                raise InputError(
                    f"family {self.name!r}: {name} is not plain arithmetic of numbers that can be compiled: "
                    f"{' '.join(reason[:3])}"
                ) from error
        return int(callbacks[name].address)

    def compiled(self, y: Array, eta: Array) -> Loss:
        """Compile what kernels call, after a check of the derivatives on these responses and predictors."""
        self._check(y, eta)
        given: list[tuple[Any, Any]] = [(scalar_loss.plain, PLAIN), (scalar_loss.smoothed, SMOOTHED)]
        if self.kinked:
            given += [(scalar_loss.sided, SIDED), (scalar_loss.kink, KINK)]
        arrays = [compile_function(f, signature, of_folder=True) for f, signature in given]
        object.__setattr__(self, "_arrays", arrays)
        plain, smoothed, sided, kink = [each.address for each in arrays] + [0] * (4 - len(arrays))
        loss, slope, curvature, link, recession = (
            self.address(each) for each in ("loss", "slope", "curvature", "link", "recession")
        )
        numbers = parameters_of(self, self.given)
        return Loss(
            plain, smoothed, sided, kink, loss, slope, curvature, link, recession, self.quadratic, self.kinked, numbers
        )

    def _check(self, y: Array, eta: Array) -> None:
        """Refuse derivatives that are not those of the loss, a loss that is not convex, and signs that disagree."""
        error = partial(_disagree, self.name)
        for function, slope, what in (
            (self.loss, self.slope, "slope is not the derivative of loss in eta"),
            (self.slope, self.curvature, "curvature is not the derivative of slope in eta"),
        ):
            difference = (function(y, eta + STEP) - function(y, eta - STEP)) / (2.0 * STEP)
            error(what, np.abs(difference - slope(y, eta)) > TOLERANCE * (1.0 + np.abs(slope(y, eta))), y, eta)
        curvature = self.curvature(y, eta)
        error("loss is not convex in eta: curvature < 0", curvature < 0.0, y, eta)
        sign = np.sign(y - self.mean(eta))
        error("slope does not have the sign of mean - y", self.slope(y, eta) * sign > 1e-12, y, eta)
        mu = self.mean(eta)
        error("link is not the inverse of mean", np.abs(self.link(mu) - eta) > 1e-6 * (1.0 + np.abs(eta)), y, eta)
        if not self.kinked:
            other = np.sign(y - self.mean(-3.0 * eta))
            error("kinked is False, but the sign of y - mean depends on eta", sign * other < 0.0, y, eta)
        error("recession is neither 1, -1 nor 0", ~np.isin(self.recession(y), (-1.0, 0.0, 1.0)), y, eta)


def _disagree(name: str, what: str, wrong: NDArray[np.bool_], y: Array, eta: Array) -> None:
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise InputError(f"family {name!r}: {what} (at y = {y[first]:g}, eta = {eta[first]:g})")
