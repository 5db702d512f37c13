"""Patterns of true coefficients: a rule that gives the vector for any p and n."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.registry import Registry

Array = NDArray[np.float64]

PLACEMENTS = ("first", "spread")


class Coefficients(ABC):
    """A pattern of coefficients; `name` is its name in study files."""

    name: ClassVar[str]

    @abstractmethod
    def vector(self, p: int, n: int) -> Array:
        """Coefficients of a scenario, the intercept not included.

        Parameters
        ----------
        p : int
            Number of coefficients.
        n : int
            Number of observations (only `Local` depends on it).

        Returns
        -------
        (p,) array

        Raises
        ------
        ConfigError
            The pattern does not fit into p coefficients.
        """


@dataclass(frozen=True)
class Explicit(Coefficients):
    """The coefficients themselves, or those of them that are not zero.

    Parameters
    ----------
    values : tuple of float
        At least one finite number; p is their count, unless they have positions.
    positions : tuple of int, optional
        Which coefficients have these values, counted from 1 as in beta_1; from the end where negative, so that -1 is
        the last. All others are zero.
    """

    name: ClassVar[str] = "explicit"
    values: tuple[float, ...]
    positions: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.values or not all(map(math.isfinite, self.values)):
            raise ConfigError(bad_value("values", list(self.values), "a list of at least one finite number"))
        if self.positions is not None and (
            len(self.positions) != len(self.values) or not all(type(k) is int and k for k in self.positions)
        ):
            allowed = f"a list of {len(self.values)} whole numbers, as many as values, from 1 or from -1 downwards"
            raise ConfigError(bad_value("positions", list(self.positions), allowed))

    @property
    def size(self) -> int | None:
        """Number of coefficients where the values alone tell it."""
        return len(self.values) if self.positions is None else None

    @override
    def vector(self, p: int, n: int) -> Array:
        if self.positions is not None:
            places = [k - 1 if k > 0 else p + k for k in self.positions]
            if len(set(places)) < len(places) or not all(0 <= place < p for place in places):
                raise ConfigError(bad_value("positions", list(self.positions), f"different ones of 1 to p = {p}"))
            beta = np.zeros(p)
            beta[places] = self.values
            return beta
        if p != len(self.values):
            raise ConfigError(bad_value("values", list(self.values), f"a list of p = {p} numbers"))
        return np.array(self.values, dtype=np.float64)


@dataclass(frozen=True)
class Sparse(Coefficients):
    """Few coefficients of one magnitude with alternating signs (+ first), the others zero.

    Parameters
    ----------
    s : int
        Number of nonzero coefficients, at most p.
    magnitude : float
        Their absolute value, positive.
    placement : {"first", "spread"}
        The first s coordinates, or every (p/s)-th one from the first on.
    """

    name: ClassVar[str] = "sparse"
    s: int
    magnitude: float = 1.0
    placement: str = "first"

    def __post_init__(self) -> None:
        if self.s < 0:
            raise ConfigError(bad_value("s", self.s, "a count, 0 or more"))
        if not 0.0 < self.magnitude < math.inf:
            raise ConfigError(bad_value("magnitude", self.magnitude, "a finite positive number"))
        if self.placement not in PLACEMENTS:
            raise ConfigError(unknown_name("placement", self.placement, PLACEMENTS))

    @override
    def vector(self, p: int, n: int) -> Array:
        if self.s > p:
            raise ConfigError(bad_value("s", self.s, f"at most p = {p}"))
        order = np.arange(self.s)
        beta = np.zeros(p)
        beta[order if self.placement == "first" else order * p // max(self.s, 1)] = self.magnitude * (-1.0) ** order
        return beta


@dataclass(frozen=True)
class Decaying(Coefficients):
    """Geometrically decaying coefficients, ``beta_j = magnitude * rate^(j-1)`` for j = 1, ..., p.

    Parameters
    ----------
    magnitude : float
        The first coefficient, finite and not zero.
    rate : float
        Ratio of neighbours, nonzero in (-1, 1); a negative rate alternates the signs.
    """

    name: ClassVar[str] = "decaying"
    magnitude: float
    rate: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.magnitude) or self.magnitude == 0.0:
            raise ConfigError(bad_value("magnitude", self.magnitude, "finite and not zero"))
        if not 0.0 < abs(self.rate) < 1.0:
            raise ConfigError(bad_value("rate", self.rate, "strictly between -1 and 1 and not zero"))

    @override
    def vector(self, p: int, n: int) -> Array:
        return np.asarray(self.magnitude * self.rate ** np.arange(p), dtype=np.float64)


@dataclass(frozen=True)
class Local(Coefficients):
    """Local alternatives: every coefficient is ``h / sqrt(n)``, as hard to tell from zero at any n.

    Parameters
    ----------
    h : float
        Finite; zero gives the null model.
    """

    name: ClassVar[str] = "local"
    h: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.h):
            raise ConfigError(bad_value("h", self.h, "a finite number"))

    @override
    def vector(self, p: int, n: int) -> Array:
        return np.full(p, self.h / math.sqrt(n))


#: Coefficient patterns by their name in study files.
PATTERNS: Registry[type[Coefficients]] = Registry("coefficient pattern")
for each in (Explicit, Sparse, Decaying, Local):
    PATTERNS.register(each.name, each)
