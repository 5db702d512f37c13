"""What every fit begins with: the data in the kernels' units, the null model and the MLE."""

import math

import numpy as np
from numba import types

from simstudy.kernels.arguments import DESIGN, FLAG, LOSS, MATRIX, UNITS, VECTOR, Design, State, Terms, Units
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.lapack import gram_of, symmetric_product
from simstudy.kernels.loss import directions, has_gram, null_predictor, smoothed
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.tolerances import LARGE_SQUARE, MAX_ITER, SMALL, SMALL_SQUARE, TOL
from simstudy.kernels.vectors import copy, full, mean, weighted_mean

NONE = np.int64(Attack.NONE)
SINGULAR = np.int64(Outcome.SINGULAR)


@part
def _power_of_two(value):
    """The power of two within a factor sqrt(2) of a positive value; a column divided by it loses no digit."""
    return math.ldexp(1.0, math.frexp(value * math.sqrt(2.0))[1] - 1)


@part
def _tame(Z, j, shares, size):
    """Divide a column by a power of two about its largest entry, in place; its sum of squares then.

    Squares of its own entries would over- or underflow.
    """
    largest, total = 0.0, 0.0
    for i in range(Z.shape[0]):
        largest = max(largest, abs(Z[i, j]))
    if largest > 0.0:
        size[j] = _power_of_two(largest)
        for i in range(Z.shape[0]):
            Z[i, j] /= size[j]
            total += shares[i] * Z[i, j] * Z[i, j]
    return total


@part
def standardise(Z, means, shares, size):
    """Take the means off the columns of Z and divide them by the powers of two about what is left, in place.

    Fills `size` (m,) with these and returns the root mean squares (m,) of what is left; a column of zeros has one for
    both. `shares` (n,) are the observations' weights, of mean one.
    """
    n, m = Z.shape
    scale = np.zeros(m)
    for i in range(n):
        share = shares[i]
        for j in range(m):
            z = Z[i, j] - means[j]
            Z[i, j] = z
            scale[j] += share * z * z
    rescaled = False
    factor = np.empty(m)
    for j in range(m):
        size[j], factor[j] = 1.0, 1.0
        if not SMALL_SQUARE < scale[j] < LARGE_SQUARE:
            scale[j] = _tame(Z, j, shares, size)
        scale[j] = math.sqrt(scale[j] / n) if scale[j] > 0.0 else 1.0
        step = _power_of_two(scale[j])
        if step != 1.0:
            rescaled = True
            factor[j] = 1.0 / step
            scale[j] *= factor[j]
            size[j] *= step
    if rescaled:
        for i in range(n):
            for j in range(m):
                Z[i, j] *= factor[j]
    return scale


@part
def _means(Z, shares, has_intercept):
    """Means of the columns, zero for the intercept's ones and where there is no intercept to absorb them."""
    n, m = Z.shape
    means, share = np.zeros(m), np.empty(n)
    if has_intercept:
        for i in range(n):
            share[i] = shares[i] / n
        np.dot(Z.T, share, means)
        means[0] = 0.0
    return means


@part
def in_given_units(b, units, has_intercept):
    """Coefficients of the columns as they were given, in place: the intercept at their origin and that of y."""
    for j in range(b.size):
        b[j] /= units.size[j]
    if has_intercept:
        b[0] += units.centre
        for j in range(b.size):
            b[0] -= units.means[j] * b[j]


@part
def _fill_null(loss, y, predictor, d_eta, w):
    """First and second derivatives of each observation's loss at the null model, in place."""
    n = y.size
    smoothed(loss, NONE, y, full(n, predictor), 0.0, 1.0, np.empty(n), d_eta, w, np.empty(n))


@part
def null_start(loss, Z, y, shares, has_intercept):
    """Coefficients of the null model (m,): the intercept at the link of mean(y), zeros elsewhere.

    With an offset the intercept is found by Newton's method, in steps of at most one.
    """
    b = np.zeros(Z.shape[1])
    if has_intercept:
        b[0] = null_predictor(loss, weighted_mean(y, shares))
    if has_intercept and loss.offset.size:
        d_eta, w = np.empty(y.size), np.empty(y.size)
        for _ in range(MAX_ITER):
            _fill_null(loss, y, b[0], d_eta, w)
            step = mean(d_eta) / mean(w)
            b[0] -= max(-1.0, min(1.0, step))
            if not abs(step) > TOL:
                break
    return b


@part
def _unit(loss, y, predictor):
    """Mean size of the derivative of the loss in eta at the null model: mean|y - mu| for a canonical link."""
    d_eta = np.empty(y.size)
    _fill_null(loss, y, predictor, d_eta, np.empty(y.size))
    total = 0.0
    for i in range(y.size):
        total += abs(d_eta[i])
    return total / y.size


@kernel(types.Tuple((DESIGN, VECTOR, UNITS))(LOSS, MATRIX, VECTOR, FLAG, FLAG), symmetric_product)
def in_units(loss, Z, y, has_intercept, all_columns):
    """The data as a Design, the null model, and the units: what was taken off y and, in place, off Z.

    What the intercept absorbs is taken off first, and columns are brought to one size: it costs no digits then, and no
    answer depends on them. `all_columns`: whether the Gram matrix of all columns is needed.
    """
    shares = loss.weights if loss.weights.size else full(y.size, 1.0)
    centre = weighted_mean(y, shares) if loss.quadratic and has_intercept else 0.0
    y_centred = np.empty(y.size)
    for i in range(y.size):
        y_centred[i] = y[i] - centre
    start = null_start(loss, Z, y_centred, shares, has_intercept)
    unit = _unit(loss, y_centred, start[0] if has_intercept else 0.0)
    means, size = _means(Z, shares, has_intercept), np.empty(Z.shape[1])
    scale = standardise(Z, means, shares, size)
    gram = gram_of(Z) if all_columns and has_gram(loss) else np.zeros((0, 0))
    for j in range(scale.size):
        scale[j] *= unit
    return Design(Z, gram, y_centred, directions(loss, y), scale, unit), start, Units(centre, means, size)


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
