"""Blocks that are functions of latent normals, so that they can be correlated with each other."""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import ndtri
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.designs.block import BLOCKS, Block, check_probability
from simstudy.sources.designs.law import Array


@dataclass(frozen=True)
class LatentBlock(Block):
    """Variables that are functions of one latent normal each: z itself, or where it lies between thresholds."""

    latents: ClassVar[int] = 1

    @property
    @abstractmethod
    def thresholds(self) -> tuple[float, ...]:
        """Increasing values between which z is cut; none where z itself is observed."""


@dataclass(frozen=True)
class NormalBlock(LatentBlock):
    """The latent normals themselves: mean zero, unit variance."""

    name: ClassVar[str] = "normal"
    is_normal: ClassVar[bool] = True

    @property
    @override
    def thresholds(self) -> tuple[float, ...]:
        return ()

    @override
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        return Z

    @property
    @override
    def mean(self) -> Array:
        return np.zeros(1)

    @property
    @override
    def sd(self) -> Array:
        return np.ones(1)


@dataclass(frozen=True)
class CutBlock(LatentBlock):
    """Dummies of the levels 1, 2, ... of variables that cut their latent normal from below."""

    @property
    @abstractmethod
    def level_probabilities(self) -> tuple[float, ...]:
        """Probabilities of the levels 0, 1, ...; they sum to one."""

    @property
    @override
    def thresholds(self) -> tuple[float, ...]:
        return tuple(float(ndtri(below)) for below in itertools.accumulate(self.level_probabilities[:-1]))

    @property
    @override
    def width(self) -> int:
        return len(self.level_probabilities) - 1

    @override
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        above = (Z[:, :, None] > np.array(self.thresholds)).astype(np.float64)
        # Of level j: above its threshold and not above the next one.
        above[:, :, :-1] -= above[:, :, 1:]
        return above.reshape(len(Z), -1)

    @property
    @override
    def mean(self) -> Array:
        return np.array(self.level_probabilities[1:])

    @property
    @override
    def sd(self) -> Array:
        return np.sqrt(self.mean * (1.0 - self.mean))


@dataclass(frozen=True)
class DichotomisedBlock(CutBlock):
    """0/1 variables, 1 where the latent normal is in its upper tail of the given probability.

    Parameters
    ----------
    probability : float
        P(x = 1), strictly between 0 and 1.

    Raises
    ------
    ConfigError
        The probability is out of its range.
    """

    name: ClassVar[str] = "dichotomised"
    probability: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_probability("probability", self.probability)

    @property
    @override
    def level_probabilities(self) -> tuple[float, ...]:
        return 1.0 - self.probability, self.probability


@dataclass(frozen=True)
class CategoricalBlock(CutBlock):
    """Dummies of ordered levels 0, ..., k - 1 that cut the latent normal from below; level 0 has none.

    Parameters
    ----------
    probabilities : tuple of float
        P(level j), j = 0, ..., k - 1: at least two positive numbers with sum 1.

    Raises
    ------
    ConfigError
        The probabilities are not such numbers.
    """

    name: ClassVar[str] = "categorical"
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "probabilities", tuple(map(float, self.probabilities)))
        values = self.probabilities
        if len(values) < 2 or not all(0.0 < value < 1.0 for value in values) or abs(math.fsum(values) - 1.0) > 1e-9:
            raise ConfigError(bad_value("probabilities", list(values), "two or more positive numbers with sum 1"))

    @property
    @override
    def level_probabilities(self) -> tuple[float, ...]:
        return self.probabilities


for each in (NormalBlock, DichotomisedBlock, CategoricalBlock):
    BLOCKS.register(each.name, each)
