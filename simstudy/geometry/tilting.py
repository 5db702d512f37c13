"""The angle between a boundary and that of the nearest-centroid classifier, and the plane of both (G5, G6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.geometry.classifier import classified, unit

Array = NDArray[np.float64]

#: Sine of the tilting angle below which w counts as parallel to the centroids' difference: rounding decides the rest.
PARALLEL = 1e-12


class TiltingPlane(NamedTuple):
    """Orthonormal basis (z, n) of the plane of w and the centroids' difference, each (p,) (G6)."""

    z: Array
    n: Array

    def coordinates(self, X: ArrayLike) -> Array:
        """Coordinates (n, 2) of data (n, p) projected into the plane."""
        return np.asarray(X, dtype=float) @ np.column_stack(self)


def centroid_difference(X: Array, y: Array) -> Array:
    """Difference j - i (p,) of the centroids of the classes y = +1 and y = -1 (G5).

    Raises
    ------
    InputError
        The centroids are identical: the difference has no direction.
    """
    difference = X[y > 0.0].mean(axis=0) - X[y < 0.0].mean(axis=0)
    if np.linalg.norm(difference) <= 1e-14 * max(1.0, float(np.abs(X).max())):
        raise InputError(bad_value("X", "two classes with the same centroid", "data whose classes differ in mean (G5)"))
    return np.asarray(difference)


def tilting_angle(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike) -> float:
    """Angle theta between w and the difference j - i of the classes' centroids (G5).

    Parameters
    ----------
    w, b, X, y
        As in `distances`; b makes no difference.

    Returns
    -------
    float
        Radians in [0, pi]; zero for the nearest-centroid classifier.

    Raises
    ------
    InputError
        As `distances`, and identical centroids, where theta is undefined.
    """
    w, b, X, y = classified(w, b, X, y)
    z_hat, w_hat = unit(centroid_difference(X, y)), unit(w)
    along = float(z_hat @ w_hat)
    # The arc cosine alone loses half of the digits near 0 and pi.
    return float(np.arctan2(np.linalg.norm(w_hat - along * z_hat), along))


def tilting_plane(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike) -> TiltingPlane:
    """Orthonormal basis (z_hat, n_hat) of the tilting plane: n_hat is from w by Gram-Schmidt (G6).

    Parameters
    ----------
    w, b, X, y
        As in `distances`; b makes no difference.

    Returns
    -------
    TiltingPlane
        w lies in the plane, with a positive component along n. n is NaN where w is parallel to the centroids'
        difference, so that there is no plane (theta = 0 or pi).

    Raises
    ------
    InputError
        As `tilting_angle`.
    """
    w, b, X, y = classified(w, b, X, y)
    z_hat, w_hat = unit(centroid_difference(X, y)), unit(w)
    across = w_hat - (z_hat @ w_hat) * z_hat
    if np.linalg.norm(across) <= PARALLEL:
        return TiltingPlane(z_hat, np.full_like(z_hat, np.nan))
    n_hat = unit(across)
    # A second pass removes what rounding has left along z_hat where theta is small.
    return TiltingPlane(z_hat, unit(n_hat - (z_hat @ n_hat) * z_hat))
