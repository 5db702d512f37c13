"""The minimiser of the quadratic model in (b, P) with a bridge penalty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from cases import Array
from simstudy.families import FAMILIES
from simstudy.kernels import hessian, jumps, power
from simstudy.kernels.calls import callable_from_python
from simstudy.kernels.codes import Attack

best_jump = callable_from_python(jumps.best_jump)
fill_hessian = callable_from_python(hessian.fill_hessian)
coordinate_minimum = callable_from_python(power.coordinate_minimum)
descend_on_support = callable_from_python(power.descend_on_support)
minimise_power_model = callable_from_python(power.minimise_power_model)
power_curvature = callable_from_python(power.power_curvature)
power_residual = callable_from_python(power.power_residual)
power_slope = callable_from_python(power.power_slope)
power_step = callable_from_python(power.power_step)

POWERS = (0.3, 0.5, 0.9, 1.2, 1.5, 1.9, 2.5, 4.0)
TOL = 1e-11


def model(seed: int, m: int) -> tuple[Array, Array, Array]:
    """Curvature (m + 1, m + 1) of an attacked loss, its gradient at zero and the weights c, the first unpenalised."""
    rng = np.random.default_rng(seed)
    Z = np.column_stack([rng.standard_normal((m + 30, m)), rng.choice([-0.5, 1.0], m + 30)])
    c = np.append(0.0, rng.uniform(0.05, 0.5, m - 1))
    q = np.append(rng.standard_normal(m), 0.8)
    return Z.T @ Z / (m + 30), q, c


def value(H: Array, q: Array, c: Array, r: float, b: Array) -> float:
    z = np.append(b, c @ np.abs(b) ** r)
    return float(q @ z + 0.5 * z @ H @ z)


def gradient_at(H: Array, q: Array, c: Array, r: float, b: Array) -> Array:
    return q + H @ np.append(b, c @ np.abs(b) ** r)


@pytest.mark.parametrize("r", POWERS)
def test_a_coordinate_step_is_the_lowest_of_a_fine_grid(r: float) -> None:
    grid = np.concatenate([-np.geomspace(1e-6, 20.0, 400), [0.0], np.geomspace(1e-6, 20.0, 400)])
    for seed in range(24):
        H, q, c = model(seed, 4)
        b = np.array([0.3, -0.4, 0.0, 0.7])
        j = 1 + seed % 3
        best = b.copy()
        best[j] = coordinate_minimum(H, gradient_at(H, q, c, r, b), b, c, r, j)
        others = [value(H, q, c, r, np.where(np.arange(4) == j, t, b)) for t in grid]
        assert value(H, q, c, r, best) <= min(others) + 1e-12


@pytest.mark.parametrize("r", POWERS)
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_the_model_is_minimised_from_any_start(r: float, seed: int, m: int) -> None:
    H, q, c = model(seed, m)
    rng = np.random.default_rng(seed)
    b = rng.standard_normal(m) * rng.integers(0, 2, m)
    start, at = value(H, q, c, r, b), gradient_at(H, q, c, r, b)
    assert minimise_power_model(H, at, b, c, r, np.ones(m), TOL)
    np.testing.assert_allclose(at, gradient_at(H, q, c, r, b), atol=1e-9)
    assert power_residual(H, gradient_at(H, q, c, r, b), b, c, r, np.ones(m)) <= 1e-9
    assert value(H, q, c, r, b) <= start + 1e-12


@pytest.mark.parametrize("r", [0.3, 0.5])
def test_no_coordinate_leaves_to_the_model_s_good(r: float) -> None:
    """Also where the others follow, which a coordinate step cannot see."""
    tried = 0
    for seed in range(200):
        H, q, c = model(seed, 6)
        b = np.random.default_rng(seed).standard_normal(6)
        minimise_power_model(H, gradient_at(H, q, c, r, b), b, c, r, np.ones(6), TOL)
        for j in np.nonzero((b != 0.0) & (c > 0.0))[0]:
            if abs(b[j]) > 2.0 * (2.0 * 0.8 * c[j] * (1.0 - r) / H[j, j]) ** (1.0 / (2.0 - r)):
                continue
            other = np.where(np.arange(6) == j, 0.0, b)
            descend_on_support(H, gradient_at(H, q, c, r, other), other, c, r, np.ones(6), TOL)
            assert value(H, q, c, r, other) >= value(H, q, c, r, b) - 1e-12
            tried += 1
    assert tried > 20


@pytest.mark.parametrize("r", [r for r in POWERS if r > 1.0])
def test_a_convex_model_has_the_minimum_that_a_general_minimiser_finds(r: float) -> None:
    for seed in range(4):
        H, q, c = model(seed, 6)
        b = np.zeros(6)
        minimise_power_model(H, gradient_at(H, q, c, r, b), b, c, r, np.ones(6), TOL)
        other = minimize(
            lambda t, H=H, q=q, c=c: value(H, q, c, r, t), b + 0.1, method="Nelder-Mead", options={"maxfev": 20000}
        )
        assert value(H, q, c, r, b) <= other.fun + 1e-12


@pytest.mark.parametrize("r", POWERS)
@pytest.mark.parametrize("b", [0.4, -1.3, 1e-4])
def test_derivatives_of_the_power(r: float, b: float) -> None:
    step = 1e-5 * abs(b)
    slope = (0.7 * abs(b + step) ** r - 0.7 * abs(b - step) ** r) / (2 * step)
    assert power_slope(0.7, r, b) == pytest.approx(slope, rel=1e-7)
    curvature = (power_slope(0.7, r, b + step) - power_slope(0.7, r, b - step)) / (2 * step)
    assert power_curvature(0.7, r, b) == pytest.approx(curvature, rel=1e-7)
    assert power_slope(0.7, r, 0.0) == power_curvature(0.7, r, 0.0) == 0.0


@pytest.mark.parametrize("r", [1.2, 1.5, 1.9])
@pytest.mark.parametrize("target", [0.2, -0.3])
def test_one_step_solves_for_the_slope_of_a_power_alone(r: float, target: float) -> None:
    """In u = sign(b) |b|^(r - 1) the slope is linear, also through zero where its derivative in b is infinite."""
    b = 1e-3
    step = (target - power_slope(0.7, r, b)) / power_curvature(0.7, r, b)
    assert power_slope(0.7, r, power_step(0.7, r, b, step)) == pytest.approx(target, rel=1e-12)


def test_a_step_that_only_the_model_likes_is_not_taken() -> None:
    """The quadratic model of a saturated logistic loss jumps too far; the objective itself decides."""
    rng = np.random.default_rng(2)
    n, m, r, P = 60, 8, 0.5, 0.0
    attack = int(Attack.NONE)
    Z = rng.standard_normal((n, m))
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-2.0 * Z[:, 0]))).astype(float)
    family = FAMILIES["binomial"].kernel_loss(y)
    told = []
    for c_all in (0.02, 0.05, 0.08, 0.1, 0.15):
        b, eta, c = np.zeros(m), np.zeros(n), np.full(m, c_all)
        mu = np.full(n, 0.5)
        H, q = np.zeros((m + 1, m + 1)), np.append(Z.T @ (mu - y) / n, 1.0)
        fill_hessian(False, Z, np.zeros((0, 0)), mu * (1 - mu), np.zeros(n), 0.0, False, H)
        model_c = c.copy()
        j, t = best_jump(family, attack, Z, y, r, 1.0, b, eta, P, H, q, model_c)

        def objective(b: Array, c: Array = c) -> float:
            return float(np.mean(np.logaddexp(0.0, Z @ b) - y * (Z @ b)) + c @ np.abs(b) ** r)

        drops = {}
        for k in range(m):
            step = coordinate_minimum(H, q, b, c, r, k)
            change = objective(step * np.eye(m)[k]) - objective(b)
            assert (model_c[k] == np.inf) == (step != 0.0 and change >= 0.0)
            if change < 0.0:
                drops[k] = change
            told.append(step != 0.0)
        assert j == (min(drops, key=drops.get) if drops else -1)
        assert t == (coordinate_minimum(H, q, b, c, r, j) if drops else 0.0)
    assert any(told)
    assert not all(told)
