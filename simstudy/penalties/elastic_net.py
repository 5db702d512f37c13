"""The elastic net penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.penalties.penalty import FloatArray, Growth, Penalty, PowerForm, check_lam, is_finite, register


@register("elastic_net")
@dataclass(frozen=True)
class ElasticNet(Penalty):
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
    limit = "linear"

    def __post_init__(self) -> None:
        check_lam(self.lam)
        if not (is_finite(self.alpha) and 0.0 <= self.alpha <= 1.0):
            raise InputError(bad_value("alpha", self.alpha, "a number between 0 and 1"))

    @property
    def growth(self) -> Growth:
        """Quadratic, but for the LASSO itself."""
        return Growth.SUPERLINEAR if self.alpha < 1.0 else Growth.LINEAR

    def value(self, t: Any) -> FloatArray:
        """p_lam(t) for t >= 0."""
        t = np.asarray(t, dtype=float)
        value: FloatArray = self.lam * (self.alpha * t + (1 - self.alpha) * t**2 / 2)
        return value

    def slope(self, t: Any) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right)."""
        slope: FloatArray = self.lam * (self.alpha + (1 - self.alpha) * np.asarray(t, dtype=float))
        return slope

    def power_form(self) -> PowerForm:
        """LASSO and ridge."""
        return PowerForm(self.lam * self.alpha, self.lam * (1.0 - self.alpha), 1.0)
