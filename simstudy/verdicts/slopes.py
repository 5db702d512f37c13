"""Slope of the logarithm of an error on that of n, simulated and predicted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from simstudy.measures.estimate import FloatArray


@dataclass(frozen=True)
class Slope:
    """Slope of log RMSE on log n.

    Parameters
    ----------
    slope, slope_mcse, slope_lower, slope_upper : float
        Estimate, its Monte Carlo standard error and the ends of its 95 % interval (normal); NaN with fewer than two
        sample sizes.
    lack_of_fit, lack_of_fit_df, lack_of_fit_p : float, int, float
        Chi-square of the line against the Monte Carlo errors, its degrees of freedom, and P(larger chi-square); NaN
        with fewer than three sample sizes. A small p says that the logarithms do not lie on a line: some n are too
        small for the asymptotic rate.
    points : int
        Number of sample sizes with a known RMSE and MCSE.
    """

    slope: float = np.nan
    slope_mcse: float = np.nan
    slope_lower: float = np.nan
    slope_upper: float = np.nan
    lack_of_fit: float = np.nan
    lack_of_fit_df: int = 0
    lack_of_fit_p: float = np.nan
    points: int = 0


def log_log_slope(n: FloatArray, rmse: FloatArray, mcse: FloatArray) -> Slope:
    """Weighted least squares of log RMSE on log n, weights 1 / Var(log RMSE) from the MCSEs, taken as known.

    Sample sizes with an unknown RMSE or MCSE, or an RMSE of zero, are left out.
    """
    known = (rmse > 0) & (mcse > 0)
    points = int(known.sum())
    if len(np.unique(n[known])) < 2:
        return Slope(points=points)
    relative = mcse[known] / rmse[known]
    weights, log_n, log_rmse = relative**-2.0, np.log(n[known]), np.log(rmse[known])
    coefficients, centred = _line(log_n, weights)
    slope = float(coefficients @ log_rmse)
    mcse_of_slope = float((weights @ centred**2) ** -0.5)
    residuals = log_rmse - np.average(log_rmse, weights=weights) - slope * centred
    df = points - 2
    lack_of_fit = float(weights @ residuals**2) if df else np.nan
    return Slope(
        slope=slope,
        slope_mcse=mcse_of_slope,
        slope_lower=slope - float(ndtri(0.975)) * mcse_of_slope,
        slope_upper=slope + float(ndtri(0.975)) * mcse_of_slope,
        lack_of_fit=lack_of_fit,
        lack_of_fit_df=df,
        lack_of_fit_p=float(chdtrc(df, lack_of_fit)) if df else np.nan,
        points=points,
    )


def predicted_slope(
    n: FloatArray, predicted: FloatArray, predicted_mcse: FloatArray, relative: FloatArray
) -> tuple[float, float]:
    """Slope of the log of the predicted RMSE on log n, with the weights of the simulated one, and its MCSE.

    It is away from -1/2 where n is small for the limit, and so separates what theory expects at these n from what
    it does not explain.

    Parameters
    ----------
    n, predicted, predicted_mcse : ndarray, shape (m,)
        Sample sizes and predicted RMSEs; an MCSE of NaN stands for an exact prediction.
    relative : ndarray, shape (m,)
        Relative MCSE of the simulated RMSE; sample sizes at which it is unknown are left out.

    Returns
    -------
    slope, mcse : float
        NaN with fewer than two sample sizes or without a prediction at one of them.
    """
    used = relative > 0
    if len(np.unique(n[used])) < 2 or not (predicted[used] > 0).all():
        return np.nan, np.nan
    weights, log_n = relative[used] ** -2.0, np.log(n[used])
    coefficients, _ = _line(log_n, weights)
    spread = coefficients * np.nan_to_num(predicted_mcse[used]) / predicted[used]
    return float(coefficients @ np.log(predicted[used])), float(np.sqrt(spread @ spread))


def _line(x: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients of y in the slope of a weighted least squares line, and x about its weighted mean."""
    centred = x - np.average(x, weights=weights)
    return weights * centred / (weights @ centred**2), centred
