"""How good an estimator's own standard errors are, and the intervals and tests that are made of them.

The functions take values or errors and the standard errors of the replicates that have them, shape (R, k), and return
an `Estimate` of k numbers. A coefficient estimated as exactly zero has a standard error of zero (Fan & Li 2001): its
interval is the point zero, which covers a coefficient that is zero and no other.
"""

from __future__ import annotations

import numpy as np

from simstudy.measures.estimate import FIELDS, Z_95, Estimate, FloatArray, all_equal, unknown, with_interval
from simstudy.measures.moments import jackknife, leave_one_out_mean, leave_one_out_variance, ratio, rmse, variance
from simstudy.measures.proportion import proportion


def coverage(errors: FloatArray, standard_errors: FloatArray) -> Estimate:
    """Share of replicates whose 95 % interval betahat +- 1.96 se holds the true coefficient, with Wilson's interval.

    Parameters
    ----------
    errors : ndarray, shape (R, k)
        betahat - beta0.
    standard_errors : ndarray, shape (R, k)
    """
    return proportion(np.abs(errors) <= Z_95 * standard_errors)


def bias_eliminated_coverage(values: FloatArray, standard_errors: FloatArray) -> Estimate:
    """Share of replicates whose 95 % interval holds the mean of the estimates (Morris et al. 2019, table 6).

    Parameters
    ----------
    values, standard_errors : ndarray, shape (R, k)

    Returns
    -------
    Estimate
        The mean is estimated too, so that a proportion's MCSE is off where the estimates are skewed (by 30 % for
        lognormal ones). Here each replicate's indicator is corrected by its pull on the mean times the slope of the
        share in its centre, a difference quotient over +- S R^(-1/5) / 2. Where all replicates agree, as `proportion`.
    """
    replicates = len(values)
    if replicates < 2:
        return proportion(np.abs(values - values) <= Z_95 * standard_errors)
    # A mean of equal replicates differs from them by rounding, and an interval of length zero would not hold it.
    centre = np.where(all_equal(values), values[0], values.mean(axis=0))
    half = Z_95 * standard_errors
    covered = np.abs(values - centre) <= half
    step = np.sqrt(variance(values)) * replicates**-0.2 / 2
    above, below = (np.abs(values - centre - shift) <= half for shift in (step, -step))
    slope = ratio(above.mean(axis=0) - below.mean(axis=0), 2 * step)
    influence = covered + np.where(step > 0, slope, 0.0) * (values - centre)
    plain = proportion(covered)
    corrected = with_interval(plain.value, influence.std(axis=0, ddof=1) / np.sqrt(replicates), replicates, 0.0, 1.0)
    agree = covered.all(axis=0) | ~covered.any(axis=0)
    return Estimate(*(np.where(agree, getattr(plain, each), getattr(corrected, each)) for each in FIELDS))


def rejection_rate(values: FloatArray, standard_errors: FloatArray) -> Estimate:
    """Share of replicates whose 95 % interval leaves out zero: the power where the truth is not zero, else the level.

    An estimate of exactly zero with a standard error of zero does not reject.
    """
    return proportion(np.abs(values) > Z_95 * standard_errors)


def model_se(standard_errors: FloatArray) -> Estimate:
    """Root mean square of the standard errors, to be compared with the empirical SE (Morris et al. 2019, table 6)."""
    return rmse(standard_errors)


def model_se_error(values: FloatArray, standard_errors: FloatArray) -> Estimate:
    """Relative error of the model SE: root mean square of the standard errors over the empirical SE, minus 1.

    Parameters
    ----------
    values, standard_errors : ndarray, shape (R, k)

    Returns
    -------
    Estimate
        As a share, 0.05 for standard errors that are 5 % too large. The MCSE is the jackknife's over replicates, so
        that estimates and standard errors may depend on each other and have any distribution; the form of Morris et
        al. (2019, table 6) is for normal estimates. Value NaN where R < 2 or all estimates agree; MCSE where R < 3.
    """
    replicates = len(values)
    if replicates < 2:
        return unknown(values.shape[1])
    squares = standard_errors**2
    value = np.sqrt(ratio(squares.mean(axis=0), variance(values))) - 1
    if replicates == 2:
        return with_interval(value, np.full(value.shape, np.nan), replicates)
    without = ratio(leave_one_out_mean(squares), leave_one_out_variance(values))
    mcse = np.where(all_equal(without), np.nan, jackknife(np.sqrt(without)))
    return with_interval(value, mcse, replicates, low=-1.0)
