"""How well an estimator finds the support: the set of j with beta0_j != 0, the intercept not counted.

Each function takes beta_hat of shape (R, p) and beta_true of shape (p,) and returns an `Estimate` of one number,
shape (1,). A coefficient is selected when its estimate is not exactly zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.measures.estimate import Estimate, FloatArray, unknown
from simstudy.measures.moments import bounded_mean
from simstudy.measures.proportion import proportion


def exact_support(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Proportion of replicates that select the support and nothing else."""
    right = (beta_hat != 0) == (beta_true != 0)
    return proportion(right.all(axis=1, keepdims=True))


def sign_recovery(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Proportion of replicates in which every coefficient has its true sign, -1, 0 or 1."""
    right = np.sign(beta_hat) == np.sign(beta_true)
    return proportion(right.all(axis=1, keepdims=True))


def true_positives(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Mean number of selected coefficients that belong to the support, in [0, s]."""
    return _mean_count((beta_hat != 0)[:, beta_true != 0])


def false_positives(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Mean number of selected coefficients outside the support, in [0, p - s]."""
    return _mean_count((beta_hat != 0)[:, beta_true == 0])


def false_negatives(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Mean number of coefficients of the support that are not selected, in [0, s]."""
    return _mean_count((beta_hat == 0)[:, beta_true != 0])


def true_positive_rate(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Mean share of the support that is selected; NaN where the support is empty."""
    return _mean_share((beta_hat != 0)[:, beta_true != 0])


def false_positive_rate(beta_hat: FloatArray, beta_true: FloatArray) -> Estimate:
    """Mean share of the coefficients outside the support that are selected; NaN where there are none."""
    return _mean_share((beta_hat != 0)[:, beta_true == 0])


def _mean_count(hits: NDArray[np.bool_]) -> Estimate:
    count = hits.sum(axis=1, keepdims=True).astype(np.float64)
    if hits.shape[1] == 0 and len(hits) > 0:
        # Zero by definition, not by observation: a value, but nothing that a sample could be uncertain about.
        nan = np.full(1, np.nan)
        return Estimate(np.zeros(1), nan, nan, nan)
    return bounded_mean(count, high=hits.shape[1], step=1.0)


def _mean_share(hits: NDArray[np.bool_]) -> Estimate:
    candidates = hits.shape[1]
    if candidates == 0:
        return unknown(1)
    return bounded_mean(hits.mean(axis=1, keepdims=True), high=1.0, step=1 / candidates)
