"""The design as the kernels see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]


def constant_columns(X: FloatArray) -> NDArray[np.intp]:
    """Indices of the columns of X (n, p) with zero variance."""
    candidates = np.flatnonzero(X[0] == X[-1])
    if not candidates.size:
        return candidates
    return np.asarray(candidates[(X[:, candidates] == X[0, candidates]).all(axis=0)])


@dataclass(frozen=True)
class Columns:
    """The design as kernels get it.

    Attributes
    ----------
    Z : (n, q) float array, C order
        The intercept's ones first if there is one, and then the other columns have mean zero.
    weights : (q,) float array
        Multipliers of the columns' penalties, zero for the intercept.
    constant : int array
        Columns of X without variance.
    means : (p,) float array
        What was taken off the columns of X.
    """

    Z: FloatArray
    weights: FloatArray
    constant: NDArray[np.intp]
    means: FloatArray

    def on_the_user_s(self, b: FloatArray) -> tuple[FloatArray, float]:
        """Slopes and intercept for X itself from coefficients (q,) of Z."""
        p = self.means.size
        coef = b[b.size - p :]
        return coef, float(b[0] - self.means @ coef) if b.size > p else 0.0


def columns(problem: Problem) -> Columns:
    """Design for the kernels, whose answers must not depend on where a column's origin lies when there is an intercept.

    Next to an intercept a penalised constant column has coefficient zero at a minimiser. The kernels get zeros for it,
    as a smooth penalty would leave it where the slope is below their tolerance.
    """
    n, p = problem.X.shape
    k = int(problem.fit_intercept)
    Z = np.empty((n, p + k))
    Z[:, :k] = 1.0
    means = problem.X.mean(axis=0) if k else np.zeros(p)
    np.subtract(problem.X, means, out=Z[:, k:])
    weights = np.zeros(p + k)
    constant = constant_columns(problem.X)
    if problem.penalty is not None:
        weights[k:] = problem.penalty.multipliers(p)
        if k and constant.size and problem.penalty.lam > 0.0:
            Z[:, k + constant[weights[k + constant] > 0.0]] = 0.0
    return Columns(Z, weights, constant, means)
