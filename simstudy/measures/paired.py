"""Contrasts of two methods on the same data sets, with paired Monte Carlo standard errors.

Both arguments are errors betahat - beta0 (or norms of error vectors) of shape (R, k), row r from the same data set.
Pairing removes the variation that the two methods share, so these MCSEs are smaller than those of the two values apart.
"""

from __future__ import annotations

import numpy as np

from simstudy.measures.estimate import Estimate, FloatArray, all_equal, unknown, with_interval
from simstudy.measures.moments import jackknife, leave_one_out_mean, leave_one_out_variance, mean, ratio, variance
from simstudy.measures.quantiles import median


def bias_difference(errors: FloatArray, reference: FloatArray) -> Estimate:
    """Bias of the method minus bias of the reference, on the scale of the coefficient."""
    return mean(errors - reference)


def mean_difference(values: FloatArray, reference: FloatArray) -> Estimate:
    """Mean of the method's estimates minus mean of the reference's: their bias difference where no truth is known."""
    return mean(values - reference)


def mse_difference(errors: FloatArray, reference: FloatArray) -> Estimate:
    """Mean squared error of the method minus that of the reference, on the squared scale of the coefficient."""
    return mean(errors**2 - reference**2)


def rmse_ratio(errors: FloatArray, reference: FloatArray) -> Estimate:
    """RMSE of the method over RMSE of the reference with its jackknife MCSE; below 1 the method is more accurate.

    NaN where the reference's RMSE is zero, or is zero without one of its replicates (then the MCSE only), and where
    the ratio is the same whichever replicate is left out.
    """
    replicates = len(errors)
    if replicates == 0:
        return unknown(errors.shape[1])
    squares, reference_squares = errors**2, reference**2
    value = np.sqrt(ratio(squares.mean(axis=0), reference_squares.mean(axis=0)))
    if replicates == 1:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    without = ratio(leave_one_out_mean(squares), leave_one_out_mean(reference_squares))
    mcse = np.where(all_equal(without), np.nan, jackknife(np.sqrt(without)))
    return with_interval(value, mcse, replicates, low=0.0)


def median_ratio(values: FloatArray, reference: FloatArray) -> Estimate:
    """Median of the ratios to the reference's value on the same data; of model errors MRME (Fan & Li 2001, section 4).

    NaN where a reference is zero. MCSE and interval are those of a median.
    """
    return median(np.divide(values, reference, out=np.full(values.shape, np.nan), where=reference != 0))


def relative_precision(values: FloatArray, reference: FloatArray) -> Estimate:
    """Relative gain in precision over the reference, (S_reference / S)^2 - 1 (Morris et al. 2019, table 6).

    Parameters
    ----------
    values, reference : ndarray, shape (R, k)
        Estimates of both methods, or errors.

    Returns
    -------
    Estimate
        As a share: 0.1 where the reference would need 10 % more data. Jackknife MCSE over pairs; the form of Morris et
        al. is for normal estimates. Value NaN where R < 2 or the method's estimates agree; MCSE where R < 3.
    """
    replicates = len(values)
    if replicates < 2:
        return unknown(values.shape[1])
    value = ratio(variance(reference), variance(values)) - 1
    if replicates == 2:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    without = ratio(leave_one_out_variance(reference), leave_one_out_variance(values))
    return with_interval(value, np.where(all_equal(without), np.nan, jackknife(without)), replicates, low=-1.0)
