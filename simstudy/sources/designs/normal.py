"""Jointly normal covariates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from simstudy.sources.designs.correlation import Correlated
from simstudy.sources.designs.law import Array, ComplexArray


@dataclass(frozen=True)
class Normal(Correlated):
    """Jointly normal covariates with unit variance; parameters as in `Correlated` and `Design`."""

    name: ClassVar[str] = "normal"

    @property
    @override
    def is_normal(self) -> bool:
        return True

    @override
    def check_columns(self, p: int) -> None:
        super().check_columns(p)
        self._check_normals(p)

    @override
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        return self._normals(n, p, rng)

    @override
    def covariance(self, p: int) -> Array:
        return self._correlation(np.arange(p))

    @override
    def predictor_variance(self, beta: Array) -> float:
        support = np.flatnonzero(beta)
        return float(beta[support] @ self._correlation(support) @ beta[support])

    @override
    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        u = t * math.sqrt(self.predictor_variance(beta))
        return np.exp(-0.5 * u * u).astype(np.complex128)
