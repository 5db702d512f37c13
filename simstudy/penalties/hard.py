"""The hard thresholding penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simstudy.penalties.declare import declare_penalty
from simstudy.penalties.penalty import Growth, Penalty, check_lam


@declare_penalty("hard")
@dataclass(frozen=True)
class Hard(Penalty):
    """Hard thresholding penalty lam^2 - (lam - t)_+^2 (Antoniadis 1997; Fan & Li 2001, eq. 2.5).

    In an orthonormal gaussian design it keeps the MLE's coefficients above lam as they are and sets the others to zero;
    its slope at zero is 2 lam.

    Parameters
    ----------
    lam : float
        The threshold, on the scale of the coefficients; >= 0.

    Raises
    ------
    InputError
        If lam is negative.
    """

    lam: float
    growth = Growth.BOUNDED

    def __post_init__(self) -> None:
        check_lam(self.lam)

    def value(self, t: Any) -> Any:
        """p_lam(t) for t >= 0."""
        if t <= self.lam:
            return (2.0 * self.lam - t) * t
        return self.lam * self.lam

    def slope(self, t: Any) -> Any:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        return max(2.0 * (self.lam - t), 0.0)
