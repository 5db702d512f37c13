"""The minimax concave penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simstudy.errors import InputError, bad_value
from simstudy.penalties.declare import declare_penalty
from simstudy.penalties.penalty import Growth, Penalty, check_lam, is_finite


@declare_penalty("mcp")
@dataclass(frozen=True)
class Mcp(Penalty):
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
    growth = Growth.BOUNDED
    words = "MCP"
    limit = "knots"
    inverse_concavity = "g"

    def __post_init__(self) -> None:
        check_lam(self.lam)
        if not (is_finite(self.g) and self.g > 1.0):
            raise InputError(bad_value("g", self.g, "a finite number > 1"))

    def value(self, t: Any) -> Any:
        """p_lam(t) for t >= 0."""
        if t <= self.g * self.lam:
            return self.lam * t - 0.5 * t * t / self.g
        return 0.5 * self.g * self.lam * self.lam

    def slope(self, t: Any) -> Any:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        return max(self.lam - t / self.g, 0.0)
