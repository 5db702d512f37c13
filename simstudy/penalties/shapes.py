"""Penalties p_lam(|beta_j|): validated parameters for Python, an integer code and numbers for the kernels.

The formulas are in theory section 2 (the scad of Fan & Li 2001, eq. 2.7) and in ``kernels.penalty``; here they are
offered on arrays for the theory modules and for the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value
from simstudy.kernels.codes import PenaltyCode

FloatArray = NDArray[np.float64]


class Growth(StrEnum):
    """How a penalty grows far from zero; it decides whether a minimiser exists (T18)."""

    BOUNDED = "bounded"
    SUBLINEAR = "sublinear"
    LINEAR = "linear"
    SUPERLINEAR = "superlinear"


def _is_finite(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and bool(np.isfinite(float(value)))


def _check_lam(lam: float) -> None:
    if not (_is_finite(lam) and lam >= 0.0):
        raise InputError(bad_value("lam", lam, "a finite number >= 0"))


def _as_weights(weights: Iterable[float] | None) -> tuple[float, ...] | None:
    if weights is None:
        return None
    values = tuple(weights) if isinstance(weights, Iterable) else (weights,)
    if not isinstance(weights, Iterable) or not all(_is_finite(w) and w >= 0.0 for w in values):
        raise InputError(bad_value("weights", weights, "a list of finite numbers >= 0"))
    return tuple(float(w) for w in values)


class _Unweighted:
    """What the penalties without weights share."""

    def multipliers(self, p: int) -> FloatArray:
        """Weights (p,), all one."""
        return np.ones(p)


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
    growth = Growth.LINEAR
    bounded = False
    shape = 0.0

    def __init__(self, lam: float, weights: Iterable[float] | None = None) -> None:
        _check_lam(lam)
        object.__setattr__(self, "lam", float(lam))
        object.__setattr__(self, "weights", _as_weights(weights))

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
class Scad(_Unweighted):
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
    growth = Growth.BOUNDED
    bounded = True

    def __post_init__(self) -> None:
        _check_lam(self.lam)
        if not (_is_finite(self.a) and self.a > 2.0):
            raise InputError(bad_value("a", self.a, "a finite number > 2"))

    @property
    def shape(self) -> float:
        """The kernels' shape parameter: a."""
        return self.a

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


@dataclass(frozen=True)
class Mcp(_Unweighted):
    """Minimax concave penalty (Zhang 2010, eq. 2.1): lam t - t^2/(2g), constant beyond g * lam.

    Parameters
    ----------
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0.
    g : float
        Where the penalty is constant, in units of lam; > 1. Where 1/g exceeds the curvature of the loss along some
        column, which for labels is often so with the default, the fit's message says which g would be needed for a
        single minimum.

    Raises
    ------
    InputError
        If lam is negative or g <= 1.
    """

    lam: float
    g: float = 3.0
    name = "mcp"
    code = PenaltyCode.MCP
    growth = Growth.BOUNDED
    bounded = True

    def __post_init__(self) -> None:
        _check_lam(self.lam)
        if not (_is_finite(self.g) and self.g > 1.0):
            raise InputError(bad_value("g", self.g, "a finite number > 1"))

    @property
    def shape(self) -> float:
        """The kernels' shape parameter: g."""
        return self.g

    def value(self, t: ArrayLike) -> FloatArray:
        """p_lam(t) for t >= 0."""
        t = np.asarray(t, dtype=float)
        return np.where(t <= self.g * self.lam, self.lam * t - t**2 / (2 * self.g), self.g * self.lam**2 / 2)

    def slope(self, t: ArrayLike) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        return np.maximum(self.lam - np.asarray(t, dtype=float) / self.g, 0.0)


@dataclass(frozen=True)
class ElasticNet(_Unweighted):
    """Elastic net penalty lam (alpha t + (1 - alpha) t^2 / 2).

    Parameters
    ----------
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0.
    alpha : float
        Share of the LASSO, in [0, 1]; 0 is a ridge, 1 the LASSO.

    Raises
    ------
    InputError
        If lam is negative or alpha outside [0, 1].
    """

    lam: float
    alpha: float
    name = "elastic_net"
    code = PenaltyCode.ELASTIC_NET
    bounded = False

    def __post_init__(self) -> None:
        _check_lam(self.lam)
        if not (_is_finite(self.alpha) and 0.0 <= self.alpha <= 1.0):
            raise InputError(bad_value("alpha", self.alpha, "a number between 0 and 1"))

    @property
    def growth(self) -> Growth:
        """Quadratic, but for the LASSO itself."""
        return Growth.SUPERLINEAR if self.alpha < 1.0 else Growth.LINEAR

    @property
    def shape(self) -> float:
        """The kernels' shape parameter: alpha."""
        return self.alpha

    def value(self, t: ArrayLike) -> FloatArray:
        """p_lam(t) for t >= 0."""
        t = np.asarray(t, dtype=float)
        return self.lam * (self.alpha * t + (1 - self.alpha) * t**2 / 2)

    def slope(self, t: ArrayLike) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        return self.lam * (self.alpha + (1 - self.alpha) * np.asarray(t, dtype=float))


@dataclass(frozen=True)
class Lr(_Unweighted):
    """Bridge penalty lam t^r (Knight & Fu 2000): r = 1 is the LASSO, r = 2 a ridge, r < 1 concave and sparse.

    Parameters
    ----------
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0.
    r : float
        Exponent; > 0.

    Raises
    ------
    InputError
        If lam is negative or r <= 0.
    """

    lam: float
    r: float
    name = "lr"
    bounded = False

    def __post_init__(self) -> None:
        _check_lam(self.lam)
        if not (_is_finite(self.r) and self.r > 0.0):
            raise InputError(bad_value("r", self.r, "a finite number > 0"))

    @property
    def code(self) -> PenaltyCode:
        """LASSO for r = 1 and RIDGE for r = 2, which the kernels solve without powers."""
        return {1.0: PenaltyCode.LASSO, 2.0: PenaltyCode.RIDGE}.get(self.r, PenaltyCode.LR)

    @property
    def growth(self) -> Growth:
        """As the exponent says."""
        if self.r == 1.0:
            return Growth.LINEAR
        return Growth.SUBLINEAR if self.r < 1.0 else Growth.SUPERLINEAR

    @property
    def shape(self) -> float:
        """The kernels' shape parameter: r."""
        return self.r

    def value(self, t: ArrayLike) -> FloatArray:
        """p_lam(t) for t >= 0."""
        return self.lam * np.asarray(t, dtype=float) ** self.r

    def slope(self, t: ArrayLike) -> FloatArray:
        """p'_lam(t) for t >= 0: infinite at zero for r < 1."""
        with np.errstate(divide="ignore"):
            return self.lam * self.r * np.asarray(t, dtype=float) ** (self.r - 1.0)


Penalty = Lasso | Lr | Scad | Mcp | ElasticNet
PENALTIES: dict[str, type[Penalty]] = {
    "lasso": Lasso,
    "lr": Lr,
    "scad": Scad,
    "mcp": Mcp,
    "elastic_net": ElasticNet,
}
