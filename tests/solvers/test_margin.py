"""The largest margin at l1 norm one against the dual linear program of another solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from simstudy.solvers.margin import largest_margin


def by_the_dual(A: np.ndarray, free: bool) -> float:
    """min over convex weights l of ||X'l||_inf, with sum yt_i l_i = 0 where there is an intercept."""
    n, X = A.shape[0], A[:, int(free) :]
    one = np.ones((X.shape[1], 1))
    equal = [np.append(np.ones(n), 0.0)] + [np.append(A[:, 0], 0.0)] * free
    found = linprog(
        np.append(np.zeros(n), 1.0),
        A_ub=np.vstack([np.hstack([X.T, -one]), np.hstack([-X.T, -one])]),
        b_ub=np.zeros(2 * X.shape[1]),
        A_eq=np.array(equal),
        b_eq=[1.0] + [0.0] * free,
        method="highs",
    )
    return float(found.fun)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(("n", "p"), [(3, 1), (6, 2), (10, 40), (30, 15), (30, 14), (40, 15), (60, 30)])
def test_the_margin_is_that_of_the_dual(n: int, p: int, free: bool) -> None:
    """Among the sizes are some where a direction has a margin and some where none has; columns of unlike scale."""
    for seed in range(8):
        rng = np.random.default_rng([seed, n, p])
        signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
        A = signs[:, None] * rng.standard_normal((n, p)) * 10.0 ** rng.uniform(-2, 2, p)
        A = np.column_stack([signs, A]) if free else A
        found, unit = largest_margin(A, free), np.abs(A).max()
        assert found == pytest.approx(by_the_dual(A, free), abs=1e-7 * unit)
        assert found == 0.0 or found > 1e-8 * unit


def test_a_matrix_without_entries_has_no_margin() -> None:
    assert largest_margin(np.zeros((4, 2)), free=False) == 0.0


def test_equal_columns_and_rows_are_no_obstacle() -> None:
    A = np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 0.0], [1.0, 1.0, 1.0]])
    assert largest_margin(A, free=False) == pytest.approx(1.0, abs=1e-7)
