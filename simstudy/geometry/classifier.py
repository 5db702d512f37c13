"""A linear classifier w'x + b next to labelled data, checked once for every function of this folder."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.families.labels import both_signs

Array = NDArray[np.float64]

#: Norm of an attack -> order of the dual norm, in which the normal w is measured (G9).
DUAL = {2.0: 2.0, np.inf: 1.0}


class Classified(NamedTuple):
    """Normal w (p,), bias b, data X (n, p) and their labels y (n,) in {-1, +1}."""

    w: Array
    b: float
    X: Array
    y: Array


def direction(w: ArrayLike, b: float, X: ArrayLike) -> tuple[Array, float, Array]:
    """Checked w (p,), b and X (n, p).

    Raises
    ------
    InputError
        A shape disagrees, a value is not finite, or w = 0, which has no boundary.
    """
    w, b, X = np.asarray(w, dtype=float), float(b), np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[0] < 1:
        raise InputError(bad_value("X.shape", X.shape, "(n, p) with n >= 1"))
    if w.shape != (X.shape[1],):
        raise InputError(bad_value("w.shape", w.shape, f"({X.shape[1]},), the number of columns of X"))
    for name, values in (("w", w), ("b", np.array(b)), ("X", X)):
        if not np.isfinite(values).all():
            raise InputError(bad_value(name, "an array with NaN or infinite entries", "finite"))
    if not w.any():
        raise InputError(bad_value("w", "zero", "another vector: w = 0 has no boundary and no direction"))
    return w, b, X


def classified(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike) -> Classified:
    """Checked classifier and labelled data.

    Raises
    ------
    InputError
        As `direction`; y is not (n,), has labels of more than two classes, or has one class only.
    """
    w, b, X = direction(w, b, X)
    labels = both_signs(y)
    if labels.shape != (X.shape[0],):
        raise InputError(bad_value("y.shape", labels.shape, f"({X.shape[0]},), the number of rows of X"))
    return Classified(w, b, X, labels)


def dual_norm(w: Array, norm: float) -> float:
    """Norm of w that turns w'x + b into a distance in the norm of an attack: l_2 for 2, l_1 for infinity (G9).

    Raises
    ------
    InputError
        The norm is neither 2 nor infinity.
    """
    try:
        order = DUAL[float(norm)]
    except (KeyError, TypeError, ValueError):
        raise InputError(bad_value("norm", norm, "2 or inf")) from None
    return float(np.linalg.norm(w, order))


def unit(vector: Array) -> Array:
    """Vector divided by its length; scaled first, since the square of a tiny entry underflows."""
    scaled = vector / np.abs(vector).max()
    return np.asarray(scaled / np.linalg.norm(scaled))
