"""Grids: a table with lists of values stands for the cartesian product, and each product gets a readable label."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.coefficients import Coefficients
from simstudy.sources.glm import Scenario

#: Key -> how deep lists stand in lists in one value of it; a list of such values is an axis.
GLM_VECTORS: Mapping[str, int] = {"values": 1, "positions": 1, "blocks": 1, "matrix": 2}

ALWAYS_NAMED = ("source", "family", "n", "p")
SHORT_NAMES = {"magnitude": "mag", "values": "beta"}

#: Words that can stand in a label as they are.
PATH_SAFE = r"[A-Za-z0-9_.+-]+"

LabelFields = dict[str, Any]


def expand(table: dict[str, Any], vectors: Mapping[str, int] = GLM_VECTORS) -> list[dict[str, Any]]:
    """All combinations of the lists in a table, also of those in tables within it.

    Parameters
    ----------
    table : dict
        A [[scenario]] table. The first key varies slowest.
    vectors : mapping of str to int
        Keys whose value is a list itself, or a list of lists, and so on: how deep; an axis is one level deeper.

    Returns
    -------
    list of dict
        Tables without lists, but for vectors of coefficients.

    Raises
    ------
    ConfigError
        A list is empty; the message begins with its key.
    """
    axes = [_choices(key, value, vectors) for key, value in table.items()]
    return [dict(zip(table, values, strict=True)) for values in itertools.product(*axes)]


def _choices(key: str, value: Any, vectors: Mapping[str, int]) -> list[Any]:
    if isinstance(value, dict):
        try:
            return list(expand(value, vectors))
        except ConfigError as error:
            raise ConfigError(f"{key}.{error}") from None
    if not isinstance(value, list):
        return [value]
    if key in vectors:
        return value if _depth(value) > vectors[key] else [value]
    if not value:
        raise ConfigError(bad_value(key, value, "a value, or a list of at least one"))
    return [choice for item in value for choice in _choices(key, item, vectors)]


def combinations(table: Mapping[str, Any], vectors: Mapping[str, int] = GLM_VECTORS) -> int:
    """Length of what `expand` returns, without making it."""
    return math.prod(_count(key, value, vectors) for key, value in table.items())


def _count(key: str, value: Any, vectors: Mapping[str, int]) -> int:
    if isinstance(value, dict):
        return combinations(value, vectors)
    if not isinstance(value, list):
        return 1
    if key in vectors:
        return len(value) if _depth(value) > vectors[key] else 1
    return sum(_count(key, item, vectors) for item in value)


def _depth(value: Any) -> int:
    return 1 + min(map(_depth, value), default=0) if isinstance(value, list) else 0


def label_fields(scenario: Scenario, coefficients: Coefficients) -> LabelFields:
    """Everything that can tell a scenario from another one of its study, in the order of a label."""
    return {
        "family": scenario.family,
        "n": scenario.n,
        "p": scenario.p,
        "pattern": coefficients.name,
        **vars(coefficients),
        "intercept": _intercept_token(scenario),
        "law": scenario.design.name,
        **{f"design.{name}": value for name, value in vars(scenario.design).items()},
        "sigma": scenario.sigma,
        "errors": f"{scenario.errors.name}_errors",
        **{f"errors.{name}": value for name, value in vars(scenario.errors).items()},
    }


def labels(scenarios: Sequence[LabelFields]) -> list[str]:
    """One label for each scenario of a study: family, n, p and what else varies in the study.

    Parameters
    ----------
    scenarios : sequence of dict
        What `label_fields` returns, for all scenarios of the study.

    Returns
    -------
    list of str
        Path-safe; different where any field differs.
    """
    every = dict.fromkeys(name for fields in scenarios for name in fields)
    seen = {name: _distinct(scenarios, name) for name in every}
    named = {name for name, values in seen.items() if name in ALWAYS_NAMED or len(values) > 1}
    return [
        "_".join(_token(name, value, seen[name]) for name, value in fields.items() if name in named)
        for fields in scenarios
    ]


def _distinct(scenarios: Iterable[LabelFields], name: str) -> list[Any]:
    return list(dict.fromkeys(_hashable(fields[name]) for fields in scenarios if name in fields))


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _token(name: str, value: Any, distinct: list[Any]) -> str:
    short = name.rpartition(".")[2]
    short = SHORT_NAMES.get(short, short)
    if isinstance(value, str) and re.fullmatch(PATH_SAFE, value):
        return value
    if isinstance(value, bool):
        return short if value else f"not{short}"
    if not isinstance(value, int | float):
        return f"{short}{distinct.index(_hashable(value)) + 1}"
    return f"{short}{_number(value)}"


def _number(value: float) -> str:
    """Shortest text that gives the number back."""
    text = f"{value:g}"
    return text if float(text) == value else repr(value)


def _intercept_token(scenario: Scenario) -> str:
    if scenario.prevalence is not None:
        return f"prev{_number(scenario.prevalence)}"
    return "noicpt" if scenario.intercept is None else f"icpt{_number(scenario.intercept)}"
