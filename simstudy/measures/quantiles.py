"""Medians, quantiles, trimmed means: what a few wild replicates cannot move, and whether they carry a mean.

A sample has shape (R, k). MCSEs of quantiles are Maritz and Jarrett's (1978): the standard deviation that the order
statistic has under resampling, found exactly, without a density and without random numbers. A density estimate would
fail at an atom, and the jackknife is inconsistent for quantiles (Efron 1982, section 3.4). The interval lies between
two order statistics with binomial ranks and covers at least 95 % for every distribution, atoms included. Where a
quantile lies so deep in an atom that resampling never leaves it, the MCSE is unknown (NaN) and the interval a point;
where it lies between an atom and a gap, so that it jumps in rare studies, the MCSE is too large (by a factor of 3 where
one study in a hundred jumps), not too small.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray
from scipy.special import betainc

from simstudy.measures.estimate import CONFIDENCE, Estimate, FloatArray, all_equal, unknown, with_interval

#: Share of the replicates that a trimmed mean leaves out at either end.
TRIMMED = 0.1
#: Replicates that may be "a handful", as a share of those that differ from the median.
HANDFUL = 0.01
#: Fewest replicates that differ from the median before anything is said about a handful of them.
FEWEST = 20
#: Share of the squared deviations above which a handful is said to carry the mean.
CARRIES = 0.5
#: Below this size, relative to the sample's, the spread of an order statistic is that of tails that no one has seen.
NEGLIGIBLE = 1e-9


def quantile(sample: FloatArray, p: float) -> Estimate:
    """Quantile of each column (linear interpolation of order statistics, as numpy's), with its MCSE.

    Parameters
    ----------
    sample : ndarray, shape (R, k)
    p : float
        In (0, 1).

    Returns
    -------
    Estimate
        On the scale of the sample. MCSE NaN where R < 2 or where it is negligible (an atom). Ends of the interval that
        R replicates cannot give (as both for the median where R < 6) are NaN.
    """
    replicates = len(sample)
    if replicates == 0:
        return unknown(sample.shape[1])
    ordered = np.sort(sample, axis=0)
    low, high = _ranks(replicates, p)
    nan = np.full(sample.shape[1], np.nan)
    return Estimate(
        np.quantile(ordered, p, axis=0),
        _maritz_jarrett(ordered, p),
        ordered[low - 1] if low >= 1 else nan,
        ordered[high - 1] if high <= replicates else nan,
    )


def median(sample: FloatArray) -> Estimate:
    """Median of each column; see `quantile`."""
    return quantile(sample, 0.5)


def median_absolute_deviation(sample: FloatArray) -> FloatArray:
    """Median of |x - median| of each column, without the factor 1.4826 that makes it a normal's standard deviation."""
    return np.asarray(np.median(np.abs(sample - np.median(sample, axis=0)), axis=0))


def trimmed_mean(sample: FloatArray) -> Estimate:
    """Mean of each column without the `TRIMMED` smallest and as many largest replicates.

    Parameters
    ----------
    sample : ndarray, shape (R, k)

    Returns
    -------
    Estimate
        The MCSE is the standard deviation of the winsorised sample over (1 - 2 TRIMMED) sqrt(R) (Tukey & McLaughlin
        1963), exact at atoms too, with h - 1 degrees of freedom for h replicates that are kept. NaN where they agree.
    """
    replicates = len(sample)
    if replicates == 0:
        return unknown(sample.shape[1])
    cut = int(TRIMMED * replicates)
    ordered = np.sort(sample, axis=0)
    kept = ordered[cut : replicates - cut]
    value = kept.mean(axis=0)
    if len(kept) < 2:
        return with_interval(value, np.full(value.shape, np.nan), 1)
    winsorised = np.clip(ordered, kept[0], kept[-1])
    share = len(kept) / replicates
    mcse = winsorised.std(axis=0, ddof=1) / (share * np.sqrt(replicates))
    return with_interval(value, np.where(all_equal(kept), np.nan, mcse), len(kept))


def top_share(sample: FloatArray) -> Estimate:
    """Share of the squared deviations from the median that the largest 1 % of the deviating replicates have.

    Parameters
    ----------
    sample : ndarray, shape (R, k)

    Returns
    -------
    Estimate
        8 % for normal, 16 % for Laplace distributed replicates when R is large. Replicates equal to the median, an atom
        at zero say, do not count; NaN where fewer than `FEWEST` differ from it. The MCSE is unknown: replicates cannot
        tell what lies beyond the largest of them (the bootstrap's is a third too small for Student's t with 3 degrees
        of freedom).
    """
    none = unknown(sample.shape[1])
    if len(sample) == 0:
        return none
    squares = np.sort((sample - np.median(sample, axis=0)) ** 2, axis=0)
    deviating = (squares > 0).sum(axis=0)
    top = np.maximum(1, np.floor(HANDFUL * deviating)).astype(np.int64)
    sums = np.concatenate([np.zeros((1, sample.shape[1])), np.cumsum(squares[::-1], axis=0)])
    largest = np.take_along_axis(sums, top[np.newaxis], axis=0)[0]
    share = np.divide(largest, sums[-1], out=none.value.copy(), where=deviating >= FEWEST)
    return Estimate(share, none.mcse, none.lower, none.upper)


def carried(sample: FloatArray) -> NDArray[np.bool_]:
    """Whether a handful of replicates carries the mean of each column: `top_share` above `CARRIES`, shape (k,)."""
    return np.asarray(top_share(sample).value > CARRIES)


def _maritz_jarrett(ordered: FloatArray, p: float) -> FloatArray:
    """Standard deviation of the p-quantile under resampling, from sorted columns."""
    if len(ordered) < 2:
        return np.full(ordered.shape[1], np.nan)
    centred = ordered - ordered[round(p * (len(ordered) - 1))]
    weights = _weights(len(ordered), p)
    first, second = weights @ centred, weights @ centred**2
    spread = np.sqrt(np.maximum(second - first**2, 0.0))
    return np.where(spread > NEGLIGIBLE * np.abs(centred).max(axis=0), spread, np.nan)


@lru_cache(maxsize=64)
def _weights(replicates: int, p: float) -> FloatArray:
    """Probability that the p-quantile of a resampled sample is each of the order statistics, shape (R,)."""
    ends = betainc(p * (replicates + 1), (1 - p) * (replicates + 1), np.arange(replicates + 1) / replicates)
    return np.asarray(np.diff(ends))


@lru_cache(maxsize=64)
def _ranks(replicates: int, p: float) -> tuple[int, int]:
    """Ranks of the order statistics that hold the p-quantile between them in at least 95 % of samples."""
    tail = (1 - CONFIDENCE) / 2
    return int(scipy.stats.binom.ppf(tail, replicates, p)), int(scipy.stats.binom.ppf(1 - tail, replicates, p)) + 1
