"""Penalties p_lam(|beta_j|): validated parameters for Python, an integer code and numbers for the kernels.

The formulas are in theory section 2 (the scad of Fan & Li 2001, eq. 2.7) and in ``kernels.fit``; here they are
offered on arrays for the theory modules and for the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.kernels.codes import PenaltyCode

FloatArray = NDArray[np.float64]


def _check_lam(lam: float) -> None:
    if not (np.isfinite(lam) and lam >= 0.0):
        raise InputError(bad_value("lam", lam, "a finite number >= 0"))


@dataclass(frozen=True)
class Lasso:
    """LASSO penalty lam * w_j * t.

    Parameters
    ----------
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0.
    weights : sequence of p floats, optional
        Multipliers w_j >= 0, one for each slope; all one by default. A zero leaves a slope unpenalised.

    Raises
    ------
    InputError
        If lam or a weight is negative or not finite.
    """

    lam: float
    weights: tuple[float, ...] | None = None
    name = "lasso"
    code = PenaltyCode.LASSO
    bounded = False
    shape = 0.0

    def __init__(self, lam: float, weights: Iterable[float] | None = None) -> None:
        _check_lam(lam)
        object.__setattr__(self, "lam", float(lam))
        values = None if weights is None else tuple(float(w) for w in weights)
        if values is not None and not all(np.isfinite(w) and w >= 0.0 for w in values):
            raise InputError(bad_value("weights", values, "finite numbers >= 0"))
        object.__setattr__(self, "weights", values)

    def multipliers(self, p: int) -> FloatArray:
        """Weights w (p,); raises InputError where their number is not p."""
        if self.weights is None:
            return np.ones(p)
        if len(self.weights) != p:
            raise InputError(bad_value("weights", f"{len(self.weights)} numbers", f"of length p = {p}"))
        return np.asarray(self.weights)

    def value(self, t: ArrayLike) -> FloatArray:
        """p_lam(t) for t >= 0, without the weights."""
        return self.lam * np.asarray(t, dtype=float)

    def slope(self, t: ArrayLike) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right), without the weights."""
        return np.full_like(np.asarray(t, dtype=float), self.lam)


@dataclass(frozen=True)
class Scad:
    """Smoothly clipped absolute deviation penalty (Fan & Li 2001, eq. 2.7), constant beyond a * lam.

    Parameters
    ----------
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0.
    a : float
        Where the penalty is constant, in units of lam; > 2, by default the 3.7 of Fan & Li.

    Raises
    ------
    InputError
        If lam is negative or a <= 2.
    """

    lam: float
    a: float = 3.7
    name = "scad"
    code = PenaltyCode.SCAD
    bounded = True

    def __post_init__(self) -> None:
        _check_lam(self.lam)
        if not (np.isfinite(self.a) and self.a > 2.0):
            raise InputError(bad_value("a", self.a, "a finite number > 2"))

    @property
    def shape(self) -> float:
        """The kernels' shape parameter: a."""
        return self.a

    def multipliers(self, p: int) -> FloatArray:
        """Weights (p,), all one."""
        return np.ones(p)

    def value(self, t: ArrayLike) -> FloatArray:
        """p_lam(t) for t >= 0."""
        t = np.asarray(t, dtype=float)
        lam, a = self.lam, self.a
        middle = (2 * a * lam * t - t**2 - lam**2) / (2 * (a - 1))
        return np.where(t <= lam, lam * t, np.where(t <= a * lam, middle, (a + 1) * lam**2 / 2))

    def slope(self, t: ArrayLike) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        t = np.asarray(t, dtype=float)
        return np.where(t <= self.lam, self.lam, np.maximum(self.a * self.lam - t, 0.0) / (self.a - 1))


Penalty = Lasso | Scad
PENALTIES: dict[str, type[Lasso] | type[Scad]] = {"lasso": Lasso, "scad": Scad}
