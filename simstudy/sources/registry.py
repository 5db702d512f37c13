"""The sources by name, and what a source is to the rest of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from simstudy.errors import ConfigError, bad_value
from simstudy.records import Data
from simstudy.registry import Registry

C = TypeVar("C", bound=type)


class Source(Protocol):
    """A data-generating mechanism in a study: what `sources.glm.Scenario` and `sources.setting.Setting` have."""

    @property
    def label(self) -> str:
        """Readable, path-safe id, unique in a study."""

    @property
    def key(self) -> str:
        """Hash of the data-generating part; the random streams depend on it."""

    @property
    def group_key(self) -> str:
        """Hash of the data-generating part without n: equal for scenarios that differ in n only."""

    @property
    def n(self) -> int:
        """Number of observations; 0 for a source that has none."""

    @property
    def p(self) -> int:
        """Number of covariates; 0 for a source that does not say."""

    def __hash__(self) -> int:
        """Of the key, so that equal mechanisms are one."""

    def columns(self) -> dict[str, Any]:
        """Numbers and words that describe the mechanism, repeated in each replicate row."""

    def properties(self) -> dict[str, Any]:
        """What a claim or a restriction can select the mechanism by: its columns and more."""

    def facts(self) -> dict[str, Any]:
        """Further columns of scenarios.parquet, which follow from the definition."""

    def definition(self) -> dict[str, Any]:
        """The mechanism as a [[scenario]] table of a study file, with nothing left to solve or to default."""

    def truth(self) -> Mapping[str, Any]:
        """True values: estimand -> number or vector; empty where nothing is known."""

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set."""


#: Name in study files -> dataclass; `glm` is read by a reader of its own, because its keys depend on each other.
SOURCES: Registry[type] = Registry("source")


def source(name: str) -> Callable[[C], C]:
    """Register a source: a frozen dataclass with the methods ``sample(rng) -> ss.Data`` and ``truth() -> dict``.

    Its fields are the keys of a [[scenario]] table; a list in the file is an axis of the grid, except in a field that
    is annotated as a tuple or list. A field ``n`` is the number of observations.

    Parameters
    ----------
    name : str
        Name in study files: a letter, then letters, digits and underscores.

    Returns
    -------
    callable
        Decorator that returns the class unchanged.

    Raises
    ------
    ConfigError
        The class is no frozen dataclass, lacks one of the methods, has a field that the study file needs for itself,
        or the name is taken.

    Examples
    --------
    >>> @source("two_points")
    ... @dataclass(frozen=True)
    ... class TwoPoints:
    ...     n: int
    ...     gap: float = 1.0
    ...     def sample(self, rng):
    ...         y = rng.integers(0, 2, self.n).astype(float)
    ...         return Data(y[:, None] * self.gap, y)
    ...     def truth(self):
    ...         return {"gap": self.gap}
    """

    def register(cls: C) -> C:
        _check(name, cls)
        SOURCES.register(name, cls)
        return cls

    return register


#: Keys of a [[scenario]] table that are not fields of its source.
RESERVED = ("source", "label", "code")


def _check(name: str, cls: type) -> None:
    field = f"source {name}"
    if not is_dataclass(cls) or not vars(cls)["__dataclass_params__"].frozen:
        raise ConfigError(bad_value(field, cls, "a frozen dataclass: put @dataclass(frozen=True) under @source"))
    for method in ("sample", "truth"):
        if not callable(getattr(cls, method, None)):
            allowed = f"a class with the methods sample(rng) and truth(): {method} is missing"
            raise ConfigError(bad_value(field, cls, allowed))
    for each in fields(cls):
        if each.name in RESERVED:
            raise ConfigError(bad_value(f"{field}: field", each.name, f"another name than {', '.join(RESERVED)}"))
