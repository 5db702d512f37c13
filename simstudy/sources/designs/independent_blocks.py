"""Blocks of variables that are independent of all others."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from simstudy.sources.designs.bernoulli import Bernoulli
from simstudy.sources.designs.block import BLOCKS, Block, check_probability
from simstudy.sources.designs.independent import Independent
from simstudy.sources.designs.law import Array
from simstudy.sources.designs.rademacher import Rademacher
from simstudy.sources.designs.student_t import StudentT


@dataclass(frozen=True)
class IndependentBlock(Block):
    """Independent variables: a standardised law, moved and stretched to its raw form."""

    latents: ClassVar[int] = 0

    @property
    @abstractmethod
    def law(self) -> Independent:
        """The law with mean zero and unit variance."""

    @property
    @override
    def mean(self) -> Array:
        return np.zeros(1)

    @property
    @override
    def sd(self) -> Array:
        return np.ones(1)

    @override
    def has_exponential_moments(self, beta: Array) -> bool:
        return self.law.has_exponential_moments(beta)


@dataclass(frozen=True)
class BernoulliBlock(IndependentBlock):
    """Independent 0/1 variables.

    Parameters
    ----------
    probability : float
        P(x = 1), strictly between 0 and 1.

    Raises
    ------
    ConfigError
        The probability is out of its range.
    """

    name: ClassVar[str] = "bernoulli"
    probability: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_probability("probability", self.probability)

    @property
    @override
    def law(self) -> Independent:
        return Bernoulli(self.probability)

    @override
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        return (rng.random((len(Z), k)) < self.probability).astype(np.float64)

    @property
    @override
    def mean(self) -> Array:
        return np.array([self.probability])

    @property
    @override
    def sd(self) -> Array:
        return np.sqrt(self.mean * (1.0 - self.mean))


@dataclass(frozen=True)
class RademacherBlock(IndependentBlock):
    """Independent signs, -1 or 1 with probability one half."""

    name: ClassVar[str] = "rademacher"

    @property
    @override
    def law(self) -> Independent:
        return Rademacher()

    @override
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        return rng.choice((-1.0, 1.0), size=(len(Z), k))


@dataclass(frozen=True)
class StudentTBlock(IndependentBlock):
    """Independent Student t variables, not divided by their standard deviation sqrt(df / (df - 2)).

    Parameters
    ----------
    df : float
        Degrees of freedom, above 2 so that the variance exists.

    Raises
    ------
    ConfigError
        df is not above 2 and finite.
    """

    name: ClassVar[str] = "student_t"
    df: float

    def __post_init__(self) -> None:
        super().__post_init__()
        StudentT(self.df)

    @property
    @override
    def law(self) -> Independent:
        return StudentT(self.df)

    @override
    def draw(self, k: int, Z: Array, rng: np.random.Generator) -> Array:
        return rng.standard_t(self.df, size=(len(Z), k))

    @property
    @override
    def sd(self) -> Array:
        return np.array([math.sqrt(self.df / (self.df - 2.0))])


for each in (BernoulliBlock, RademacherBlock, StudentTBlock):
    BLOCKS.register(each.name, each)
