"""The design's columns as fits get them."""

import numpy as np

from simstudy.kernels.calls import part

# Share of a column's size that is the rounding of its mean.
CONSTANT = 1e-15


@part
def find_constant(X, constant):
    """Fill `constant` (p,): which columns of X (n, p) have zero variance, up to rounding."""
    n, p = X.shape
    for j in range(p):
        rounding = CONSTANT * abs(X[0, j])
        i = n - 1
        while i > 0 and abs(X[i, j] - X[0, j]) <= rounding:
            i -= 1
        constant[j] = i == 0


@part
def columns_of(X, weights, penalised, has_intercept, constant):
    """Design (n, m) with its intercept column, and `find_constant`.

    Next to an intercept a penalised constant column has coefficient zero at a minimiser. The kernels get zeros for it,
    as a smooth penalty would leave it where the slope is below their tolerance.
    """
    n, p = X.shape
    k = 1 if has_intercept else 0
    find_constant(X, constant)
    Z = np.empty((n, p + k))
    for i in range(n):
        if has_intercept:
            Z[i, 0] = 1.0
        for j in range(p):
            Z[i, j + k] = X[i, j]
    if has_intercept and penalised:
        for j in range(p):
            if constant[j] and weights[j + 1] > 0.0:
                for i in range(n):
                    Z[i, j + 1] = 0.0
    return Z
