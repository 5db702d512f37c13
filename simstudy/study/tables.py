"""From a table of a study file to a validated dataclass, with errors that name the key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, fields
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails

from simstudy.errors import ConfigError, bad_value, unknown_name

T = TypeVar("T")
R = TypeVar("R")


def build(cls: type[T], table: Mapping[str, Any], where: str) -> T:
    """A dataclass from a table whose keys are its fields.

    Parameters
    ----------
    cls : type
        The dataclass; its annotations say which values are allowed.
    table : mapping
        Keys and values; lists stand for tuples.
    where : str
        The table's place in the file, for example "scenario[0].design"; empty for the file itself.

    Returns
    -------
    instance of `cls`

    Raises
    ------
    ConfigError
        Lists every unknown or missing key and every value of a wrong type, or says what `cls` itself refuses.
    """
    values = {key: _tuples(value) for key, value in table.items()}
    dataclass: Any = cls
    try:
        checked = _schema(dataclass).model_validate(values)
    except ValidationError as error:
        names = [each.name for each in fields(dataclass)]
        raise ConfigError("\n".join(_sentence(detail, where, names) for detail in error.errors())) from None
    with errors_at(where):
        return cls(**dict(checked))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def build_tagged(classes: Mapping[str, type[T]], tag: str, table: Any, where: str) -> T:
    """A dataclass whose class is named by one key of the table, for example `law` of a design.

    Raises
    ------
    ConfigError
        The tag is missing or unknown, or the rest of the table does not suit its class.
    """
    if not isinstance(table, dict):
        raise ConfigError(bad_value(where, table, f"a table with the key {tag!r}"))
    if tag not in table:
        raise ConfigError(f"{where}.{tag} is missing: it must be one of {', '.join(sorted(classes))}")
    if table[tag] not in tuple(classes):
        raise ConfigError(unknown_name(f"{where}.{tag}", table[tag], classes))
    rest = {key: value for key, value in table.items() if key != tag}
    return build(classes[table[tag]], rest, where)


@contextmanager
def errors_at(where: str) -> Iterator[None]:
    """Put the place in the file in front of each sentence of a ConfigError, which begins with its field."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError("\n".join(_at(where, line) for line in str(error).splitlines())) from None


def collect(tasks: Iterable[Callable[[], R]]) -> list[R]:
    """Results of all tasks.

    Raises
    ------
    ConfigError
        Lists the problems of all of them, each once, so that a file can be mended in one go.
    """
    results: list[R] = []
    problems: dict[str, None] = {}
    for task in tasks:
        try:
            results.append(task())
        except ConfigError as error:
            problems |= dict.fromkeys(str(error).splitlines())
    if problems:
        raise ConfigError("\n".join(problems))
    return results


@functools.cache
def _schema(cls: type) -> type[BaseModel]:
    hints = get_type_hints(cls)
    columns: dict[str, Any] = {
        each.name: (hints[each.name], ... if each.default is MISSING else each.default) for each in fields(cls)
    }
    return create_model(cls.__name__, __config__=ConfigDict(extra="forbid", strict=True), **columns)


def _sentence(detail: ErrorDetails, where: str, names: list[str]) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"]).removeprefix(".")
    if detail["type"] == "extra_forbidden":
        return unknown_name(where or "top level", key, names)
    if detail["type"] == "missing":
        return f"{_at(where, key)} is missing"
    allowed = "a list" if detail["type"] == "tuple_type" else detail["msg"].removeprefix("Input should be ")
    return bad_value(_at(where, key), detail["input"], allowed)


def _at(where: str, text: str) -> str:
    return f"{where}.{text}" if where else text
