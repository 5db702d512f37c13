"""The largest margin at l1 norm one against the dual linear program of another solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from simstudy.solvers.margin import _by_simplex, largest_margin, margin_exceeds, separates


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


@pytest.mark.parametrize("seed", [33, 126, 181, 204])
def test_the_dual_is_closed_as_far_as_rounding_lets_it(seed: int) -> None:
    """Wide data of one scale; before, one data set in 400 of this size ended in an error."""
    rng = np.random.default_rng(seed)
    A = rng.choice([-1.0, 1.0], (85, 1)) * rng.standard_normal((85, 100))
    assert largest_margin(A, free=False) == pytest.approx(by_the_dual(A, free=False), abs=1e-6)


@pytest.mark.parametrize("free", [False, True])
def test_the_simplex_method_stands_in(free: bool) -> None:
    for n, p in ((10, 40), (30, 14), (60, 30)):
        rng = np.random.default_rng([n, p])
        signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
        A = signs[:, None] * rng.standard_normal((n, p))
        A = np.column_stack([signs, A]) if free else A
        assert _by_simplex(A, int(free)) == pytest.approx(largest_margin(A, free), abs=1e-6)


def test_a_matrix_without_entries_has_no_margin() -> None:
    assert largest_margin(np.zeros((4, 2)), free=False) == 0.0


def test_equal_columns_and_rows_are_no_obstacle() -> None:
    A = np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 0.0], [1.0, 1.0, 1.0]])
    assert largest_margin(A, free=False) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(("n", "p"), [(3, 1), (10, 40), (30, 15), (40, 15), (60, 30)])
def test_a_level_is_compared_with_the_largest_margin(n: int, p: int, free: bool) -> None:
    """From 1e-7 of the largest entry on either side of the dual's value."""
    for seed in range(8):
        rng = np.random.default_rng([seed, n, p, 1])
        signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
        A = signs[:, None] * rng.standard_normal((n, p)) * 10.0 ** rng.uniform(-1, 1, p)
        A = np.column_stack([signs, A]) if free else A
        level, apart = by_the_dual(A, free), 1e-7 * np.abs(A).max()
        if level < 2.0 * apart:
            assert margin_exceeds(A, free, 1e-4) is False
            continue
        assert margin_exceeds(A, free, level - apart) is True
        assert margin_exceeds(A, free, level + apart) is False


def test_at_the_margin_itself_nothing_is_certain() -> None:
    assert margin_exceeds(np.array([[2.0, 0.0], [0.0, 2.0]]), False, 1.0) is None


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(("n", "p"), [(8, 4), (12, 6), (30, 15), (40, 15), (60, 30)])
def test_separation_is_what_the_dual_says(n: int, p: int, free: bool) -> None:
    """Random signs, columns of unlike scale; a third of the data is whole numbers, in which ties occur."""
    answers = []
    for seed in range(12):
        rng = np.random.default_rng([seed, n, p, 2])
        signs = np.where(rng.random(n) < 0.5, 1.0, -1.0)
        X = rng.standard_normal((n, p)) * 10.0 ** rng.uniform(-1, 1, p)
        A = signs[:, None] * (np.round(X) if seed % 3 == 0 else X)
        A = np.column_stack([signs, A]) if free and abs(signs.sum()) < n else A
        margin = by_the_dual(A, bool(A.shape[1] > p))
        found = separates(A, A.shape[1] > p)
        answers.append(found)
        assert found in (None, margin > 1e-9)
    assert sum(found is None for found in answers) <= 4, "only ties may be left to a linear program"


def test_separation_with_ties_is_not_decided() -> None:
    """Along (1, 0) no row is negative and one is zero: neither a margin nor positive weights exist."""
    assert separates(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), False) is None
    assert separates(np.zeros((3, 2)), False) is None
