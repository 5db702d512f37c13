"""Penalties that give scalar functions, ours and a user's: compiled at their first use, and checked there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

import numpy as np

from simstudy.errors import ConfigError, InputError, bad_value
from simstudy.kernels.arguments import Shape
from simstudy.kernels.elementwise import COMPILER_ERRORS, compile_method, evaluate, parameters_of
from simstudy.penalties.penalty import FAR, FloatArray, Growth, Penalty, PowerForm, register

REQUIRED = ("value", "slope", "growth")

# Where the functions are checked, in units of lam and of one, and how closely.
POINTS = np.geomspace(1e-3, 30.0, 40)
STEP = 1e-6
TOLERANCE = 1e-5

T = TypeVar("T", bound=type)


def declare_penalty(name: str) -> Callable[[T], T]:
    """Make a frozen dataclass a penalty.

    Its fields are numbers, the first of them ``lam``, the level per observation (zero must give no penalty); it has
    ``growth``, one of "bounded", "sublinear", "linear" and "superlinear" (how its value grows far from zero, which
    decides whether a minimiser exists), and for one t >= 0, in plain arithmetic (numpy and math functions, conditions,
    the object's own numbers), ``value(self, t)``, zero at zero, and its derivative ``slope(self, t)``, at zero from the
    right. On an object of the class both take arrays.

    A concave penalty with a finite slope at zero is fitted through its tangents, as scad and mcp are (Zou & Li 2008).
    Any other needs ``power_form(self)``, which returns the same penalty as a `PowerForm`. ``limit`` says which limit
    law it has, see `Penalty`; without it there is none, and the laws at finite n are offered.

    Parameters
    ----------
    name : str
        Name in study files.

    Raises
    ------
    ConfigError
        Something is missing, or the name is taken.
    """

    def decorate(kind: T) -> T:
        return cast("T", register(name)(cast("Any", penalty_class(name, kind))))

    return decorate


def penalty_class(name: str, kind: T) -> T:
    """What `declare_penalty` makes of a class, without a place in the registry."""
    missing = [each for each in REQUIRED if getattr(kind, each, None) in (None, getattr(Penalty, each, None))]
    if missing:
        raise ConfigError(f"penalty {name!r}: {kind.__name__} lacks {', '.join(missing)}")
    if not is_dataclass(kind) or "lam" not in {each.name for each in fields(kind)}:
        raise ConfigError(f"penalty {name!r}: {kind.__name__} is not a dataclass with a field lam")
    growth = getattr(kind, "growth", None)
    if isinstance(growth, str) and growth not in list(Growth):
        raise ConfigError(bad_value("growth", growth, f"one of {', '.join(Growth)}"))
    body = {
        "name": name, "bounded": getattr(kind, "growth", None) == Growth.BOUNDED, "given": kind,
        "value": _method("value"), "slope": _method("slope"), "kernel_shape": _kernel_shape,
        "__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__,
    }  # fmt: skip
    made = type(kind.__name__, (kind,) if issubclass(kind, Penalty) else (kind, Penalty), body)
    return cast("T", made)


def _method(name: str) -> Callable[..., FloatArray]:
    def method(self: Any, t: Any) -> FloatArray:
        address = compiled(type(self), name).address
        return evaluate(int(address), parameters_of(self, self.given), [t])

    method.__name__ = name
    method.__doc__ = getattr(Penalty, name).__doc__
    return method


def _kernel_shape(self: Any) -> Shape:
    if self.lam == 0.0:
        return PowerForm(0.0, 0.0, 1.0).shape()
    kind = type(self)
    if "checked" not in kind.__dict__:
        check(self)
        kind.checked = True
    form = self.power_form()
    if form is not None:
        return cast("PowerForm", form).shape()
    value, slope = compiled(kind, "value").address, compiled(kind, "slope").address
    parameters = parameters_of(self, self.given)
    return Shape(
        value, slope, float(self.given.slope(self, 0.0)), 0.0, 1.0, True, self.growth == Growth.BOUNDED, parameters
    )


def compiled(kind: Any, name: str) -> Any:
    """A compiled method of a declared class; InputError where it is not plain arithmetic."""
    callbacks = kind.__dict__.get("callbacks")
    if callbacks is None:
        callbacks = {}
        kind.callbacks = callbacks
    if name not in callbacks:
        try:
            callbacks[name] = compile_method(kind.given, name, 1)
        except COMPILER_ERRORS as error:
            reason = " ".join(str(error).strip().splitlines()[:3])
            raise InputError(f"penalty: {kind.__name__}.{name} is not plain arithmetic of numbers: {reason}") from error
    return callbacks[name]


def check(penalty: Penalty) -> None:
    """Refuse a penalty with lam > 0 whose functions contradict each other.

    Raises
    ------
    InputError
        Says which property of which function fails.
    """
    t = np.concatenate([POINTS, penalty.lam * POINTS])
    value, slope, name = penalty.value(t), penalty.slope(t), f"penalty {penalty.name!r}"
    if float(penalty.value(0.0)) != 0.0:
        raise InputError(f"{name}: value(0) = {float(penalty.value(0.0)):g}, which must be zero")
    difference = (penalty.value(t * (1.0 + STEP)) - penalty.value(t * (1.0 - STEP))) / (2.0 * STEP * t)
    wrong = ~(np.abs(difference - slope) <= TOLERANCE * np.abs(slope) + 1e-9 * np.abs(value) / (STEP * t))
    # A knot has no derivative.
    if wrong.sum() > t.size // 8:
        raise InputError(f"{name}: slope is not the derivative of value (at t = {t[wrong][0]:g})")
    form = penalty.power_form()
    if form is not None:
        powers = form.linear * t**form.power + form.square * t**2 / 2.0
        if not np.allclose(powers, value, rtol=1e-9):
            raise InputError(f"{name}: power_form is not its value (at t = {t[~np.isclose(powers, value)][0]:g})")
        return
    at_zero = float(penalty.slope(0.0))
    if not 0.0 < at_zero < np.inf:
        raise InputError(f"{name}: slope(0) = {at_zero:g}; without power_form it must be positive and finite")
    order = np.argsort(t)
    if (np.diff(slope[order]) > 1e-9 * at_zero).any() or slope.max() > at_zero * (1.0 + 1e-9):
        raise InputError(f"{name}: slope rises; a penalty that is not concave needs power_form")
    _check_growth(penalty, name)


def _check_growth(penalty: Penalty, name: str) -> None:
    # Knots of a bounded penalty lie at multiples of its level.
    t = FAR * max(1.0, penalty.lam)
    far, rate = float(penalty.value(t)), float(penalty.slope(t))
    at_zero = float(penalty.slope(0.0))
    bounded, linear = rate * t <= 1e-3 * far, rate > 1e-6 * at_zero
    found = {Growth.BOUNDED: bounded, Growth.LINEAR: linear, Growth.SUBLINEAR: not linear}.get(penalty.growth, False)
    if not found:
        raise InputError(f"{name}: growth = {str(penalty.growth)!r} contradicts value and slope at t = {t:g}")
