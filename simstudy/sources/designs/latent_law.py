"""Law of a sum of functions of correlated latent normals, each of them linear or a step function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import ndtr

from simstudy.sources.designs.cut_normal import cut_characteristic, exceedance_covariance, same_exceedance_covariance
from simstudy.sources.designs.law import Array, ComplexArray


@dataclass(frozen=True)
class LatentVariable:
    """A function of one latent normal z.

    Attributes
    ----------
    latent : int
        Which of the latent normals.
    coefficients : tuple of float
        Of z itself, or of the levels 1, 2, ... that the thresholds make.
    thresholds : tuple of float
        Increasing; none for z itself.
    """

    latent: int
    coefficients: tuple[float, ...]
    thresholds: tuple[float, ...]


@dataclass(frozen=True)
class LatentLaw:
    """Law of the sum of the functions.

    Attributes
    ----------
    variables : list of LatentVariable
    R : (k, k) array
        Correlation matrix of their latent normals.
    """

    variables: list[LatentVariable]
    R: Array

    def covariance(self) -> Array:
        """Covariance matrix of all columns, whatever their coefficients: z, or the indicators of levels 1, 2, ..."""
        owner = np.array([k for k, v in enumerate(self.variables) for _ in v.coefficients], dtype=np.int64)
        # Minus infinity stands for z itself, which is not cut.
        a = np.array([cut for v in self.variables for cut in v.thresholds or (-np.inf,)])
        is_cut = np.isfinite(a)
        a = np.where(is_cut, a, 0.0)
        R = self.R[np.ix_(owner, owner)]
        one, other = np.meshgrid(a, a, indexing="ij")
        same = owner[:, None] == owner[None, :]
        both = exceedance_covariance(one, other, np.where(same, 0.0, R))
        both = np.where(same, same_exceedance_covariance(one, other), both)
        # Cov(z, 1(z' > a)) is the correlation times the density at a.
        factor = np.where(is_cut, np.exp(-0.5 * a * a) / np.sqrt(2.0 * np.pi), 1.0)
        C = np.where(is_cut[:, None] & is_cut[None, :], both, R * np.outer(factor, factor))
        # Level j of a variable: above its threshold and not above the next one.
        level = np.eye(len(a))
        level[:-1, 1:] -= np.diag(owner[:-1] == owner[1:])
        return np.asarray(level @ C @ level.T)

    def variance(self) -> float:
        """Variance of the sum."""
        coefficients = np.array([value for v in self.variables for value in v.coefficients])
        return float(coefficients @ self.covariance() @ coefficients)

    def _components(self) -> Iterator[NDArray[np.int64]]:
        """Groups of variables whose latent normals are independent of those of other groups."""
        if self.variables:
            count, group = scipy.sparse.csgraph.connected_components(self.R != 0.0, directed=False)
            for k in range(count):
                yield np.flatnonzero(group == k)

    def has_joint_cuts(self) -> bool:
        """Whether two step functions are correlated, so that there is no closed characteristic function."""
        return any(sum(bool(self.variables[k].thresholds) for k in group) > 1 for group in self._components())

    def characteristic(self, t: Array) -> ComplexArray:
        """Characteristic function of the centred sum at every t (m,), where it `has_joint_cuts` not."""
        product = np.ones(t.shape, dtype=np.complex128)
        for group in self._components():
            cut = [k for k in group if self.variables[k].thresholds]
            linear = np.array([k for k in group if not self.variables[k].thresholds], dtype=np.int64)
            a = np.array([self.variables[k].coefficients[0] for k in linear])
            variance = float(a @ self.R[np.ix_(linear, linear)] @ a)
            for k in cut:
                # Given the cut normal z, the linear part is normal with mean slope * z.
                slope = float(a @ self.R[linear, k])
                variance -= slope * slope
                product *= _step_characteristic(t, slope, self.variables[k])
            product *= np.exp(-0.5 * variance * t * t)
        return product


def _step_characteristic(t: Array, slope: float, variable: LatentVariable) -> ComplexArray:
    """Of the centred slope * z + step function of z."""
    thresholds = np.array(variable.thresholds)
    values = np.array((0.0, *variable.coefficients))
    mean = float(ndtr(-thresholds) @ np.diff(values))
    centring: ComplexArray = np.exp(-1j * t * mean)
    return centring * cut_characteristic(t, slope, values, thresholds)
