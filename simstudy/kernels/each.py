"""The compiled call behind every fit: one estimator on several data sets, one after the other."""

import time

import numpy as np
from numba import types

from simstudy.kernels.arguments import FIT
from simstudy.kernels.calls import at_address, entry, part, system
from simstudy.kernels.columns import columns_of
from simstudy.kernels.vectors import assign, copy

CLOCK = np.int32(time.CLOCK_MONOTONIC)

fit_at = at_address(FIT)
clock_gettime = system("clock_gettime", types.int32(types.int32, types.CPointer(types.int64)))


@part
def _now(moment):
    """Seconds of a clock that only goes forwards; `moment` (2,) is room for seconds and nanoseconds."""
    clock_gettime(CLOCK, moment.ctypes)
    return moment[0] + 1e-9 * moment[1]


@part
def _all_finite(b):
    for j in range(b.size):
        if not np.isfinite(b[j]):
            return False
    return True


@entry(clock_gettime)
def fit_each(address, loss, attack, shape, weights, X, y, has_intercept, patience, b, constant, numbers):
    """Fit an estimator to each of R data sets, or to the first of them; how many.

    Parameters
    ----------
    address : int
        Of the kernel, `linearised.fit_linearised` or `bridge.fit_bridge`.
    loss, attack, shape, weights, has_intercept
        As there. A loss with weights or an offset is that of one data set.
    X : (R, n, p) float array
    y : (R, n) float array
    patience : float
        Seconds after which no other fit is begun.
    b : (R, m) float array
        Filled with the coefficients.
    constant : (R, p) bool array
        Filled with which columns have zero variance.
    numbers : (R, 8) float array
        Filled with the outcome, the number of steps, whether the MLE is unique, whether all coefficients are finite,
        objective, optimality residual, spread of the starts, and seconds. Arrays that are returned cost more.
    """
    R = X.shape[0]
    penalised = shape.linear > 0.0 or shape.square > 0.0
    moment = np.empty(2, np.int64)
    first = _now(moment)
    begin = first
    for r in range(R):
        Z = columns_of(X[r], weights, penalised, has_intercept, constant[r])
        outcome, found, objective, kkt, n_iter, spread, unique = fit_at(
            address, loss, attack, shape, weights, Z, copy(y[r]), has_intercept
        )
        assign(b[r], found)
        numbers[r, 0], numbers[r, 1], numbers[r, 2], numbers[r, 3] = outcome, n_iter, unique, _all_finite(found)
        numbers[r, 4], numbers[r, 5], numbers[r, 6] = objective, kkt, spread
        end = _now(moment)
        numbers[r, 7] = end - begin
        begin = end
        if end - first > patience:
            return r + 1
    return R
