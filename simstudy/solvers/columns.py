"""The design as the kernels see it."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.kernels.columns import CONSTANT
from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]

#: Share of a column that is rounding where it is all that the others leave of it.
ROUNDING = 1e-12


def plain(values: FloatArray) -> FloatArray:
    """The array itself, or a copy where its layout or a lock on writing makes it another type to the kernels.

    They would be compiled anew for it, for seconds.
    """
    flags = values.flags
    return values if flags.c_contiguous and flags.writeable and flags.aligned else np.array(values, order="C")


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


def column_weights(problem: Problem) -> FloatArray:
    """Multipliers (m,) of the penalties of the design's columns, zero for the intercept and without a penalty."""
    p, k = problem.X.shape[1], int(problem.fit_intercept)
    weights = np.zeros(p + k)
    weights[k:] = problem.multipliers
    return weights
