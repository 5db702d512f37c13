"""The dense solve: numpy's answer where there is one, False where there is none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simstudy.kernels import linear
from simstudy.kernels.calls import callable_from_python

solve_in_place = callable_from_python(linear.solve_in_place)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_agrees_with_numpy(seed: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    A, rhs = rng.standard_normal((m, m)), rng.standard_normal(m)
    expected = np.linalg.solve(A, rhs)
    x = rhs.copy()
    assert solve_in_place(A.copy(), x)
    np.testing.assert_allclose(x, expected, rtol=1e-13 * np.linalg.cond(A) * m, atol=1e-12 * np.abs(expected).max())


def test_needs_pivoting() -> None:
    x = np.array([2.0, 3.0])
    assert solve_in_place(np.array([[0.0, 1.0], [1.0, 0.0]]), x)
    np.testing.assert_array_equal(x, [3.0, 2.0])


@given(st.integers(0, 2**32 - 1), st.integers(2, 10), st.floats(1e-6, 1e6))
def test_says_no_to_dependent_columns(seed: int, m: int, size: float) -> None:
    Z = size * np.random.default_rng(seed).standard_normal((20, m - 1))
    Z = np.column_stack([Z, Z.sum(axis=1)])
    assert not solve_in_place(Z.T @ Z, np.ones(m))
