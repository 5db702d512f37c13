"""The minimiser of the quadratic model in (b, P)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import Array
from simstudy.kernels import quadratic
from simstudy.kernels.calls import callable_from_python

minimise_model = callable_from_python(quadratic.minimise_model)
model_residual = callable_from_python(quadratic.model_residual)


def model(seed: int, n: int, m: int) -> tuple[Array, Array, Array]:
    """Curvature (m + 1, m + 1) of an attacked loss, its gradient at zero and the weights c, the first unpenalised."""
    rng = np.random.default_rng(seed)
    Z = np.column_stack([rng.standard_normal((n, m)), rng.choice([-1.0, 1.0], n)])
    c = np.append(0.0, rng.uniform(0.05, 0.5, m - 1))
    q = np.append(rng.standard_normal(m), 0.8)
    return Z.T @ Z / n, q, c


def value(H: Array, q: Array, c: Array, b: Array) -> float:
    z = np.append(b, c @ np.abs(b))
    return float(q @ z + 0.5 * z @ H @ z)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 10))
def test_nothing_nearby_is_lower(seed: int, m: int) -> None:
    H, q, c = model(seed, 40, m)
    b = np.zeros(m)
    assert minimise_model(H, q.copy(), b, c, np.ones(m), 1e-12, quadratic.ALL)
    rng = np.random.default_rng(seed)
    best = value(H, q, c, b)
    for size in (1e-4, 1e-2, 1.0):
        near = b + size * rng.standard_normal((50, m)) * rng.integers(0, 2, (50, m))
        assert min(value(H, q, c, other) for other in near) >= best - 1e-12


def test_the_gradient_is_carried_along() -> None:
    H, q, c = model(3, 40, 6)
    b, at = np.zeros(6), q.copy()
    minimise_model(H, at, b, c, np.ones(6), 1e-12, quadratic.ALL)
    np.testing.assert_allclose(at, q + H @ np.append(b, c @ np.abs(b)), atol=1e-12)
    assert model_residual(at, b, c, np.ones(6)) <= 1e-12


@pytest.mark.parametrize("seed", range(5))
def test_more_coefficients_than_observations(seed: int) -> None:
    """Plain sweeps would need thousands of rounds here; the ridge step finds a face with a unique minimiser."""
    n, m = 15, 40
    H, q, c = model(seed, n, m)
    H[-1, :] = H[:, -1] = 0.0
    q[:-1] = H[:-1, :-1] @ q[:-1]
    q[-1] = 1.0
    c[1:] = 1e-4
    b, at = np.zeros(m), q.copy()
    minimise_model(H, at, b, c, np.ones(m), 1e-11, quadratic.ALL)
    assert model_residual(at, b, c, np.ones(m)) <= 1e-11
    assert np.count_nonzero(b) <= n


def test_a_flat_unpenalised_direction_is_reported() -> None:
    H = np.zeros((3, 3))
    H[:2, :2] = 1.0
    assert not minimise_model(H, np.array([1.0, 1.0, 0.0]), np.zeros(2), np.zeros(2), np.ones(2), 1e-12, quadratic.ALL)


@pytest.mark.parametrize(
    ("b", "scale", "expected"),
    [
        ((7.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.3),
        ((7.0, 2.0, 0.0), (1.0, 1.0, 1.0), 0.8),
        ((7.0, -2.0, 2.0), (1.0, 1.0, 1.0), 0.3),
        ((7.0, 2.0, 0.0), (1.0, 4.0, 1.0), 0.3),
    ],
)
def test_residual_of_each_kind_of_coordinate(b: tuple[float, ...], scale: tuple[float, ...], expected: float) -> None:
    q, c = np.array([0.3, 0.3, -0.3, 0.5]), np.array([0.0, 1.0, 1.0])
    assert model_residual(q, np.array(b), c, np.array(scale)) == pytest.approx(expected, rel=1e-14)
