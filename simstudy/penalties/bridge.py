"""The bridge penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.penalties.penalty import FloatArray, Growth, Penalty, PowerForm, check_lam, is_finite, register


@register("lr")
@dataclass(frozen=True)
class Lr(Penalty):
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
    limit = "power"

    def __post_init__(self) -> None:
        check_lam(self.lam)
        if not (is_finite(self.r) and self.r > 0.0):
            raise InputError(bad_value("r", self.r, "a finite number > 0"))

    @property
    def growth(self) -> Growth:
        """As the exponent says."""
        if self.r == 1.0:
            return Growth.LINEAR
        return Growth.SUBLINEAR if self.r < 1.0 else Growth.SUPERLINEAR

    def value(self, t: Any) -> FloatArray:
        """p_lam(t) for t >= 0."""
        return self.lam * np.asarray(t, dtype=float) ** self.r

    def slope(self, t: Any) -> FloatArray:
        """p'_lam(t) for t >= 0: infinite at zero for r < 1."""
        with np.errstate(divide="ignore"):
            return self.lam * self.r * np.asarray(t, dtype=float) ** (self.r - 1.0)

    def power_form(self) -> PowerForm:
        """The power, or for r = 2 the square, which kernels solve without powers."""
        return PowerForm(0.0, 2.0 * self.lam, 1.0) if self.r == 2.0 else PowerForm(self.lam, 0.0, self.r)
