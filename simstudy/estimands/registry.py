"""The estimands by name."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, InputError, bad_value
from simstudy.records import HAT, SE, Data
from simstudy.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])

#: What an estimand is in one replicate.
Value = float | NDArray[np.float64]

ARGUMENTS = ("fit", "data", "truth")


@dataclass(frozen=True)
class Estimand:
    """A quantity that is computed from a fit rather than estimated by it.

    Parameters
    ----------
    name : str
        Name in study files and of its column.
    function : callable
        ``function(fit, data, truth)`` returns a number or a vector; see `estimand`.
    bounds : tuple (low, high)
        Range of its values.
    description : str
        For the codebook: the first line of the function's docstring.
    """

    name: str
    function: Callable[..., Any]
    bounds: tuple[float, float]
    description: str


ESTIMANDS: Registry[Estimand] = Registry("estimand", homes=("simstudy.geometry", "simstudy.networks"))


def estimand(name: str, *, bounds: tuple[float, float] = (-math.inf, math.inf)) -> Callable[[F], F]:
    """Register an estimand, a function ``(fit, data, truth) -> number or vector``.

    Parameters
    ----------
    name : str
        Name in study files and of its column: a letter, then letters, digits and underscores.
    bounds : tuple (low, high)
        Range of its values; a value outside is an error of the replicate.

    Returns
    -------
    callable
        Decorator that returns the function unchanged. The function gets the `Fit` of a usable fit (``fit["gap"]``,
        ``fit.coef``), the `Data` of the replicate with their test part, and the source's truth, a dict. It may return
        NaN where the estimand is not defined for a fit.

    Raises
    ------
    ConfigError
        The name is taken, the bounds are no interval, or the function takes other arguments.

    Examples
    --------
    >>> @estimand("largest", bounds=(0, float("inf")))
    ... def largest(fit, data, truth):
    ...     return abs(fit.coef).max()
    """
    if name.endswith((HAT, SE)):
        raise ConfigError(bad_value("name of the estimand", name, f"one that does not end in {HAT} or {SE}"))
    low, high = bounds
    if not low < high:
        raise ConfigError(bad_value(f"estimand {name}: bounds", bounds, "(low, high) with low < high"))

    def register(function: F) -> F:
        given = tuple(inspect.signature(function).parameters)
        if len(given) != len(ARGUMENTS):
            raise ConfigError(bad_value(f"estimand {name}", given, "a function of (fit, data, truth)"))
        description = (inspect.getdoc(function) or name).splitlines()[0]
        ESTIMANDS.register(name, Estimand(name, function, (float(low), float(high)), description))
        return function

    return register


def _numbers(given: Any) -> NDArray[np.float64]:
    """An array of real numbers: None is no NaN, a text no number, and nothing imaginary is left out."""
    array = np.asarray(given)
    if array.dtype.kind in "cUSMm" or (array.dtype.kind == "O" and any(each is None for each in array.flat)):
        raise TypeError
    return array.astype(np.float64)


def evaluate(entry: Estimand, fit: Any, data: Data, truth: Mapping[str, Any]) -> Value:
    """Value of an estimand at a fit.

    Raises
    ------
    InputError
        The function returns no number or vector of numbers, or one outside the estimand's bounds.
    """
    given = entry.function(fit, data, truth)
    allowed = "a number or a vector of numbers"
    try:
        value = _numbers(given)
    except (TypeError, ValueError):
        raise InputError(bad_value(f"estimand {entry.name}", given, allowed)) from None
    if value.ndim > 1:
        raise InputError(bad_value(f"estimand {entry.name}", f"shape {value.shape}", allowed))
    low, high = entry.bounds
    outside = value[(value < low) | (value > high)]
    if outside.size:
        raise InputError(bad_value(f"estimand {entry.name}", float(outside.flat[0]), f"between {low:g} and {high:g}"))
    return float(value) if value.ndim == 0 else value
