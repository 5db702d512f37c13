"""A source of the registry in a study: an instance of its dataclass, with a label and keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, InputError, bad_value
from simstudy.records import Data
from simstudy.registry import check_name, digest
from simstudy.sources.registry import SOURCES

#: Characters of a label; one that is made from a grid holds numbers.
LABEL_PATTERN = r"[A-Za-z0-9_-][A-Za-z0-9_.+-]*"


@dataclass(frozen=True, eq=False)
class Setting:
    """A data-generating mechanism of a study.

    Parameters
    ----------
    name : str
        Name of the source in the registry.
    source : object
        Instance of its dataclass.
    label : str
        Readable, path-safe id; not part of `key`.

    Raises
    ------
    ConfigError
        The label is not allowed, or a field's value cannot be written in a study file.
    """

    name: str
    source: Any
    label: str

    def __post_init__(self) -> None:
        check_name("label", self.label, LABEL_PATTERN)
        try:
            json.dumps(self._fields())
        except (TypeError, ValueError) as error:
            raise ConfigError(f"source {self.name}: a field cannot be written in a study file: {error}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Setting) and (self.key, self.label) == (other.key, other.label)

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def n(self) -> int:
        """Number of observations, 0 for a source without a field n."""
        return int(getattr(self.source, "n", 0))

    @property
    def p(self) -> int:
        """Number of covariates, 0 for a source without a field p."""
        return int(getattr(self.source, "p", 0))

    @property
    def family(self) -> str:
        """Response family for the estimators of GLMs; AttributeError where the source does not say."""
        return str(self.source.family)

    @property
    def has_intercept(self) -> bool:
        """Whether GLMs are fitted with an intercept: what the source's attribute has_intercept says, if it has one.

        Else yes, unless the source has an attribute intercept that is None.
        """
        says = getattr(self.source, "has_intercept", None)
        return bool(getattr(self.source, "intercept", 0.0) is not None if says is None else says)

    @property
    def support(self) -> NDArray[np.bool_]:
        """Which true coefficients are nonzero, (p,); AttributeError where the truth has no beta."""
        truth = self.truth()
        if "beta" not in truth:
            raise AttributeError(f"the truth of source {self.name} has no beta")
        return np.asarray(truth["beta"] != 0.0)

    @cached_property
    def key(self) -> str:
        """Hash of the source's name and fields; changed code alone leaves the random streams as they are.

        Fields with the metadata ``{"key": False}``, such as a path, stay out of it.
        """
        return digest({"source": self.name, **self._generating()})

    @cached_property
    def group_key(self) -> str:
        """`key` without n."""
        return digest({"source": self.name, **{key: value for key, value in self._generating().items() if key != "n"}})

    def columns(self) -> dict[str, Any]:
        """Fields as they stand in each replicate row: numbers and words, anything else as JSON text."""
        plain = {
            name: value if value is None or isinstance(value, bool | int | float | str) else json.dumps(value)
            for name, value in self._generating().items()
        }
        return {"source": self.name, **plain}

    def properties(self) -> dict[str, Any]:
        """The columns that have a value."""
        return {name: value for name, value in self.columns().items() if value is not None}

    def facts(self) -> dict[str, Any]:
        """Nothing: all that is known of a source of the registry are its fields and its truth."""
        return {}

    def definition(self) -> dict[str, Any]:
        """The source as a [[scenario]] table; `code` is the hash of its plug-in."""
        table = {"label": self.label, "source": self.name}
        table |= {name: value for name, value in self._fields().items() if value is not None}
        code = SOURCES.code(self.name)
        return {**table, "code": code} if code else table

    def truth(self) -> Mapping[str, Any]:
        """True values of some estimands: floats, or vectors of floats.

        Raises
        ------
        InputError
            The source gives something else.
        """
        given = self.source.truth()
        if not isinstance(given, Mapping):
            raise InputError(bad_value(f"source {self.name}: truth()", given, "a dict from estimands to true values"))
        return {str(name): _number_or_vector(f"source {self.name}: truth()[{name!r}]", v) for name, v in given.items()}

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set.

        Raises
        ------
        InputError
            The source gives no `Data`.
        """
        data = self.source.sample(rng)
        if not isinstance(data, Data):
            field = f"source {self.name}: sample(rng)"
            raise InputError(bad_value(field, data, "ss.Data(X, y) or ss.Data(X, y, test=...)"))
        return data

    def _generating(self) -> dict[str, Any]:
        """Fields that determine the data."""
        given = self._fields()
        return {each.name: given[each.name] for each in fields(self.source) if each.metadata.get("key", True)}

    def _fields(self) -> dict[str, Any]:
        return {each.name: _plain(getattr(self.source, each.name)) for each in fields(self.source)}


def _plain(value: Any) -> Any:
    """A value in JSON terms: tuples and arrays as lists, dataclasses as tables, paths as text."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.generic | np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    # A parameter 0 and one 0.0 or -0.0 are the same; counts stay whole numbers.
    return value + 0.0 if isinstance(value, float) else value


def _number_or_vector(field: str, value: Any) -> Any:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(bad_value(field, value, "a number or a vector of numbers")) from None
    if array.ndim > 1:
        raise InputError(bad_value(field, value, "a number or a vector of numbers"))
    return float(array) if array.ndim == 0 else array
