"""How well an estimator finds the support: the set of j with beta0_j != 0, the intercept not counted.

Each function takes values of shape (R, k) and the truth of shape (k,), or values (R, m, k) and truths (m, k) of m
vectors side by side, and returns an `Estimate` of one number a vector, shape (m,). A coefficient is selected when its
estimate is not exactly zero. Under-fitted, exact and over-fitted by 1, 2, 3 or more replicates add up to all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.measures.estimate import Z_95, Estimate, FloatArray
from simstudy.measures.moments import bounded_mean, mean_absolute
from simstudy.measures.proportion import proportion

BoolArray = NDArray[np.bool_]


def exact_support(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates that select the support and nothing else."""
    values = _vectors(values)
    return proportion(((values != 0) == (truth != 0)).all(axis=-1))


def under_fitted(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates that miss a coefficient of the support, whatever else they select."""
    missed, _ = _missed_and_added(values, truth)
    return proportion(missed > 0)


def over_fitted_by_1(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates that select the support and one coefficient more."""
    return _over_fitted(values, truth, 1, 1)


def over_fitted_by_2(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates that select the support and two coefficients more."""
    return _over_fitted(values, truth, 2, 2)


def over_fitted_by_3_or_more(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates that select the support and three or more coefficients more."""
    return _over_fitted(values, truth, 3, np.inf)


def sign_recovery(values: FloatArray, truth: FloatArray) -> Estimate:
    """Proportion of replicates in which every coefficient has its true sign, -1, 0 or 1."""
    values = _vectors(values)
    return proportion((np.sign(values) == np.sign(truth)).all(axis=-1))


def true_positives(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean number of selected coefficients that belong to the support, in [0, s]."""
    return _mean_count(_vectors(values) != 0, truth != 0)


def false_positives(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean number of selected coefficients outside the support, in [0, p - s]."""
    return _mean_count(_vectors(values) != 0, truth == 0)


def true_negatives(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean number of coefficients outside the support that are not selected, in [0, p - s]."""
    return _mean_count(_vectors(values) == 0, truth == 0)


def false_negatives(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean number of coefficients of the support that are not selected, in [0, s]."""
    return _mean_count(_vectors(values) == 0, truth != 0)


def true_positive_rate(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean share of the support that is selected; NaN where the support is empty."""
    return _mean_share(_vectors(values) != 0, truth != 0)


def false_positive_rate(values: FloatArray, truth: FloatArray) -> Estimate:
    """Mean share of the coefficients outside the support that are selected; NaN where there are none."""
    return _mean_share(_vectors(values) != 0, truth == 0)


def support_coverage(errors: FloatArray, standard_errors: FloatArray, truth: FloatArray) -> Estimate:
    """Mean share of the support whose 95 % intervals hold the true coefficient; NaN where the support is empty."""
    return _mean_share(np.abs(_vectors(errors)) <= Z_95 * _vectors(standard_errors), truth != 0)


def null_coverage(errors: FloatArray, standard_errors: FloatArray, truth: FloatArray) -> Estimate:
    """Mean share of the coefficients outside the support whose 95 % intervals hold zero; NaN where there are none."""
    return _mean_share(np.abs(_vectors(errors)) <= Z_95 * _vectors(standard_errors), truth == 0)


def sup_error(errors: FloatArray, truth: FloatArray) -> Estimate:
    """Mean of max |betahat_j - beta0_j| over the support, as in T12; NaN where the support is empty."""
    sizes = np.where(truth != 0, np.abs(_vectors(errors)), -np.inf).max(axis=-1, initial=-np.inf)
    return mean_absolute(np.where(sizes >= 0, sizes, np.nan))


def zero_probability(values: FloatArray) -> Estimate:
    """Proportion of replicates in which each component is exactly zero, from values (R, k), shape (k,)."""
    return proportion(values == 0)


def nonzero_share(values: FloatArray) -> Estimate:
    """Proportion of replicates in which each component is not zero, from values (R, k), shape (k,)."""
    return proportion(values != 0)


def _vectors(values: FloatArray) -> FloatArray:
    """Values as (R, m, k), m = 1 for those of one vector."""
    return values if values.ndim == 3 else values[:, np.newaxis]


def _missed_and_added(values: FloatArray, truth: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of coefficients that are missed and that are selected outside the support, shape (R, m)."""
    values = _vectors(values)
    return ((values == 0) & (truth != 0)).sum(axis=-1), ((values != 0) & (truth == 0)).sum(axis=-1)


def _over_fitted(values: FloatArray, truth: FloatArray, fewest: float, most: float) -> Estimate:
    missed, added = _missed_and_added(values, truth)
    return proportion((missed == 0) & (fewest <= added) & (added <= most))


def _mean_count(hits: BoolArray, candidates: BoolArray) -> Estimate:
    there = np.broadcast_to(candidates, hits.shape[1:]).sum(axis=-1).astype(np.float64)
    found = bounded_mean((hits & candidates).sum(axis=-1).astype(np.float64), high=there, step=1.0)
    # Zero by definition, not by observation: a value, but nothing that a sample could be uncertain about.
    mcse, lower, upper = (np.where(there > 0, each, np.nan) for each in (found.mcse, found.lower, found.upper))
    return Estimate(found.value, mcse, lower, upper)


def _mean_share(hits: BoolArray, candidates: BoolArray) -> Estimate:
    there = np.broadcast_to(candidates, hits.shape[1:]).sum(axis=-1).astype(np.float64)
    count = (hits & candidates).sum(axis=-1)
    share = np.divide(count, there, out=np.full(count.shape, np.nan), where=there > 0)
    step = np.divide(1.0, there, out=np.full(there.shape, np.nan), where=there > 0)
    return bounded_mean(share, high=1.0, step=step)
