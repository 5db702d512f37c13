"""What every fit begins with: the data in the kernels' units, the null model and the MLE."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import DESIGN, FLAG, LOSS, MATRIX, NUMBER, VECTOR, Design, State, Terms
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.loss import directions, null_predictor, smoothed
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.tolerances import MAX_ITER, SMALL, TOL
from simstudy.kernels.vectors import copy, full, gram_of, mean

NONE = np.int64(Attack.NONE)
SINGULAR = np.int64(Outcome.SINGULAR)


@part
def column_scale(Z, means):
    """Take the means off the columns of Z, in place; their root mean squares then, one for a column of zeros."""
    n, m = Z.shape
    scale = np.zeros(m)
    for i in range(n):
        for j in range(m):
            z = Z[i, j] - means[j]
            Z[i, j] = z
            scale[j] += z * z
    for j in range(m):
        scale[j] = np.sqrt(scale[j] / n) if scale[j] > 0.0 else 1.0
    return scale


@part
def _means(Z, has_intercept):
    """Means of the columns, zero for the intercept's ones and where there is no intercept to absorb them."""
    n, m = Z.shape
    means = np.zeros(m)
    if has_intercept:
        np.dot(Z.T, full(n, 1.0 / n), means)
        means[0] = 0.0
    return means


@part
def intercept_at_origin(b, means, centre):
    """Move the intercept b[0] from the means of the columns and of y to their origins, in place."""
    b[0] += centre
    for j in range(b.size):
        b[0] -= means[j] * b[j]


@part
def null_start(loss, Z, y, has_intercept):
    """Coefficients of the null model (m,): the intercept at the link of mean(y), zeros elsewhere."""
    b = np.zeros(Z.shape[1])
    if has_intercept:
        b[0] = null_predictor(loss, mean(y))
    return b


@part
def _unit(loss, y, predictor):
    """Mean size of the derivative of the loss in eta at the null model: mean|y - mu| for a canonical link."""
    n = y.size
    d_eta = np.empty(n)
    smoothed(loss, NONE, y, full(n, predictor), 0.0, 1.0, np.empty(n), d_eta, np.empty(n), np.empty(n))
    total = 0.0
    for i in range(n):
        total += abs(d_eta[i])
    return total / n


@kernel(types.Tuple((DESIGN, VECTOR, NUMBER, VECTOR))(LOSS, MATRIX, VECTOR, FLAG, FLAG))
def in_units(loss, Z, y, has_intercept, all_columns):
    """The data as a Design, the null model, and the means taken off y and, in place, off Z.

    What the intercept absorbs is taken off first: it costs no digits then, and no answer depends on it. `all_columns`:
    whether the Gram matrix of all columns is needed.
    """
    centre = mean(y) if loss.quadratic and has_intercept else 0.0
    y_centred = np.empty(y.size)
    for i in range(y.size):
        y_centred[i] = y[i] - centre
    start = null_start(loss, Z, y_centred, has_intercept)
    unit = _unit(loss, y_centred, start[0] if has_intercept else 0.0)
    means = _means(Z, has_intercept)
    scale = column_scale(Z, means)
    gram = gram_of(Z) if all_columns and loss.quadratic else np.zeros((0, 0))
    for j in range(scale.size):
        scale[j] *= unit
    return Design(Z, gram, y_centred, directions(loss, y), scale, unit), start, centre, means


@part
def is_narrow(weights):
    """Whether the whole Gram matrix costs less than choosing among the columns."""
    penalised = 0
    for j in range(weights.size):
        penalised += weights[j] > 0.0
    return weights.size <= SMALL or penalised < weights.size // 2


@part
def fit_mle(loss, design, has_intercept, start):
    """MLE from `start`: (Outcome, b, n_iter); SINGULAR where there are not more rows than slopes."""
    n, m = design.Z.shape
    b = copy(start)
    if n <= m - has_intercept:
        return SINGULAR, b, 0
    zero = np.zeros(m)
    terms, state = Terms(zero, zero, 1.0, 0.0), State(b, np.empty(n), np.zeros(n))
    outcome, n_iter = proximal_newton(loss, NONE, design, terms, 1.0, TOL, MAX_ITER, state)
    return outcome, b, n_iter
