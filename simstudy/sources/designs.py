"""Covariate laws. Every column has unit variance; an optional mean is added to all of them.

A law draws the covariates and also knows the distribution of a linear predictor x'beta through its characteristic
function, so that expectations over it (a prevalence, say) need no simulation.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, gammaln
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value, unknown_name

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

CORRELATIONS = ("ar", "equicorrelated", "identity")

# Trapezoidal rule over the chi-square of a Student t: number of nodes and the tail probability that it leaves out.
MIXTURE_NODES = 120
NEGLIGIBLE = 1e-17


class Design(ABC):
    """A covariate law: independent rows, columns with unit variance and a common mean.

    The methods given here are those of independent columns; a law with dependent ones overrides them.

    Attributes
    ----------
    name : str
        Name of the law in study files.
    is_normal : bool
        Whether rows are jointly normal, so that x'beta is.
    mean : float
        Mean of every column.
    """

    name: ClassVar[str]
    is_normal: ClassVar[bool] = False
    mean: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ConfigError(bad_value("mean", self.mean, "a finite number"))

    @abstractmethod
    def _centred(self, n: int, p: int, rng: np.random.Generator) -> Array:
        """Covariates before the mean is added."""

    @abstractmethod
    def _column_characteristic(self, t: Array) -> ComplexArray:
        """Characteristic function of one centred column."""

    def check_columns(self, p: int) -> None:
        """Refuse a number of columns that the law does not exist for.

        Raises
        ------
        ConfigError
            There is no column, or an equicorrelated law has a correlation of -1/(p-1) or less.
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
        X = self._centred(n, p, rng)
        return X + self.mean if self.mean else X

    def covariance(self, p: int) -> Array:
        """Covariance matrix (p, p) of a row, which is its correlation matrix."""
        return np.eye(p)

    def predictor_variance(self, beta: Array) -> float:
        """Variance of x'beta for coefficients (p,)."""
        return float(beta @ beta)

    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        """Characteristic function E[exp(i t (x'beta - E x'beta))] at every t.

        Parameters
        ----------
        t : (m,) array
            Arguments.
        beta : (p,) array
            Coefficients.

        Returns
        -------
        (m,) complex array
        """
        product = np.ones(t.shape, dtype=np.complex128)
        for value, count in zip(*np.unique(beta[beta != 0.0], return_counts=True), strict=True):
            product *= self._column_characteristic(t * value) ** int(count)
        return product


@dataclass(frozen=True)
class Normal(Design):
    """Jointly normal covariates.

    Parameters
    ----------
    rho : float
        Correlation: of neighbours ("ar": corr(x_j, x_k) = rho^|j-k|, -1 < rho < 1) or of any two columns
        ("equicorrelated": -1/(p-1) < rho < 1); zero with "identity".
    correlation : {"ar", "equicorrelated", "identity"}
        Shape of the correlation matrix.
    mean : float
        Mean of every column.

    Raises
    ------
    ConfigError
        An unknown correlation, or a rho outside its range.
    """

    name: ClassVar[str] = "normal"
    is_normal: ClassVar[bool] = True
    rho: float = 0.0
    correlation: str = "ar"
    mean: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.correlation not in CORRELATIONS:
            raise ConfigError(unknown_name("correlation", self.correlation, CORRELATIONS))
        if not -1.0 < self.rho < 1.0:
            raise ConfigError(bad_value("rho", self.rho, "strictly between -1 and 1"))
        if self.correlation == "identity" and self.rho != 0.0:
            raise ConfigError(bad_value("rho", self.rho, "0 or left out with correlation 'identity'"))

    @override
    def check_columns(self, p: int) -> None:
        super().check_columns(p)
        if self.correlation == "equicorrelated" and p > 1 and self.rho <= -1.0 / (p - 1):
            raise ConfigError(bad_value("rho", self.rho, f"above -1/(p-1) = {-1.0 / (p - 1):.4g} with p = {p}"))

    @override
    def _centred(self, n: int, p: int, rng: np.random.Generator) -> Array:
        if self.rho == 0.0:
            return rng.standard_normal((n, p))
        if self.correlation == "ar":
            return _autoregressive(self.rho, n, p, rng)
        if self.rho > 0.0:
            common = rng.standard_normal((n, 1))
            return math.sqrt(self.rho) * common + math.sqrt(1.0 - self.rho) * rng.standard_normal((n, p))
        return rng.standard_normal((n, p)) @ np.linalg.cholesky(self.covariance(p)).T

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        return np.exp(-0.5 * t * t).astype(np.complex128)

    @override
    def covariance(self, p: int) -> Array:
        return self._correlation(np.arange(p))

    def _correlation(self, columns: NDArray[np.int64]) -> Array:
        if self.correlation == "ar":
            return np.asarray(self.rho ** np.abs(columns[:, None] - columns[None, :]), dtype=np.float64)
        return self.rho + (1.0 - self.rho) * np.eye(len(columns))

    @override
    def predictor_variance(self, beta: Array) -> float:
        support = np.flatnonzero(beta)
        return float(beta[support] @ self._correlation(support) @ beta[support])

    @override
    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        return self._column_characteristic(t * math.sqrt(self.predictor_variance(beta)))


def _autoregressive(rho: float, n: int, p: int, rng: np.random.Generator) -> Array:
    """Stationary AR(1) rows in O(n p): x_j = rho x_(j-1) + sqrt(1 - rho^2) z_j."""
    X = rng.standard_normal((n, p))
    X[:, 1:] *= math.sqrt(1.0 - rho * rho)
    for j in range(1, p):
        X[:, j] += rho * X[:, j - 1]
    return X


@dataclass(frozen=True)
class Rademacher(Design):
    """Independent signs, -1 or 1 with probability one half, plus the mean."""

    name: ClassVar[str] = "rademacher"
    mean: float = 0.0

    @override
    def _centred(self, n: int, p: int, rng: np.random.Generator) -> Array:
        return rng.choice((-1.0, 1.0), size=(n, p))

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        return np.cos(t).astype(np.complex128)


@dataclass(frozen=True)
class Bernoulli(Design):
    """Independent standardised 0/1 covariates, (B - q) / sqrt(q (1 - q)), plus the mean.

    Parameters
    ----------
    q : float
        P(B = 1), strictly between 0 and 1.
    mean : float
        Mean of every column.

    Raises
    ------
    ConfigError
        q is not a probability strictly between 0 and 1.
    """

    name: ClassVar[str] = "bernoulli"
    q: float = 0.5
    mean: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.q < 1.0:
            raise ConfigError(bad_value("q", self.q, "strictly between 0 and 1"))

    @override
    def _centred(self, n: int, p: int, rng: np.random.Generator) -> Array:
        X = (rng.random((n, p)) < self.q).astype(np.float64)
        return (X - self.q) / math.sqrt(self.q * (1.0 - self.q))

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        u = 1j * t / math.sqrt(self.q * (1.0 - self.q))
        return np.asarray((1.0 - self.q) * np.exp(-self.q * u) + self.q * np.exp((1.0 - self.q) * u))


@dataclass(frozen=True)
class StudentT(Design):
    """Independent Student t covariates divided by their standard deviation, plus the mean.

    Parameters
    ----------
    df : float
        Degrees of freedom, above 2 so that the variance exists.
    mean : float
        Mean of every column.

    Raises
    ------
    ConfigError
        df is not above 2 and finite.
    """

    name: ClassVar[str] = "student_t"
    df: float
    mean: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2.0 < self.df < math.inf:
            raise ConfigError(bad_value("df", self.df, "finite and above 2, so that the variance exists"))

    @override
    def _centred(self, n: int, p: int, rng: np.random.Generator) -> Array:
        return rng.standard_t(self.df, size=(n, p)) / math.sqrt(self.df / (self.df - 2.0))

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        # A Student t is normal given its chi-square, and the trapezoidal rule over the logarithm of that converges
        # geometrically.
        shape = 0.5 * self.df
        lowest = math.log(gammaincinv(shape, NEGLIGIBLE))
        highest = math.log(gammainccinv(shape, NEGLIGIBLE))
        log_g = np.linspace(lowest, highest, MIXTURE_NODES)
        weights = np.exp(shape * log_g - np.exp(log_g) - gammaln(shape)) * (log_g[1] - log_g[0])
        characteristic = np.zeros(t.shape, dtype=np.complex128)
        for weight, variance in zip(weights, (shape - 1.0) / np.exp(log_g), strict=True):
            characteristic += weight * np.exp(-0.5 * variance * t * t)
        return characteristic


#: Name of a law in study files -> its class.
DESIGNS: dict[str, type[Design]] = {each.name: each for each in (Normal, Rademacher, Bernoulli, StudentT)}
