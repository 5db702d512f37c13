"""Options of an estimator: what a study file may set, read from the keyword-only parameters of its function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from simstudy.errors import ConfigError, bad_value, unknown_name

#: Type of an option's value -> its name in error messages.
KINDS: dict[type, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    object: "a number, a text, true or false",
}
#: Mark of a parameter that holds a value for each observation, which no study file has.
OF_DATA = "of data"
#: Default of an option that has none.
REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Interval:
    """Numbers above one value and up to another, as ``Annotated[float, Interval(0.0, 100.0)]``."""

    above: float
    top: float = math.inf

    def __str__(self) -> str:
        upper = f", at most {self.top:g}" if self.top < math.inf else ""
        return f"above {self.above:g}{upper}"


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    name : str
    kind : type
        float, int, bool or str; object where the function says nothing about it.
    choices : tuple
        Allowed values, where they can be listed.
    interval : Interval, optional
        Allowed numbers, where not all are.
    default : object
        `REQUIRED` where there is none.
    """

    name: str
    kind: type
    choices: tuple[Any, ...] = ()
    interval: Interval | None = None
    default: Any = REQUIRED

    def check(self, value: object) -> None:
        """Refuse a value that the option cannot have.

        Raises
        ------
        ConfigError
            Names the option, the value and what is allowed.
        """
        if self.choices:
            if not any(value == choice and type(value) is type(choice) for choice in self.choices):
                raise ConfigError(unknown_name(self.name, value, map(str, self.choices)))
            return
        inside = self.interval is None or self.interval.above < _number(value) <= self.interval.top
        if not is_kind(value, self.kind) or not inside:
            words = KINDS[self.kind] + (f" {self.interval}" if self.interval else "")
            raise ConfigError(bad_value(self.name, value, words))


def _number(value: object) -> float:
    """A number as a float, NaN for what is none."""
    return float(value) if isinstance(value, int | float) else math.nan


def is_number(value: object) -> bool:
    """Whether a value is a number and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_kind(value: object, kind: type) -> bool:
    """Whether a value is of a kind: a whole number is a number too, a truth value is none."""
    if kind is float:
        return is_number(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is object:
        return isinstance(value, int | float | str)
    return isinstance(value, kind)


def options_of(function: Callable[..., Any], given: frozenset[str]) -> dict[str, Option]:
    """Options of a function by name: its keyword-only parameters without those that it is `given` by the runner.

    An annotation says which values are allowed: float, int, bool, str, Literal[...], Annotated[float, Interval(...)],
    or one of these with ``| None``; without one the default's type does. What is marked `OF_DATA` is no option.

    Raises
    ------
    ConfigError
        An annotation is none of these.
    """
    return {option.name: option for option in _options(function, given)}


def _options(function: Callable[..., Any], given: frozenset[str]) -> Iterator[Option]:
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise ConfigError(f"{function.__name__}: its annotations cannot be read: {error}") from None
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        chosen = parameter.kind is parameter.KEYWORD_ONLY and parameter.name not in given
        if chosen and OF_DATA not in getattr(hint, "__metadata__", ()):
            yield _option(parameter.name, hint, parameter.default)


def _option(name: str, hint: Any, default: Any) -> Option:
    if hint is None:
        kind = type(default) if type(default) in KINDS else object
        return Option(name, kind, default=default)
    interval = None
    if get_origin(hint) in (Union, UnionType):
        (hint,) = [each for each in get_args(hint) if each is not NoneType][:1]
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        interval = next((each for each in extras if isinstance(each, Interval)), None)
    if get_origin(hint) is Literal:
        return Option(name, object, get_args(hint), default=default)
    if hint not in KINDS:
        allowed = "float, int, bool, str, Literal[...] or Annotated[float, Interval(...)]"
        raise ConfigError(bad_value(f"annotation of {name}", hint, allowed))
    return Option(name, hint, (), interval, default)
