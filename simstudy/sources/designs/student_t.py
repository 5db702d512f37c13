"""Independent Student t covariates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammainccinv, gammaincinv, gammaln
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.designs.independent import Independent
from simstudy.sources.designs.law import Array, ComplexArray

# Trapezoidal rule over the chi-square of a Student t: number of nodes and the tail probability that it leaves out.
MIXTURE_NODES = 120
NEGLIGIBLE = 1e-17


@dataclass(frozen=True)
class StudentT(Independent):
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
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        return rng.standard_t(self.df, size=(n, p)) / math.sqrt(self.df / (self.df - 2.0))

    @override
    def has_exponential_moments(self, beta: Array) -> bool:
        return not beta.any()

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
