"""The value of a performance measure with its Monte Carlo uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

FloatArray = NDArray[np.float64]

#: Coverage of every interval of this package.
CONFIDENCE = 0.95
#: Standard normal quantile that belongs to it.
Z_95 = float(ndtri(0.5 + CONFIDENCE / 2))


@dataclass(frozen=True)
class Estimate:
    """One measure for k parameters, estimated from the same R replicates.

    Parameters
    ----------
    value, mcse, lower, upper : ndarray, shape (k,)
        Value, Monte Carlo standard error and ends of the 95 % interval. NaN means unknown: no replicate for the
        value, too few or indistinguishable replicates for the others. `mcse` is never 0.
    """

    value: FloatArray
    mcse: FloatArray
    lower: FloatArray
    upper: FloatArray


#: Names of its fields.
FIELDS = ("value", "mcse", "lower", "upper")


def unknown(k: int) -> Estimate:
    """Estimate of `k` parameters from no usable replicate: NaN throughout."""
    nan = np.full(k, np.nan)
    return Estimate(nan, nan, nan, nan)


def with_interval(
    value: FloatArray, mcse: FloatArray, replicates: int, low: float = -np.inf, high: float = np.inf
) -> Estimate:
    """Estimate whose interval is value +- t * mcse, t with R - 1 degrees of freedom, cut off at [low, high].

    Parameters
    ----------
    value, mcse : ndarray, shape (k,)
        An `mcse` that is zero, or zero up to rounding, is replaced by NaN: a finite sample never proves certainty.
    replicates : int
        R, the number of replicates behind the value.
    low, high : float
        Range of the quantity.
    """
    known = mcse > 1e-12 * np.abs(value)
    mcse = np.where(known, mcse, np.nan)
    half_width = mcse * (stdtrit(replicates - 1, 0.5 + CONFIDENCE / 2) if replicates > 1 else np.nan)
    return Estimate(value, mcse, np.clip(value - half_width, low, high), np.clip(value + half_width, low, high))


def all_equal(sample: FloatArray) -> NDArray[np.bool_]:
    """Whether each column of `sample`, shape (R, k) with R >= 1, holds one value only, up to rounding."""
    spread = np.ptp(sample, axis=0)
    return np.asarray(spread <= 1e-12 * np.abs(sample).max(axis=0))
