"""What every fit begins with: the data in the kernels' units, the null model and the MLE."""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode, Outcome
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.weighted import MAX_ITER, SMALL, TOL, column_scale

BINOMIAL = np.int64(FamilyCode.BINOMIAL)
GAUSSIAN = np.int64(FamilyCode.GAUSSIAN)
POISSON = np.int64(FamilyCode.POISSON)
NONE = np.int64(Attack.NONE)
SINGULAR = np.int64(Outcome.SINGULAR)


@njit(cache=True)
def null_start(family, Z, y, has_intercept):
    """Coefficients of the null model (m,): the intercept at the link of mean(y), zeros elsewhere."""
    b = np.zeros(Z.shape[1])
    if has_intercept:
        mean = np.mean(y)
        if family == BINOMIAL:
            b[0] = np.log(mean / (1.0 - mean))
        elif family == POISSON:
            b[0] = np.log(mean)
        else:
            b[0] = mean
    return b


@njit(cache=True)
def in_units(family, Z, y, has_intercept):
    """Response without its mean where a gaussian intercept absorbs that, the mean, mean|y - mean(y)| and the scale.

    A shift that is taken off first costs no digits. `scale` (m,) is the unit of the optimality residual.
    """
    centre = np.mean(y) if family == GAUSSIAN and has_intercept else 0.0
    y = y - centre
    unit = np.mean(np.abs(y - np.mean(y)))
    return y, centre, unit, column_scale(Z) * unit


@njit(cache=True)
def is_narrow(weights):
    """Whether the whole Gram matrix costs less than choosing among the columns."""
    return weights.size <= SMALL or np.sum(weights > 0.0) < weights.size // 2


@njit(cache=True)
def gram_matrix(family, Z):
    """Z'Z/n (m, m) for the gaussian family, which alone reads it."""
    return np.dot(Z.T, Z) / Z.shape[0] if family == GAUSSIAN else np.zeros((0, 0))


@njit(cache=True)
def fit_mle(family, Z, gram, y, scale, has_intercept, start):
    """MLE from `start`: (Outcome, b, n_iter); SINGULAR where there are not more rows than slopes."""
    n, m = Z.shape
    b = start.copy()
    if n <= m - has_intercept:
        return SINGULAR, b, 0
    zero = np.zeros(m)
    outcome, n_iter = proximal_newton(
        family, NONE, Z, gram, y, zero, zero, 1.0, 0.0, scale, 1.0, TOL, MAX_ITER, b, np.empty(n), np.zeros(n)
    )
    return outcome, b, n_iter
