"""Dense linear solve for the small systems of the Newton kernels.

numpy's raises on a singular matrix, and an exception inside compiled code leaks its arrays; here it is a return value.
"""

import numpy as np

from simstudy.kernels.calls import part
from simstudy.kernels.lapack import cholesky_in_place, solve_factorised

# Share of a column's largest entry below which a pivot is rounding.
SMALLEST_PIVOT = 1e-13
# From so many unknowns on LAPACK is faster than loops.
LARGE = 24


@part
def solve_in_place(A, rhs):
    """Solve A x = rhs by LU with partial pivoting; A (m, m) is destroyed, rhs (m,) becomes x.

    Returns False, with both arrays spoilt, where a pivot is below a share of the largest entry of its column in A.
    """
    m = rhs.size
    scale = np.zeros(m)
    for i in range(m):
        for j in range(m):
            scale[j] = max(scale[j], abs(A[i, j]))
    for k in range(m):
        pivot = k
        for i in range(k + 1, m):
            if abs(A[i, k]) > abs(A[pivot, k]):
                pivot = i
        if not abs(A[pivot, k]) > SMALLEST_PIVOT * scale[k]:
            return False
        if pivot != k:
            for j in range(k, m):
                A[k, j], A[pivot, j] = A[pivot, j], A[k, j]
            rhs[k], rhs[pivot] = rhs[pivot], rhs[k]
        inverse = 1.0 / A[k, k]
        for i in range(k + 1, m):
            factor = A[i, k] * inverse
            if factor != 0.0:
                for j in range(k + 1, m):
                    A[i, j] -= factor * A[k, j]
                rhs[i] -= factor * rhs[k]
    for k in range(m - 1, -1, -1):
        for j in range(k + 1, m):
            rhs[k] -= A[k, j] * rhs[j]
        rhs[k] /= A[k, k]
    return True


@part
def solve_definite(A, rhs):
    """`solve_in_place` for a symmetric A, a large one by Cholesky where it has one; needs `potrf` and `potrs`."""
    m = rhs.size
    if m < LARGE:
        return solve_in_place(A, rhs)
    L = np.empty((m, m))
    for i in range(m):
        for j in range(m):
            L[i, j] = A[i, j]
    regular = cholesky_in_place(L)
    for k in range(m):
        # The largest entries of a positive definite matrix are on its diagonal.
        regular = regular and L[k, k] * L[k, k] > SMALLEST_PIVOT * A[k, k]
    if not regular:
        return solve_in_place(A, rhs)
    solve_factorised(L, rhs.reshape((1, m)))
    return True
