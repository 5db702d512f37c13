"""Proportions with Wilson intervals and an MCSE that 0 of R does not bring to zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.measures.estimate import Z_95, Estimate, FloatArray, unknown


def proportion(events: NDArray[np.bool_]) -> Estimate:
    """Share of replicates in which each event happened.

    Parameters
    ----------
    events : ndarray of bool, shape (R, k)
        R = 0 gives NaN; R = 1 gives the Wilson interval and an MCSE of NaN.

    Returns
    -------
    Estimate
        As `wilson` describes it.
    """
    replicates = len(events)
    if replicates == 0:
        return unknown(events.shape[1])
    return wilson(events.sum(axis=0).astype(np.float64), replicates)


def wilson(count: FloatArray, replicates: int) -> Estimate:
    """Proportion count / R with its MCSE and the 95 % score interval of Wilson (1927).

    Parameters
    ----------
    count : ndarray, shape (k,)
        Number of replicates with the event, in [0, R].
    replicates : int
        R >= 1.

    Returns
    -------
    Estimate
        The MCSE is sqrt(v (1 - v) / R) with v the proportion itself where 0 < count < R, which is unbiased for rare
        events, and v = (count + 1) / (R + 2) (Laplace's rule of succession, about 1/R) where the replicates all agree.
        It is NaN for R = 1.
    """
    value = count / replicates
    agree = (count == 0) | (count == replicates)
    v = np.where(agree, (count + 1) / (replicates + 2), value)
    mcse = np.sqrt(v * (1 - v) / replicates) if replicates > 1 else np.full(value.shape, np.nan)
    shrink = 1 / (1 + Z_95**2 / replicates)
    centre = shrink * (value + Z_95**2 / (2 * replicates))
    half_width = shrink * Z_95 * np.sqrt(value * (1 - value) / replicates + (Z_95 / (2 * replicates)) ** 2)
    # Exact ends where they are known: rounding must not exclude 0 of R or R of R.
    lower = np.where(count == 0, 0.0, centre - half_width)
    upper = np.where(count == replicates, 1.0, centre + half_width)
    return Estimate(value, mcse, lower, upper)
