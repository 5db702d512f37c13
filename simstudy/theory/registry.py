"""The laws by name: what predicts measures of estimands for a source and a method."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from simstudy.errors import ConfigError, InputError, bad_value
from simstudy.measures.names import parameter
from simstudy.plugins import users_code
from simstudy.registry import Registry
from simstudy.sources.registry import Source
from simstudy.theory.predictions import COLUMNS, Prediction

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Law:
    """A theory of one's own.

    Parameters
    ----------
    name : str
        Name in study files.
    function : callable
        ``function(source, method)``; see `law`.
    description : str
        First line of its docstring.
    """

    name: str
    function: Callable[..., Any]
    description: str


LAWS: Registry[Law] = Registry("law", homes=("simstudy.theory.proportional", "simstudy.geometry"))


def law(name: str) -> Callable[[F], F]:
    """Register a law, a function ``(source, method) -> {(estimand, measure): value}``.

    Parameters
    ----------
    name : str
        Name in study files: a letter, then letters, digits and underscores.

    Returns
    -------
    callable
        Decorator that returns the function unchanged. The function gets the source (an instance of its dataclass, or a
        `Scenario`) and the method with its numbers (``name``, ``estimator``, ``lam``, ``arguments``), and returns
        predicted values, each a number, or a vector for the components of a vector, or a pair (value, error) of the two
        with the prediction's own numerical or Monte Carlo error; ``{}`` where the law does not apply.

    Raises
    ------
    ConfigError
        The name is taken, or the function takes other arguments.

    Examples
    --------
    >>> @law("mean_of_normals")
    ... def mean_of_normals(source, method):
    ...     return {("gap", "bias"): 0.0, ("gap", "empirical_se"): 2 / np.sqrt(source.n)}
    """

    def register(function: F) -> F:
        given = tuple(inspect.signature(function).parameters)
        if len(given) != 2:
            raise ConfigError(bad_value(f"law {name}", given, "a function of (source, method)"))
        LAWS.register(name, Law(name, function, (inspect.getdoc(function) or name).splitlines()[0]))
        return function

    return register


def predictions_of(laws: Sequence[str], scenario: Source, method: Any, measures: Mapping[str, Any]) -> pd.DataFrame:
    """What some laws predict of one method in one scenario.

    Parameters
    ----------
    laws : sequence of str
        Names in the registry.
    scenario : Source
    method : ResolvedMethod
    measures : mapping
        The measures that there are, by name.

    Returns
    -------
    DataFrame
        Columns of `predictions.Prediction`; no row where no law applies.

    Raises
    ------
    InputError
        A law returns something else than predictions, or predicts a measure that does not exist.
    """
    rows = [row for name in laws for row in _rows(LAWS[name], scenario, method, measures)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(entry: Law, scenario: Source, method: Any, measures: Mapping[str, Any]) -> Iterator[Prediction]:
    with users_code(f"law {entry.name!r}"):
        given = entry.function(getattr(scenario, "source", scenario), method)
    if not isinstance(given, Mapping):
        raise InputError(bad_value(f"law {entry.name}", given, "a dict from (estimand, measure) to a value"))
    truth = scenario.truth()
    for key, predicted in given.items():
        if not (isinstance(key, tuple) and len(key) == 2 and all(isinstance(each, str) for each in key)):
            raise InputError(bad_value(f"key of law {entry.name}", key, "(estimand, measure)"))
        estimand, measure = key
        measures[measure]
        value, error = _with_error(entry.name, predicted)
        size = np.size(truth[estimand]) if estimand in truth else value.size
        if value.ndim and value.shape != (size,):
            allowed = f"a number, or {size} numbers as the truth has"
            raise InputError(bad_value(f"value of law {entry.name} for {estimand}", f"shape {value.shape}", allowed))
        for component, one, own in _components(value, error):
            shown = parameter(estimand, component, number=np.ndim(truth.get(estimand, 0.0)) == 0)
            where = (scenario.label, method.name, None, shown, measure)
            yield Prediction(*where, entry.name, one, own, estimand, component)


def _with_error(name: str, predicted: Any) -> tuple[Any, Any]:
    value, error = predicted if isinstance(predicted, tuple) and len(predicted) == 2 else (predicted, 0.0)
    allowed = "a number, a vector or (value, error), finite, with an error that is not negative"
    try:
        found, own = np.asarray(value, dtype=np.float64), np.asarray(error, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(bad_value(f"value of law {name}", predicted, allowed)) from None
    alike = own.shape in {(), found.shape} and not isinstance(value, tuple)
    if not alike or not np.isfinite(found).all() or not np.isfinite(own).all() or (own < 0.0).any():
        raise InputError(bad_value(f"value of law {name}", predicted, allowed))
    return found, own


def _components(value: Any, error: Any) -> Iterator[tuple[int | None, float, float]]:
    """Component, value and error of each number that is predicted; one number for a vector is about the whole of it."""
    if value.ndim == 0:
        yield None, float(value), float(error)
        return
    for k, (one, own) in enumerate(zip(value, np.broadcast_to(error, value.shape), strict=True)):
        yield k, float(one), float(own)
