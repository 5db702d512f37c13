"""The LASSO penalty, with weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from simstudy.errors import InputError, bad_value
from simstudy.penalties.penalty import FloatArray, Growth, Penalty, PowerForm, check_lam, is_finite, register


@register("lasso")
@dataclass(frozen=True)
class Lasso(Penalty):
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
    growth = Growth.LINEAR
    words = "LASSO"
    limit = "linear"

    def __init__(self, lam: float, weights: Iterable[float] | None = None) -> None:
        check_lam(lam)
        object.__setattr__(self, "lam", float(lam))
        object.__setattr__(self, "weights", _as_weights(weights))

    def multipliers(self, p: int) -> FloatArray:
        """Weights w (p,); raises InputError where their number is not p."""
        if self.weights is None:
            return np.ones(p)
        if len(self.weights) != p:
            raise InputError(bad_value("weights", f"{len(self.weights)} numbers", f"of length p = {p}"))
        return np.asarray(self.weights)

    def value(self, t: Any) -> FloatArray:
        """p_lam(t) for t >= 0, without the weights."""
        return self.lam * np.asarray(t, dtype=float)

    def slope(self, t: Any) -> FloatArray:
        """p'_lam(t) for t >= 0 (at zero from the right), without the weights."""
        return np.full_like(np.asarray(t, dtype=float), self.lam)

    def power_form(self) -> PowerForm:
        """The penalty itself."""
        return PowerForm(self.lam, 0.0, 1.0)


def _as_weights(weights: Iterable[float] | None) -> tuple[float, ...] | None:
    if weights is None:
        return None
    values = tuple(weights) if isinstance(weights, Iterable) else (weights,)
    if not isinstance(weights, Iterable) or not all(is_finite(w) and w >= 0.0 for w in values):
        raise InputError(bad_value("weights", weights, "a list of finite numbers >= 0"))
    return tuple(float(w) for w in values)
