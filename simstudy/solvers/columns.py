"""The design as the kernels see it."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]

#: Share of a column that is rounding where it is all that the others leave of it.
ROUNDING = 1e-12
#: Share of a column's size that is the rounding of its mean.
CONSTANT = 1e-15


def constant_columns(X: FloatArray) -> NDArray[np.intp]:
    """Indices of the columns of X (n, p) with zero variance, up to rounding."""
    rounding = CONSTANT * np.abs(X[0])
    candidates = np.flatnonzero(np.abs(X[-1] - X[0]) <= rounding)
    if not candidates.size:
        return candidates
    apart = np.abs(X[:, candidates] - X[0, candidates])
    return np.asarray(candidates[(apart <= rounding[candidates]).all(axis=0)])


def standardised(X: FloatArray, fit_intercept: bool) -> tuple[FloatArray, FloatArray]:
    """Columns of X (n, p) about their means, next to an intercept, over their largest sizes (p,); constant ones are 0.

    They span, next to an intercept, what X does, whatever its origins and units.
    """
    moved = X - X.mean(axis=0) if fit_intercept else X
    size, given = np.abs(moved).max(axis=0, initial=0.0), np.abs(X).max(axis=0, initial=0.0)
    # What is left of a constant column without its mean is rounding.
    varies = size > CONSTANT * given
    size = np.where(varies, size, 1.0)
    return np.where(varies, moved / size, 0.0), size


def independent_columns(X: FloatArray, fit_intercept: bool) -> NDArray[np.intp]:
    """Indices of columns of X (n, p) that span all of them, next to an intercept if there is one."""
    Z = standardised(X, fit_intercept)[0]
    varies = np.flatnonzero(Z.any(axis=0))
    if not varies.size:
        return varies
    R, order = scipy.linalg.qr(Z[:, varies], mode="r", pivoting=True)
    pivots = np.abs(np.diag(R))
    return np.sort(varies[order[: pivots.size][pivots > ROUNDING * pivots[0]]])


def columns(problem: Problem) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Design with its intercept column (C order), the weights of the columns' penalties, and `constant_columns`.

    Next to an intercept a penalised constant column has coefficient zero at a minimiser. The kernels get zeros for it,
    as a smooth penalty would leave it where the slope is below their tolerance.
    """
    n, p = problem.X.shape
    k = int(problem.fit_intercept)
    Z = np.empty((n, p + k))
    Z[:, :k] = 1.0
    Z[:, k:] = problem.X
    weights = np.zeros(p + k)
    constant = constant_columns(problem.X)
    if problem.penalty is not None:
        weights[k:] = problem.penalty.multipliers(p)
        if k and constant.size and problem.penalty.lam > 0.0:
            Z[:, k + constant[weights[k + constant] > 0.0]] = 0.0
    return Z, weights, constant
