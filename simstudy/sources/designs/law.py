"""What a covariate law is: independent rows, the law of a linear predictor, and how columns are standardised.

A law draws the covariates and also knows the distribution of a linear predictor x'beta through its characteristic
function, so that expectations over it (a prevalence, say) need no simulation.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.registry import Registry

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

#: none: as the law gives them; law: by their mean and standard deviation in the law; sample: by those of the data set.
STANDARDISE = ("none", "law", "sample")


@dataclass(frozen=True)
class Design(ABC):
    """A covariate law: independent rows of p columns.

    Parameters
    ----------
    standardise : {"none", "law", "sample"}
        Whether columns are centred and divided by their standard deviation (divisor n) before the mean is added: not
        at all, by the law's, or by the data set's own. A column that is constant in the data set becomes zero.
    fixed : bool
        Whether all replicates of a scenario have the same X, drawn once from a stream of its own.

    Attributes
    ----------
    name : str
        Name of the law in study files, under the key ``law``.
    mean : float
        Added to every column.
    """

    name: ClassVar[str]
    standardise: str = field(default="none", kw_only=True)
    fixed: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ConfigError(bad_value("mean", self.mean, "a finite number"))
        if self.standardise not in STANDARDISE:
            raise ConfigError(unknown_name("standardise", self.standardise, STANDARDISE))

    @property
    def is_normal(self) -> bool:
        """Whether rows are jointly normal."""
        return False

    @property
    def has_independent_columns(self) -> bool:
        """Whether the columns of a row are independent of each other."""
        return False

    # A field of each law, which comes after those of its own when they are given by position.
    @property
    @abstractmethod
    def mean(self) -> float:
        """Added to every column."""

    @abstractmethod
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        """Covariates before they are standardised in the sample and the mean is added."""

    def check_columns(self, p: int) -> None:
        """Refuse a number of columns that the law does not exist for.

        Raises
        ------
        ConfigError
            There is no column, or the law's own parameters do not allow p of them.
        """
        if p < 1:
            raise ConfigError(bad_value("p", p, "at least 1"))

    def sample(self, n: int, p: int, rng: np.random.Generator) -> Array:
        """Draw covariates.

        Parameters
        ----------
        n, p : int
            Numbers of rows and columns.
        rng : numpy.random.Generator
            Source of the draws; same state, same covariates.

        Returns
        -------
        (n, p) array, C-contiguous

        Raises
        ------
        ConfigError
            The law does not exist for p columns.
        """
        self.check_columns(p)
        X = self._draw(n, p, rng)
        if self.standardise == "sample":
            X = _standardised(X)
        return X + self.mean if self.mean else X

    def means(self, p: int) -> Array:
        """Means (p,) of the columns."""
        return np.full(p, self.mean)

    @abstractmethod
    def covariance(self, p: int) -> Array:
        """Covariance matrix (p, p) of a row; with standardise = "sample" that of the law."""

    def predictor_mean(self, beta: tuple[float, ...]) -> float:
        """Mean of x'beta for coefficients (p,)."""
        return self.mean * math.fsum(beta)

    @abstractmethod
    def predictor_variance(self, beta: Array) -> float:
        """Variance of x'beta for coefficients (p,)."""

    def predictor_obstacle(self, beta: Array) -> str | None:  # noqa: ARG002
        """Why the law of x'beta is not known in closed form, as a clause; None where it is.

        Parameters
        ----------
        beta : (p,) array
        """
        if self.standardise == "sample":
            return "columns standardised in the sample have dependent rows (standardise = 'law' has not)"
        return None

    def has_exponential_moments(self, beta: Array) -> bool:  # noqa: ARG002
        """Whether E exp(x'beta) is finite for coefficients (p,), as a log link needs."""
        return True

    @abstractmethod
    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        """Characteristic function E[exp(i t (x'beta - E x'beta))] at every t.

        Parameters
        ----------
        t : (m,) array
            Arguments.
        beta : (p,) array
            Coefficients without an obstacle (`predictor_obstacle`).

        Returns
        -------
        (m,) complex array
        """


def _standardised(X: Array) -> Array:
    centred = X - X.mean(axis=0)
    sd = np.sqrt((centred**2).mean(axis=0))
    # A constant column's centred values are rounding errors, which must not be blown up.
    constant = np.ptp(X, axis=0) == 0.0
    return np.where(constant, 0.0, centred / np.where(constant, 1.0, sd))


#: Covariate laws by their name in study files.
DESIGNS: Registry[type[Design]] = Registry("covariate law")
