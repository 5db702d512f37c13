"""Gaussian FGSM-lasso interpolates up to dbar and not beyond (T23)."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from scipy.optimize import linprog

from simstudy.errors import InputError
from simstudy.estimators import fgsm
from simstudy.estimators.interpolation import interpolation_threshold
from simstudy.penalties import Lasso
from simstudy.records import Status


def smallest_norm(X: np.ndarray, y: np.ndarray, fit_intercept: bool) -> float:
    """Minimum of ||beta||_1 over interpolators, by the primal program."""
    n, p = X.shape
    ones = np.ones((n, 1)) if fit_intercept else np.zeros((n, 0))
    cost = np.append(np.ones(2 * p), np.zeros(2 * ones.shape[1]))
    return float(linprog(cost, A_eq=np.hstack([X, -X, ones, -ones]), b_eq=y, method="highs").fun)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_fit_interpolates_up_to_the_threshold_and_not_beyond(fit_intercept: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((15, 40)) * rng.uniform(0.5, 2.0, 40)
    y = 3.0 + X[:, 0] + rng.standard_normal(15)
    threshold = interpolation_threshold(X, y, fit_intercept)
    below, above = (
        fgsm(X, y, family="gaussian", penalty=Lasso(factor * threshold), fit_intercept=fit_intercept)
        for factor in (0.99, 1.01)
    )
    assert np.max(np.abs(y - below.intercept - X @ below.coef)) < 1e-6
    assert np.sum(np.abs(below.coef)) == pytest.approx(smallest_norm(X, y, fit_intercept), rel=1e-6)
    assert np.max(np.abs(y - above.intercept - X @ above.coef)) > 1e-4


@pytest.mark.parametrize("factor", [0.5, 0.999, 1.001, 1.2, 4.0])
@pytest.mark.parametrize(("n", "p"), [(40, 44), (40, 80), (30, 150)])
def test_near_interpolation_a_fit_is_the_conic_program_s(n: int, p: int, factor: float) -> None:
    """Most observations end on their kinks there; Clarabel agrees to its own precision."""
    rng = np.random.default_rng([n, p])
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    lam = factor * interpolation_threshold(X, y)
    fit = fgsm(X, y, family="gaussian", penalty=Lasso(lam))
    beta, intercept = cp.Variable(p), cp.Variable()
    value = cp.sum_squares(cp.abs(y - intercept - X @ beta) + lam * cp.norm1(beta)) / (2 * n)
    cp.Problem(cp.Minimize(value)).solve(solver=cp.CLARABEL)
    assert fit.status == Status.OK
    assert fit.objective <= float(value.value) * (1 + 1e-7)
    np.testing.assert_allclose(fit.coef, beta.value, atol=2e-4)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_threshold_has_no_scale_in_y_and_the_inverse_scale_of_x(fit_intercept: bool) -> None:
    rng = np.random.default_rng(7)
    X, y = rng.standard_normal((10, 30)), rng.standard_normal(10)
    threshold = interpolation_threshold(X, y, fit_intercept)
    assert interpolation_threshold(X, 1e6 * y, fit_intercept) == pytest.approx(threshold, rel=1e-9)
    assert interpolation_threshold(10.0 * X, y, fit_intercept) == pytest.approx(10.0 * threshold, rel=1e-9)


def test_what_cannot_be_interpolated_and_what_always_is() -> None:
    rng = np.random.default_rng(8)
    X, y = rng.standard_normal((30, 5)), rng.standard_normal(30)
    assert interpolation_threshold(X, y) == 0.0
    assert interpolation_threshold(X, np.ones(30)) == np.inf
    with pytest.raises(InputError, match=r"y\.shape"):
        interpolation_threshold(X, y[:-1])
