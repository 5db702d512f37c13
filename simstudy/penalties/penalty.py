"""A penalty p_lam(|beta_j|): its value and slope, with what solvers and theory ask of it, and their registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from numbers import Real
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.kernels.arguments import Shape
from simstudy.registry import Registry

FloatArray = NDArray[np.float64]

#: Where a penalty that grows linearly shows its rate.
FAR = 1e12


class Growth(StrEnum):
    """How a penalty grows far from zero; it decides whether a minimiser exists (T18)."""

    BOUNDED = "bounded"
    SUBLINEAR = "sublinear"
    LINEAR = "linear"
    SUPERLINEAR = "superlinear"


NO_PARAMETERS = np.zeros(1)


class PowerForm(NamedTuple):
    """A penalty linear t^power + square t^2 / 2, which kernels minimise exactly; square needs power = 1."""

    linear: float
    square: float
    power: float

    def shape(self) -> Shape:
        """The same as kernels see it."""
        return Shape(0, 0, float(self.linear), float(self.square), float(self.power), False, False, NO_PARAMETERS)


@dataclass(frozen=True)
class Penalty:
    """A penalty; its objects are frozen dataclasses whose field `lam` is the level, and replaced along a path.

    Attributes
    ----------
    name : str
        Name in study files.
    lam : float
        Level per observation, on the scale of T3 and T4; >= 0, and zero gives no penalty.
    growth : Growth
    limit : {"linear", "power", "knots"} or None
        Which row of the table of limit laws (theory, section 4) it has: that of a penalty lam p(t) with a fixed p of
        finite slope at zero, a bridge's, or that of a bounded one whose knots are multiples of lam; None for no law.
    inverse_concavity : str or None
        The field whose inverse is the largest -p''(t), if a fit's message is to say what the data would need.
    words : str
        How people call it; its name where it has none.
    """

    lam: float
    name: ClassVar[str]
    growth: ClassVar[Any]
    limit: ClassVar[str | None] = None
    inverse_concavity: ClassVar[str | None] = None
    bounded: ClassVar[bool] = False
    words: ClassVar[str] = ""

    def value(self, t: Any) -> FloatArray:
        """p_lam(t) for t >= 0."""
        raise NotImplementedError

    def slope(self, t: Any) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        raise NotImplementedError

    def multipliers(self, p: int) -> FloatArray:
        """Weights (p,) of the slopes' penalties, all one."""
        return np.ones(p)

    def power_form(self) -> PowerForm | None:
        """The penalty as powers, or None where it is one of tangents (local linear approximation)."""
        return None

    def far_rate(self) -> float:
        """Slope far from zero of a penalty that grows linearly."""
        return float(self.slope(FAR))

    def kernel_shape(self) -> Shape:
        """The penalty as kernels see it."""
        form = self.power_form()
        if form is None:
            raise InputError(f"penalty {self.name!r} has no power_form and was not declared by declare_penalty")
        return form.shape()


#: Penalties by name.
PENALTIES: Registry[type[Penalty]] = Registry("penalty")

P = TypeVar("P", bound=type[Penalty])


def register(name: str) -> Callable[[P], P]:
    """Register a class of penalties under a name."""

    def decorate(kind: P) -> P:
        kind.name = name
        kind.bounded = getattr(kind, "growth", None) == Growth.BOUNDED
        PENALTIES.register(name, kind)
        return kind

    return decorate


def is_finite(value: object) -> bool:
    """Whether a value is a finite real number, and no truth value."""
    return not isinstance(value, bool) and isinstance(value, Real) and bool(np.isfinite(float(value)))


def check_lam(lam: float) -> None:
    """Refuse a level that is negative or not finite.

    Raises
    ------
    InputError
        Names it.
    """
    if not (is_finite(lam) and lam >= 0.0):
        raise InputError(bad_value("lam", lam, "a finite number >= 0"))
