"""A block of columns of one law, in its raw form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from simstudy.errors import ConfigError, bad_value
from simstudy.registry import Registry
from simstudy.sources.designs.law import Array


@dataclass(frozen=True)
class Block(ABC):
    """Variables of one law that stand next to each other.

    Parameters
    ----------
    columns : int, optional
        Number of variables; each of them is one column, but a categorical's are its dummies. None, in one block of a
        design at most, takes what the others leave of p.

    Attributes
    ----------
    name : str
        Name of the law in study files, under the key ``law``.
    is_normal : bool
        Whether the variables are jointly normal.
    latents : int
        Latent normals behind each variable: one, or none for variables that are independent of all others.
    """

    name: ClassVar[str]
    is_normal: ClassVar[bool] = False
    latents: ClassVar[int]
    columns: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.columns is not None and (isinstance(self.columns, bool) or self.columns < 1):
            raise ConfigError(bad_value("columns", self.columns, "a whole number of at least 1, or left out"))

    @property
    def width(self) -> int:
        """Columns of X for each variable."""
        return 1

    @abstractmethod
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        """Columns of k variables.

        Parameters
        ----------
        k : int
            Number of variables.
        Z : (n, k * latents) array
            Their latent normals.
        rng : numpy.random.Generator
            For variables without one.

        Returns
        -------
        (n, k * width) array
        """

    @property
    @abstractmethod
    def mean(self) -> Array:
        """Means (width,) of a variable's columns."""

    @property
    @abstractmethod
    def sd(self) -> Array:
        """Standard deviations (width,) of a variable's columns."""

    def has_exponential_moments(self, beta: Array) -> bool:  # noqa: ARG002
        """Whether E exp(x'beta) is finite for coefficients of the block's columns."""
        return True


#: Laws of a block by their name in study files.
BLOCKS: Registry[type[Block]] = Registry("block law")


def check_probability(name: str, value: float) -> None:
    """Refuse what is not strictly between 0 and 1.

    Raises
    ------
    ConfigError
        Names the field and its value.
    """
    if not 0.0 < value < 1.0:
        raise ConfigError(bad_value(name, value, "strictly between 0 and 1"))
