"""Independent standardised 0/1 covariates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from simstudy.errors import ConfigError, bad_value
from simstudy.sources.designs.independent import Independent
from simstudy.sources.designs.law import Array, ComplexArray


@dataclass(frozen=True)
class Bernoulli(Independent):
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
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        X = (rng.random((n, p)) < self.q).astype(np.float64)
        return (X - self.q) / math.sqrt(self.q * (1.0 - self.q))

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        u = 1j * t / math.sqrt(self.q * (1.0 - self.q))
        return np.asarray((1.0 - self.q) * np.exp(-self.q * u) + self.q * np.exp((1.0 - self.q) * u))
