"""Correlation of jointly normal columns: autoregressive, equicorrelated, none, or a matrix of one's own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.sources.designs.law import Array, Design

CORRELATIONS = ("ar", "equicorrelated", "identity")

#: Smallest eigenvalue of a correlation matrix that counts as positive definite.
SMALLEST_EIGENVALUE = 1e-10


@dataclass(frozen=True)
class Correlated(Design):
    """A law made of jointly normal columns, observed or latent.

    Parameters
    ----------
    rho : float
        Correlation: of neighbours ("ar": corr(z_j, z_k) = rho^|j-k|, -1 < rho < 1) or of any two columns
        ("equicorrelated": -1/(k-1) < rho < 1 for k columns); zero with "identity".
    correlation : {"ar", "equicorrelated", "identity"}
        Shape of the correlation matrix.
    mean : float
        Added to every column.
    matrix : tuple of tuples of float
        The correlation matrix itself, in place of rho and correlation.

    Raises
    ------
    ConfigError
        An unknown correlation, a rho outside its range, or a matrix that is not a positive definite correlation matrix.
    """

    rho: float = 0.0
    correlation: str = "ar"
    mean: float = 0.0
    matrix: tuple[tuple[float, ...], ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "matrix", tuple(tuple(map(float, row)) for row in self.matrix))
        if self.correlation not in CORRELATIONS:
            raise ConfigError(unknown_name("correlation", self.correlation, CORRELATIONS))
        if not -1.0 < self.rho < 1.0:
            raise ConfigError(bad_value("rho", self.rho, "strictly between -1 and 1"))
        if self.correlation == "identity" and self.rho != 0.0:
            raise ConfigError(bad_value("rho", self.rho, "0 or left out with correlation 'identity'"))
        if self.matrix:
            self._check_matrix()

    def _check_matrix(self) -> None:
        if self.rho != 0.0 or self.correlation != "ar":
            raise ConfigError(bad_value("matrix", "given", "left out where rho or correlation is given"))
        if {len(row) for row in self.matrix} != {len(self.matrix)}:
            raise ConfigError(bad_value("matrix", [list(row) for row in self.matrix], "square"))
        R = np.array(self.matrix)
        if not np.isfinite(R).all() or np.any(R != R.T) or np.any(np.diag(R) != 1.0):
            raise ConfigError(bad_value("matrix", R.tolist(), "symmetric, with ones on its diagonal"))
        smallest = float(np.linalg.eigvalsh(R)[0])
        if smallest < SMALLEST_EIGENVALUE:
            raise ConfigError(bad_value("matrix", R.tolist(), f"positive definite; an eigenvalue is {smallest:.3g}"))

    def _check_normals(self, k: int) -> None:
        """Refuse a number of normal columns that the correlation does not exist for."""
        if self.matrix and len(self.matrix) != k:
            raise ConfigError(bad_value("matrix", f"{len(self.matrix)} rows", f"{k}, one for each normal column"))
        if self.correlation == "equicorrelated" and k > 1 and self.rho <= -1.0 / (k - 1):
            raise ConfigError(bad_value("rho", self.rho, f"above -1/(p-1) = {-1.0 / (k - 1):.4g} with p = {k}"))

    def _correlation(self, columns: NDArray[np.int64]) -> Array:
        """Correlation matrix of some of the normal columns."""
        if self.matrix:
            return np.array(self.matrix)[np.ix_(columns, columns)]
        if self.correlation == "ar":
            return np.asarray(self.rho ** np.abs(columns[:, None] - columns[None, :]), dtype=np.float64)
        return self.rho + (1.0 - self.rho) * np.eye(len(columns))

    def _normals(self, n: int, k: int, rng: np.random.Generator) -> Array:
        """Draw n rows of the k normal columns."""
        if self.rho == 0.0 and not self.matrix:
            return rng.standard_normal((n, k))
        if self.correlation == "ar" and not self.matrix:
            return _autoregressive(self.rho, n, k, rng)
        if self.rho > 0.0:
            common = rng.standard_normal((n, 1))
            return math.sqrt(self.rho) * common + math.sqrt(1.0 - self.rho) * rng.standard_normal((n, k))
        return rng.standard_normal((n, k)) @ np.linalg.cholesky(self._correlation(np.arange(k))).T


def _autoregressive(rho: float, n: int, p: int, rng: np.random.Generator) -> Array:
    """Stationary AR(1) rows in O(n p): x_j = rho x_(j-1) + sqrt(1 - rho^2) z_j."""
    # Column by column, which is faster where each lies in one piece.
    columns = np.ascontiguousarray(rng.standard_normal((n, p)).T)
    columns[1:] *= math.sqrt(1.0 - rho * rho)
    for j in range(1, p):
        columns[j] += rho * columns[j - 1]
    return np.ascontiguousarray(columns.T)
