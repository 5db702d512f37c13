"""Rates at which the risk approaches its two limits, as estimands of the boundary of a fit (G3, G4)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.estimands import estimand
from simstudy.geometry.distances import distances
from simstudy.geometry.scaling import LOSSES, at_large_norm
from simstudy.records import Data

Array = NDArray[np.float64]

#: Norms of w between whose ends a rate is taken, in units of 1/mean |d|: below and far above one.
SMALL, LARGE = (0.03, 0.3), (10.0, 100.0)


def remainder_at_small_norm(norm: float, d: ArrayLike, loss: str) -> float:
    """Risk at this ||w|| minus a - c ||w|| d_adv (G4), from the signed distances (n,) of the data."""
    g, d = LOSSES[loss], np.asarray(d, dtype=float)
    return float(g.value(norm * d).mean()) - g.at_small_norm(norm, float(d.mean()))


def remainder_at_large_norm(norm: float, d: ArrayLike, loss: str) -> float:
    """Risk at this ||w|| minus ||w|| d_err (G3), from the signed distances (n,) of the data."""
    d = np.asarray(d, dtype=float)
    return float(LOSSES[loss].value(norm * d).mean()) - at_large_norm(norm, float(np.maximum(0.0, -d).mean()))


def _rate(remainder: Any, ends: tuple[float, float], d: Array) -> float:
    """Slope of the log remainder of softplus on log ||w||; NaN where a remainder is rounded to zero or below."""
    first, last = (remainder(end / np.abs(d).mean(), d, "softplus") for end in ends)
    if min(first, last) <= 0.0:
        return np.nan
    return float(np.log(last / first) / np.log(ends[1] / ends[0]))


def _distances(fit: Any, data: Data) -> Array:
    return distances(fit.coef, fit.intercept, data.X, data.y)


@estimand("small_norm_rate")
def small_norm_rate(fit: Any, data: Data, truth: Any) -> float:  # noqa: ARG001 - estimands have one form
    """Power of ||w|| in the remainder of G4 for the softplus loss: 2 but for the next order, ||w||^4."""
    return _rate(remainder_at_small_norm, SMALL, _distances(fit, data)) if fit.coef.any() else np.nan


@estimand("large_norm_rate")
def large_norm_rate(fit: Any, data: Data, truth: Any) -> float:  # noqa: ARG001 - estimands have one form
    """Power of ||w|| in the remainder of G3 for the softplus loss: -1 where data have a density at the boundary."""
    return _rate(remainder_at_large_norm, LARGE, _distances(fit, data)) if fit.coef.any() else np.nan


@estimand("large_norm_hinge", bounds=(0.0, 1.0))
def large_norm_hinge(fit: Any, data: Data, truth: Any) -> float:  # noqa: ARG001 - estimands have one form
    """Remainder of G3 for the hinge at a large ||w||, which tends to the share of errors."""
    if not fit.coef.any():
        return np.nan
    d = _distances(fit, data)
    return remainder_at_large_norm(LARGE[1] / float(np.abs(d).mean()), d, "hinge")
