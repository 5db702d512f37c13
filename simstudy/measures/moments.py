"""Means, empirical standard errors and root mean squared errors, each with its Monte Carlo standard error.

A sample has shape (R, k): R replicates of k parameters. A column whose replicates are all equal has an unknown MCSE
(NaN), never zero. MCSEs of the empirical SE and of the RMSE are jackknife ones: for an estimator with an atom at zero
they match the spread over repeated studies at a few hundred replicates already, where the kurtosis form
(S/2) sqrt((k-1)/R) is still 10-20 % too small and the normal-theory form S/sqrt(2(R-1)) stays too small by a factor.
"""

from __future__ import annotations

import numpy as np

from simstudy.measures.estimate import Estimate, FloatArray, all_equal, unknown, with_interval
from simstudy.measures.proportion import wilson


def mean(sample: FloatArray) -> Estimate:
    """Mean of each column with MCSE S/sqrt(R); of errors betahat - beta0 it is the bias (Morris et al. 2019, table 6).

    Parameters
    ----------
    sample : ndarray, shape (R, k)
        R = 0 gives NaN; R = 1 and columns with all replicates equal have an MCSE of NaN.

    Returns
    -------
    Estimate
        On the scale of the sample.
    """
    replicates = len(sample)
    if replicates == 0:
        return unknown(sample.shape[1])
    # Column by column in memory, so that the rounding of a sum does not depend on which other columns there are.
    sample = np.asfortranarray(sample)
    value = sample.mean(axis=0)
    if replicates == 1:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    mcse = np.where(all_equal(sample), np.nan, sample.std(axis=0, ddof=1) / np.sqrt(replicates))
    return with_interval(value, mcse, replicates)


def mean_absolute(errors: FloatArray) -> Estimate:
    """Mean of |betahat - beta0| of each column with MCSE S/sqrt(R), on the scale of the errors; see `mean`."""
    plain = mean(np.abs(errors))
    return Estimate(plain.value, plain.mcse, np.maximum(plain.lower, 0.0), plain.upper)


def relative_bias(errors: FloatArray, truth: FloatArray) -> Estimate:
    """Bias over the size of the true value, as a share of it; NaN where it is zero.

    Parameters
    ----------
    errors : ndarray, shape (R, k)
    truth : ndarray, shape (k,)
    """
    size = np.abs(truth)
    return mean(np.divide(errors, size, out=np.full(errors.shape, np.nan), where=size > 0))


def bounded_mean(sample: FloatArray, high: float | FloatArray, step: float | FloatArray) -> Estimate:
    """Mean of a quantity that lives on the grid 0, step, 2 step, ..., high, such as a count of false positives.

    Parameters
    ----------
    sample : ndarray, shape (R, k)
        Values in [0, high].
    high, step : float, or ndarray of shape (k,)
        Largest possible value and the distance of neighbouring values.

    Returns
    -------
    Estimate
        As `mean`, its interval cut off at the range. Where all R >= 2 replicates are equal, the MCSE is `step` times
        that of an event seen in 0 of R replicates (a replicate that differs, differs by one step at least), and the
        interval allows the unseen share of replicates, Wilson's limit for 0 of R, to lie at the far ends of the range.
    """
    plain, replicates = mean(sample), len(sample)
    lower, upper = np.clip(plain.lower, 0, high), np.clip(plain.upper, 0, high)
    if replicates < 2:
        return Estimate(plain.value, plain.mcse, lower, upper)
    unseen = wilson(np.zeros(1), replicates)
    equal = all_equal(sample)
    return Estimate(
        plain.value,
        np.where(equal, step * unseen.mcse, plain.mcse),
        np.where(equal, plain.value * (1 - unseen.upper), lower),
        np.where(equal, plain.value + unseen.upper * (high - plain.value), upper),
    )


def empirical_se(sample: FloatArray) -> Estimate:
    """Standard deviation of each column over replicates (divisor R - 1) with its jackknife MCSE.

    Parameters
    ----------
    sample : ndarray, shape (R, k)
        The value needs R >= 2, its MCSE R >= 3 and replicates that are not all equal; NaN otherwise.

    Returns
    -------
    Estimate
        On the scale of the sample; invariant to adding a constant to a column.
    """
    replicates = len(sample)
    if replicates < 2:
        return unknown(sample.shape[1])
    value = np.sqrt(variance(sample))
    if replicates == 2:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    mcse = np.where(all_equal(sample), np.nan, jackknife(np.sqrt(leave_one_out_variance(sample))))
    return with_interval(value, mcse, replicates, low=0.0)


def rmse(errors: FloatArray) -> Estimate:
    """Root mean squared error of each column with its jackknife MCSE.

    Parameters
    ----------
    errors : ndarray, shape (R, k)
        betahat - beta0, or norms of error vectors.

    Returns
    -------
    Estimate
        On the scale of the errors. MCSE NaN where R < 2 or all squared errors are equal.
    """
    replicates = len(errors)
    if replicates == 0:
        return unknown(errors.shape[1])
    squares = errors**2
    value = np.sqrt(squares.mean(axis=0))
    if replicates == 1:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    mcse = np.where(all_equal(squares), np.nan, jackknife(np.sqrt(leave_one_out_mean(squares))))
    return with_interval(value, mcse, replicates, low=0.0)


def variance(sample: FloatArray) -> FloatArray:
    """Variance of each column, shape (k,), divisor R - 1, for R >= 2; exactly 0 where all replicates are equal."""
    squares = (sample - sample.mean(axis=0)) ** 2
    return np.where(all_equal(sample), 0.0, squares.sum(axis=0) / (len(sample) - 1))


def leave_one_out_variance(sample: FloatArray) -> FloatArray:
    """Variances of each column without replicate i, shape (R, k), for R >= 3."""
    replicates = len(sample)
    squares = (sample - sample.mean(axis=0)) ** 2
    total = squares.sum(axis=0)
    # Leaving out replicate i lowers the sum of squared deviations by R/(R-1) times its own square.
    without = total - replicates / (replicates - 1) * squares
    # What is left of equal replicates is rounding, which a square root would make visible.
    return np.where(without > replicates * np.finfo(np.float64).eps * total, without, 0.0) / (replicates - 2)


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Numerator over denominator, NaN where the denominator is zero."""
    nan = np.full(numerator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=nan, where=denominator > 0))


def leave_one_out_mean(sample: FloatArray) -> FloatArray:
    """Means of each column without replicate i, shape (R, k), for non-negative samples with R >= 2."""
    return np.asarray(np.maximum(sample.sum(axis=0) - sample, 0.0) / (len(sample) - 1))


def jackknife(leave_one_out: FloatArray) -> FloatArray:
    """Jackknife standard error of each column from the R values with one replicate left out (Efron 1981)."""
    return np.asarray(np.sqrt(len(leave_one_out) - 1) * leave_one_out.std(axis=0))
