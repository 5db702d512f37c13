"""Small operations on vectors as loops.

An expression of whole arrays brings its checks of shapes, messages included, into every kernel that it is part of:
written as loops, all kernels together compile in little more than half the time.
"""

import numpy as np
from numba import types

from simstudy.kernels.arguments import VECTOR
from simstudy.kernels.calls import kernel, part


@part
def assign(a, b):
    """Copy b into a."""
    for i in range(b.size):
        a[i] = b[i]


@part
def fill(a, value):
    """Set every entry of a."""
    for i in range(a.size):
        a[i] = value


@part
def copy(a):
    """A new vector with the entries of a."""
    out = np.empty(a.size)
    for i in range(a.size):
        out[i] = a[i]
    return out


@part
def full(size, value):
    """A new vector of one value."""
    out = np.empty(size)
    for i in range(size):
        out[i] = value
    return out


@part
def mean(a):
    """Mean of the entries."""
    total = 0.0
    for i in range(a.size):
        total += a[i]
    return total / a.size


@part
def weighted_mean(a, shares):
    """Mean of the entries that count `shares`, whose own mean is one."""
    total = 0.0
    for i in range(a.size):
        total += shares[i] * a[i]
    return total / a.size


@part
def any_positive(a):
    """Whether some entry is positive."""
    for i in range(a.size):
        if a[i] > 0.0:
            return True
    return False


@part
def largest(a):
    """Largest absolute value."""
    found = 0.0
    for i in range(a.size):
        found = max(found, abs(a[i]))
    return found


@part
def largest_change(a, b):
    """Largest absolute difference."""
    change = 0.0
    for i in range(a.size):
        change = max(change, abs(a[i] - b[i]))
    return change


@part
def active(b, c):
    """Indices of coefficients that are nonzero or not penalised."""
    index = np.empty(b.size, np.int64)
    count = 0
    for j in range(b.size):
        if b[j] != 0.0 or c[j] == 0.0:
            index[count] = j
            count += 1
    return index[:count]


@kernel(types.int64[::1](VECTOR))
def order_of(a):
    """Indices that sort the entries from small to large; a kernel, as sorting takes seconds to compile."""
    return np.argsort(a)


@part
def take(a, index):
    """The entries of a at an index."""
    out = np.empty(index.size)
    for k in range(index.size):
        out[k] = a[index[k]]
    return out


@part
def put(a, index, values):
    """Set the entries of a at an index."""
    for k in range(index.size):
        a[index[k]] = values[k]


@part
def take_columns(Z, index):
    """The columns of Z at an index, in C order."""
    n = Z.shape[0]
    out = np.empty((n, index.size))
    for i in range(n):
        for k in range(index.size):
            out[i, k] = Z[i, index[k]]
    return out


@part
def gradient_in(Z, d_eta, q):
    """Z'd_eta / n into the first entries of q."""
    n, m = Z.shape
    np.dot(Z.T, d_eta, q[:m])
    for j in range(m):
        q[j] /= n
