"""Products and factorisations of dense symmetric matrices by BLAS and LAPACK.

numba's own wrappers know no symmetric product, and raise on a singular matrix, where an exception inside compiled code
leaks its arrays. A matrix in C order is its transpose in Fortran order: what is called upper there is lower here.
"""

import numpy as np
from numba import types

from simstudy.kernels.arguments import MATRIX, NUMBER, VOID
from simstudy.kernels.calls import kernel, part, routine
from simstudy.kernels.vectors import full

CHARACTER = types.CPointer(types.uint8)
INTEGER = types.CPointer(types.int32)
NUMBERS = types.CPointer(types.float64)

syrk = routine(
    "cython_blas",
    "dsyrk",
    types.void(CHARACTER, CHARACTER, INTEGER, INTEGER, NUMBERS, NUMBERS, INTEGER, NUMBERS, NUMBERS, INTEGER),
)
potrf = routine("cython_lapack", "dpotrf", types.void(CHARACTER, INTEGER, NUMBERS, INTEGER, INTEGER))
potrs = routine(
    "cython_lapack",
    "dpotrs",
    types.void(CHARACTER, INTEGER, INTEGER, NUMBERS, INTEGER, NUMBERS, INTEGER, INTEGER),
)

UPPER, PLAIN, TRANSPOSED = ord("U"), ord("N"), ord("T")


@part
def _character(code):
    out = np.empty(1, np.uint8)
    out[0] = code
    return out


@part
def _integer(value):
    out = np.empty(1, np.int32)
    out[0] = value
    return out


@part
def outer_lower(Z, out):
    """Lower triangle of Z Z' into `out` (n, n), for Z (n, m); needs `syrk`."""
    n, m = Z.shape
    rows, columns = _integer(n), _integer(m)
    one, zero = full(1, 1.0), full(1, 0.0)
    syrk(
        _character(UPPER).ctypes, _character(TRANSPOSED).ctypes, rows.ctypes, columns.ctypes, one.ctypes, Z.ctypes,
        columns.ctypes, zero.ctypes, out.ctypes, rows.ctypes,
    )  # fmt: skip


@kernel(VOID(MATRIX, NUMBER, MATRIX), syrk)
def symmetric_product(Z, factor, out):
    """Factor Z'Z into the first m rows and columns of `out`, for Z (n, m): half the work of a product of matrices."""
    n, m = Z.shape
    if m == 0:
        return
    codes, sizes, numbers = np.empty(2, np.uint8), np.empty(3, np.int32), np.zeros(2)
    codes[0], codes[1] = UPPER, PLAIN
    sizes[0], sizes[1], sizes[2] = m, n, out.shape[1]
    numbers[0] = factor
    syrk(
        codes.ctypes, codes[1:].ctypes, sizes.ctypes, sizes[1:].ctypes, numbers.ctypes, Z.ctypes, sizes.ctypes,
        numbers[1:].ctypes, out.ctypes, sizes[2:].ctypes,
    )  # fmt: skip
    for j in range(m):
        for k in range(j):
            out[k, j] = out[j, k]


@part
def gram_of(Z):
    """Z'Z / n; needs `symmetric_product`."""
    n, m = Z.shape
    gram = np.empty((m, m))
    symmetric_product(Z, 1.0 / n, gram)
    return gram


@part
def cholesky_in_place(A):
    """Factorise a positive definite A (m, m), of which the lower triangle is read; False where it is not.

    Needs `potrf`.
    """
    size, info = _integer(A.shape[0]), _integer(0)
    potrf(_character(UPPER).ctypes, size.ctypes, A.ctypes, size.ctypes, info.ctypes)
    return info[0] == 0


@part
def solve_factorised(A, rhs):
    """Solve A x = each row of rhs (k, m) in place, A from `cholesky_in_place`; needs `potrs`."""
    size, count, info = _integer(A.shape[0]), _integer(rhs.shape[0]), _integer(0)
    potrs(
        _character(UPPER).ctypes, size.ctypes, count.ctypes, A.ctypes, size.ctypes, rhs.ctypes, size.ctypes, info.ctypes
    )  # fmt: skip
