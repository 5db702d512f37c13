"""The risk as a function of the size of w: what a loss sees at large and at small ||w|| (G2, G3, G4, G7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.geometry.classifier import classified
from simstudy.registry import Registry

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MarginLoss:
    """A loss g of the margin z = y(w'x + b) = ||w|| y d(x).

    Attributes
    ----------
    value : callable
        g, elementwise.
    at_zero, slope : float
        a and c of G4, g(z) = a - c z + O(z^2) around zero; NaN where g has no derivative there.
    """

    value: Callable[[Array], Array]
    at_zero: float
    slope: float

    def at_small_norm(self, norm: float, d_adv: float) -> float:
        """Risk at ||w|| -> 0: a - c ||w|| d_adv (G4); exact for the hinge up to ||w|| max|d| = 1."""
        return self.at_zero - self.slope * norm * d_adv


def at_large_norm(norm: float, d_err: float) -> float:
    """Risk of hinge and softplus at ||w|| -> inf: ||w|| d_err (G3), short of the truth by at most 1 and log 2."""
    return norm * d_err


LOSSES: Registry[MarginLoss] = Registry("margin loss")
LOSSES.register("hinge", MarginLoss(lambda z: np.maximum(0.0, 1.0 - z), 1.0, 1.0))
LOSSES.register("softplus", MarginLoss(lambda z: np.logaddexp(0.0, -z), float(np.log(2.0)), 0.5))
LOSSES.register("zero_one", MarginLoss(lambda z: (z <= 0.0).astype(float), np.nan, np.nan))


def risk(w: ArrayLike, b: float, X: ArrayLike, y: ArrayLike, loss: str) -> float:
    """Mean loss of the margins, R = (1/n) sum g(||w|| y d(x)) (G2).

    Parameters
    ----------
    w, b, X, y
        As in `distances`.
    loss : {"hinge", "softplus", "zero_one"}

    Returns
    -------
    float

    Raises
    ------
    InputError
        As `distances`.
    ConfigError
        There is no such loss.
    """
    g = LOSSES[loss]
    w, b, X, y = classified(w, b, X, y)
    return float(g.value(y * (X @ w + b)).mean())


def inverse_norm(lam: float, d_adv: float) -> float:
    """1/||w|| = 2 lam/d_adv where every margin is violated, so that the hinge with lam ||w||^2 sees G4 only (G7)."""
    return 2.0 * lam / d_adv
