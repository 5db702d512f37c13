"""Laws with independent columns of one kind."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from simstudy.sources.designs.law import Array, ComplexArray, Design


@dataclass(frozen=True)
class Independent(Design):
    """A law with independent columns of unit variance, all of one kind; parameters as in `Design`."""

    @property
    @override
    def has_independent_columns(self) -> bool:
        return True

    @abstractmethod
    def _column_characteristic(self, t: Array) -> ComplexArray:
        """Characteristic function of one centred column."""

    @override
    def covariance(self, p: int) -> Array:
        return np.eye(p)

    @override
    def predictor_variance(self, beta: Array) -> float:
        return float(beta @ beta)

    @override
    def predictor_characteristic(self, t: Array, beta: Array) -> ComplexArray:
        product = np.ones(t.shape, dtype=np.complex128)
        for value, count in zip(*np.unique(beta[beta != 0.0], return_counts=True), strict=True):
            product *= self._column_characteristic(t * value) ** int(count)
        return product
