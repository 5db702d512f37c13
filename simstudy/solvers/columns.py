"""The design as the kernels see it."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]

#: Size below which a column, or what is left of it without the others, is rounding.
ROUNDING = 1e-12


def constant_columns(X: FloatArray) -> NDArray[np.intp]:
    """Indices of the columns of X (n, p) with zero variance."""
    candidates = np.flatnonzero(X[0] == X[-1])
    if not candidates.size:
        return candidates
    return np.asarray(candidates[(X[:, candidates] == X[0, candidates]).all(axis=0)])


def independent_columns(X: FloatArray, fit_intercept: bool) -> NDArray[np.intp]:
    """Indices of columns of X (n, p) that span all of them, next to an intercept if there is one."""
    moved = X - X.mean(axis=0) if fit_intercept else X
    size, given = np.abs(moved).max(axis=0, initial=0.0), np.abs(X).max(axis=0, initial=0.0)
    # What is left of a constant column without its mean is rounding.
    varies = np.flatnonzero(size > ROUNDING * given)
    if not varies.size:
        return varies
    R, order = scipy.linalg.qr(moved[:, varies] / size[varies], mode="r", pivoting=True)
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
