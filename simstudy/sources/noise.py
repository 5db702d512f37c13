"""Laws of the errors of a gaussian response: y = eta + sigma e, with e as each law says.

Each law answers what the theory asks of e: mean, variance, and E sign(e - c), E|e - c| and the density at any c.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv, gammaln, ndtr, stdtr, xlogy
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.registry import Registry

Array = NDArray[np.float64]

CENTRES = ("mean", "median")


class ErrorLaw(ABC):
    """Law of e, the error divided by sigma.

    Attributes
    ----------
    name : str
        Name of the law in study files, under the key ``law`` of a scenario's errors.
    """

    name: ClassVar[str]

    @abstractmethod
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Independent draws of e."""

    @property
    def mean(self) -> float:
        """E e, zero unless a law says otherwise; NaN where it does not exist."""
        return 0.0

    @property
    @abstractmethod
    def variance(self) -> float:
        """Var e; infinite where it does not exist."""

    @abstractmethod
    def mean_sign(self, c: Array) -> Array:
        """E sign(e - c), elementwise."""

    @abstractmethod
    def mean_abs(self, c: Array) -> Array:
        """E|e - c|, elementwise; infinite where it does not exist."""

    @abstractmethod
    def density(self, c: Array) -> Array:
        """Density of e at c, elementwise."""


def _normal_density(c: Array) -> Array:
    return np.exp(-0.5 * c * c) / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class NormalErrors(ErrorLaw):
    """Standard normal e: sigma is the errors' standard deviation."""

    name: ClassVar[str] = "normal"

    @override
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.standard_normal(shape)

    @property
    @override
    def variance(self) -> float:
        return 1.0

    @override
    def mean_sign(self, c: Array) -> Array:
        return 1.0 - 2.0 * np.asarray(ndtr(c))

    @override
    def mean_abs(self, c: Array) -> Array:
        return 2.0 * _normal_density(c) - c * self.mean_sign(c)

    @override
    def density(self, c: Array) -> Array:
        return _normal_density(c)


@dataclass(frozen=True)
class StudentTErrors(ErrorLaw):
    """Student t e, not divided by its standard deviation: sigma^2 is the errors' variance times (df - 2) / df.

    Parameters
    ----------
    df : float
        Degrees of freedom, positive; the variance is finite above 2, the mean above 1.

    Raises
    ------
    ConfigError
        df is not positive and finite.
    """

    name: ClassVar[str] = "t"
    df: float

    def __post_init__(self) -> None:
        if not 0.0 < self.df < math.inf:
            raise ConfigError(bad_value("df", self.df, "a finite positive number"))

    @override
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.standard_t(self.df, size=shape)

    @property
    @override
    def mean(self) -> float:
        return 0.0 if self.df > 1.0 else math.nan

    @property
    @override
    def variance(self) -> float:
        return self.df / (self.df - 2.0) if self.df > 2.0 else math.inf

    @override
    def mean_sign(self, c: Array) -> Array:
        return 1.0 - 2.0 * np.asarray(stdtr(self.df, c), dtype=np.float64)

    @override
    def mean_abs(self, c: Array) -> Array:
        if self.df <= 1.0:
            return np.full_like(c, math.inf)
        # The density's derivative is -(df + 1) z / (df + z^2) times it, so that its tail mean is in closed form.
        return np.asarray(2.0 * self.density(c) * (self.df + c * c) / (self.df - 1.0) - c * self.mean_sign(c))

    @override
    def density(self, c: Array) -> Array:
        constant = float(gammaln(0.5 * (self.df + 1.0)) - gammaln(0.5 * self.df)) - 0.5 * math.log(math.pi * self.df)
        return np.asarray(np.exp(constant - 0.5 * (self.df + 1.0) * np.log1p(c * c / self.df)))


@dataclass(frozen=True)
class ContaminatedErrors(ErrorLaw):
    """Standard normal e, of which a share is multiplied: sigma is the standard deviation of the others.

    Parameters
    ----------
    share : float
        Probability of a contaminated error, strictly between 0 and 1.
    ratio : float
        Standard deviation of the contaminated errors divided by that of the others, positive.

    Raises
    ------
    ConfigError
        A value is out of its range.
    """

    name: ClassVar[str] = "contaminated"
    share: float = 0.1
    ratio: float = 5.0

    def __post_init__(self) -> None:
        if not 0.0 < self.share < 1.0:
            raise ConfigError(bad_value("share", self.share, "strictly between 0 and 1"))
        if not 0.0 < self.ratio < math.inf:
            raise ConfigError(bad_value("ratio", self.ratio, "a finite positive number"))

    @override
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        contaminated = rng.random(shape) < self.share
        return rng.standard_normal(shape) * np.where(contaminated, self.ratio, 1.0)

    @property
    @override
    def variance(self) -> float:
        return 1.0 + self.share * (self.ratio**2 - 1.0)

    def _mixed(self, clean: Array, contaminated: Array) -> Array:
        return (1.0 - self.share) * clean + self.share * contaminated

    @override
    def mean_sign(self, c: Array) -> Array:
        normal = NormalErrors()
        return self._mixed(normal.mean_sign(c), normal.mean_sign(c / self.ratio))

    @override
    def mean_abs(self, c: Array) -> Array:
        normal = NormalErrors()
        return self._mixed(normal.mean_abs(c), self.ratio * normal.mean_abs(c / self.ratio))

    @override
    def density(self, c: Array) -> Array:
        return self._mixed(_normal_density(c), _normal_density(c / self.ratio) / self.ratio)


@dataclass(frozen=True)
class SkewedErrors(ErrorLaw):
    """Gamma e, shifted: sigma is the errors' standard deviation.

    Parameters
    ----------
    skewness : float
        E(e - E e)^3, not zero: 2 is a shifted exponential, a negative one its mirror image. The shape is 4/skewness^2.
    centre : {"mean", "median"}
        Which of the two is zero. With the median the intercept of the model is not that of the mean of y.

    Raises
    ------
    ConfigError
        A value is out of its range.
    """

    name: ClassVar[str] = "skewed"
    skewness: float = 2.0
    centre: str = "mean"

    def __post_init__(self) -> None:
        if not math.isfinite(self.skewness) or self.skewness == 0.0:
            raise ConfigError(bad_value("skewness", self.skewness, "finite and not zero"))
        if self.centre not in CENTRES:
            raise ConfigError(unknown_name("centre", self.centre, CENTRES))

    @property
    def _shape(self) -> float:
        return 4.0 / self.skewness**2

    @property
    def _origin(self) -> float:
        """Value of the gamma variable where e is zero."""
        return self._shape if self.centre == "mean" else float(gammaincinv(self._shape, 0.5))

    @property
    def _direction(self) -> float:
        return math.copysign(1.0, self.skewness)

    @override
    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self._direction * (rng.standard_gamma(self._shape, size=shape) - self._origin) / math.sqrt(self._shape)

    @property
    @override
    def mean(self) -> float:
        return self._direction * (self._shape - self._origin) / math.sqrt(self._shape)

    @property
    @override
    def variance(self) -> float:
        return 1.0

    def _gamma(self, c: Array) -> Array:
        """Value of the gamma variable where e is c."""
        return self._origin + math.sqrt(self._shape) * self._direction * c

    @override
    def mean_sign(self, c: Array) -> Array:
        below = np.asarray(gammainc(self._shape, np.maximum(self._gamma(c), 0.0)))
        return np.asarray(self._direction * (1.0 - 2.0 * below))

    @override
    def mean_abs(self, c: Array) -> Array:
        # g times the gamma density is the density of shape + 1, times the shape.
        g = self._gamma(c)
        below = np.asarray(gammainc(self._shape, np.maximum(g, 0.0)))
        next_below = np.asarray(gammainc(self._shape + 1.0, np.maximum(g, 0.0)))
        total = g * (2.0 * below - 1.0) + self._shape * (1.0 - 2.0 * next_below)
        return np.asarray(total / math.sqrt(self._shape))

    @override
    def density(self, c: Array) -> Array:
        g = np.maximum(self._gamma(c), 0.0)
        logarithm = xlogy(self._shape - 1.0, g) - g - gammaln(self._shape)
        return math.sqrt(self._shape) * np.where(self._gamma(c) < 0.0, 0.0, np.exp(logarithm))


#: Error laws by their name in study files.
ERRORS: Registry[type[ErrorLaw]] = Registry("error law")
for each in (NormalErrors, StudentTErrors, ContaminatedErrors, SkewedErrors):
    ERRORS.register(each.name, each)
