"""Distances to a linear boundary, mirror images and robust accuracy (G1, G3, G4, G9)."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.geometry.classifier import classified, direction, dual_norm, unit

Array = NDArray[np.float64]


def distances(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, norm: float = 2) -> Array:
    """Signed distances y d(x) of data to the boundary w'x + b = 0, positive on the right side (G1, G9).

    Parameters
    ----------
    w : (p,) array
        Normal of the boundary; not zero.
    b : float
        Bias.
    X : (n, p) array
        Data.
    y : (n,) array
        Labels in {0, 1} or {-1, 1}, both of them present.
    norm : {2, inf}
        Norm of the distance: y(w'x + b)/||w||_2, or y(w'x + b)/||w||_1 in l_inf.

    Returns
    -------
    (n,) array
        In the units of X.

    Raises
    ------
    InputError
        w = 0, shapes that disagree, values that are not finite, labels not of two classes, another norm.
    """
    w, b, X, y = classified(w, b, X, y)
    # Scaled first: the square of a tiny entry of w underflows.
    size = np.abs(w).max()
    return np.asarray(y * (X @ (w / size) + b / size) / dual_norm(w / size, norm))


def adversarial_distance(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, norm: float = 2) -> float:
    """Mean signed distance d_adv = (1/n) sum y d (G4); on balanced classes ½ ||j - i|| cos(theta) (G5).

    Parameters
    ----------
    w, b, X, y, norm
        As in `distances`.

    Returns
    -------
    float
        In the units of X.

    Raises
    ------
    InputError
        As `distances`.
    """
    return float(distances(w, b, X, y, norm).mean())


def error_distance(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, norm: float = 2) -> float:
    """Mean distance by which data lie on the wrong side, d_err = (1/n) sum of (-y d) over misclassified data (G3).

    Parameters
    ----------
    w, b, X, y, norm
        As in `distances`.

    Returns
    -------
    float
        In the units of X; zero where nothing is misclassified.

    Raises
    ------
    InputError
        As `distances`.
    """
    return float(np.maximum(0.0, -distances(w, b, X, y, norm)).mean())


def project(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike | None = None) -> Array:
    """Nearest points of the boundary, x_p = x - d(x) w_hat (G1).

    Parameters
    ----------
    w, b, X, y
        As in `distances`; labels make no difference and are checked only.

    Returns
    -------
    (n, p) array

    Raises
    ------
    InputError
        As `distances`.
    """
    return _reflected(w, b, X, y, 1.0)


def mirror(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike | None = None) -> Array:
    """Mirror images x_m = x - 2 d(x) w_hat: as far from the boundary, on its other side (G1).

    Parameters
    ----------
    w, b, X, y
        As in `distances`; labels make no difference and are checked only.

    Returns
    -------
    (n, p) array

    Raises
    ------
    InputError
        As `distances`.
    """
    return _reflected(w, b, X, y, 2.0)


def _reflected(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike | None, times: float) -> Array:
    w, b, X = direction(w, b, X) if y is None else classified(w, b, X, y)[:3]
    w_hat, size = unit(w), np.abs(w).max()
    d = (X @ (w / size) + b / size) / dual_norm(w / size, 2)
    return np.asarray(X - times * np.outer(d, w_hat))


@overload
def robust_accuracy(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, eps: float, norm: float) -> float: ...
@overload
def robust_accuracy(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, eps: Array, norm: float) -> Array: ...
def robust_accuracy(
    w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, eps: float | Array, norm: float = 2
) -> float | Array:
    """Share of data that no attack of size eps moves over the boundary: y(w'x + b) > eps ||w||_dual (G9).

    Parameters
    ----------
    w, b, X, y, norm
        As in `distances`; `norm` is that of the attack.
    eps : float or (k,) array
        Sizes of the attack in the units of X, 0 or more; 0 gives the clean accuracy (a point on the boundary is wrong).

    Returns
    -------
    float or (k,) array
        As eps.

    Raises
    ------
    InputError
        As `distances`, and a negative eps.
    """
    sizes = np.asarray(eps, dtype=float)
    if sizes.ndim > 1 or not (sizes >= 0.0).all():
        raise InputError(bad_value("eps", eps, "a number or a list of numbers, 0 or more"))
    ordered = np.sort(distances(w, b, X, y, norm))
    shares = (ordered.size - np.searchsorted(ordered, sizes, side="right")) / ordered.size
    return float(shares) if sizes.ndim == 0 else np.asarray(shares)
