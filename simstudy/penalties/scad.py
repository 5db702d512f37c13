"""The smoothly clipped absolute deviation penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simstudy.errors import InputError, bad_value
from simstudy.penalties.declare import declare_penalty
from simstudy.penalties.penalty import Growth, Penalty, check_lam, is_finite


@declare_penalty("scad")
@dataclass(frozen=True)
class Scad(Penalty):
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
    growth = Growth.BOUNDED
    words = "SCAD"
    limit = "knots"

    def __post_init__(self) -> None:
        check_lam(self.lam)
        if not (is_finite(self.a) and self.a > 2.0):
            raise InputError(bad_value("a", self.a, "a finite number > 2"))

    def value(self, t: Any) -> Any:
        """p_lam(t) for t >= 0."""
        lam, a = self.lam, self.a
        if t <= lam:
            return lam * t
        if t <= a * lam:
            return (2.0 * a * lam * t - t * t - lam * lam) / (2.0 * (a - 1.0))
        return 0.5 * (a + 1.0) * lam * lam

    def slope(self, t: Any) -> Any:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        if t <= self.lam:
            return self.lam
        return max(self.a * self.lam - t, 0.0) / (self.a - 1.0)
