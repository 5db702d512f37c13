"""The training loop ends at T3's minimiser with the lasso, and elsewhere with other penalties."""

from __future__ import annotations

import numpy as np
import pytest

from cases import CANONICAL, Array, draw
from simstudy.errors import InputError
from simstudy.estimators import fgsm
from simstudy.estimators.training import fgsm_training
from simstudy.families import FAMILIES, Family
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad
from simstudy.records import Status

each_family = pytest.mark.parametrize("family", CANONICAL)


@each_family
@pytest.mark.parametrize("penalty", [Lasso(0.02), Lasso(0.1), Lasso(0.05, weights=[1.0, 2.0, 0.5, 1.0, 0.0, 1.0])])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_with_the_lasso_it_reaches_the_minimiser(family: str, penalty: Lasso, fit_intercept: bool) -> None:
    X, y = draw(family, 120, 6, 0.5, np.random.default_rng(1))
    trained = fgsm_training(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept)
    best = fgsm(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept)
    assert trained.status == Status.OK, trained.message
    np.testing.assert_array_equal(trained.coef == 0, best.coef == 0)
    np.testing.assert_allclose(trained.coef, best.coef, atol=5e-4)
    np.testing.assert_allclose(trained.intercept, best.intercept, atol=5e-4)


@each_family
@pytest.mark.parametrize("penalty", [Scad(0.15), Mcp(0.15), Lr(0.05, 2.0), ElasticNet(0.15, 0.3)])
def test_with_other_penalties_it_does_not(family: str, penalty: Penalty) -> None:
    """T3 has p' where the loop has p/|b|; the gap is hundreds of times what the loop fails to resolve."""
    X, y = draw(family, 400, 2, 0.0, np.random.default_rng(2))
    trained = fgsm_training(X, y, family=family, penalty=penalty)
    best = fgsm(X, y, family=family, penalty=penalty)
    assert (trained.status, best.status) == (Status.OK, Status.OK)
    assert np.max(np.abs(trained.coef - best.coef)) > 0.01


def attacked_gradient(law: Family, X: Array, y: Array, coef: Array, penalty: Penalty) -> Array:
    """Gradient of the mean loss at adversarial examples of coef that are held fixed, one observation at a time."""
    total = np.zeros(coef.size)
    for x_i, y_i in zip(X, y, strict=True):
        s = np.sign(y_i - law.mean(np.array(x_i @ coef)))
        x_adv = x_i - s * np.sign(coef) * penalty.value(np.abs(coef)) / np.abs(coef)
        total += (law.mean(np.array(x_adv @ coef)) - y_i) * x_adv
    return total / y.size


@each_family
def test_it_ends_where_its_own_step_vanishes(family: str) -> None:
    X, y = draw(family, 150, 1, 0.0, np.random.default_rng(3))
    penalty = Scad(0.1)
    trained = fgsm_training(X, y, family=family, penalty=penalty, fit_intercept=False)
    assert trained.status == Status.OK
    assert np.all(trained.coef != 0)
    # One observation of the 150 may sit on its kink, where its gradient is anything between two sides.
    slack = 0.0 if family == "binomial" else 2.0 * 0.3 * np.abs(X).max() / 150
    gradient = attacked_gradient(FAMILIES[family], X, y, trained.coef, penalty)
    assert np.max(np.abs(gradient)) <= 1e-4 + slack


def test_scaling_a_column_rescales_its_coefficient_up_to_the_penalty() -> None:
    X, y = draw("gaussian", 80, 2, 0.0, np.random.default_rng(4))
    plain = fgsm_training(X, y, family="gaussian", penalty=Lasso(0.05))
    scaled = fgsm_training(X * [100.0, 1.0], y, family="gaussian", penalty=Lasso(0.05, weights=[100.0, 1.0]))
    np.testing.assert_allclose(scaled.coef * [100.0, 1.0], plain.coef, atol=1e-6)


@each_family
@pytest.mark.parametrize("penalty", [Lasso(0.05), Scad(0.1)])
@pytest.mark.parametrize("origin", [10.0, -2003.0, 1e9])
def test_it_does_not_depend_on_where_columns_lie(family: str, penalty: Penalty, origin: float) -> None:
    """The shift itself rounds the columns, by a relative 1e-16 * origin; the loop has about three digits."""
    X, y = draw(family, 100, 3, 0.3, np.random.default_rng(7))
    here = fgsm_training(X, y, family=family, penalty=penalty)
    there = fgsm_training(X + origin, y, family=family, penalty=penalty)
    assert there.status == here.status == Status.OK, there.message
    np.testing.assert_allclose(there.coef, here.coef, atol=5e-4)
    assert there.objective == pytest.approx(here.objective, abs=1e-5)


def test_it_does_not_depend_on_the_size_of_columns_or_of_gaussian_responses() -> None:
    X, y = draw("gaussian", 100, 2, 0.3, np.random.default_rng(8))
    here = fgsm_training(X, y, family="gaussian", penalty=Lasso(0.05))
    for size in (1e-150, 1e150):
        there = fgsm_training(X * size, y, family="gaussian", penalty=Lasso(0.05 * size))
        np.testing.assert_allclose(there.coef * size, here.coef, atol=5e-4)
    far = fgsm_training(X, 1e9 + y, family="gaussian", penalty=Lasso(0.05))
    assert far.status == Status.OK
    np.testing.assert_allclose(far.coef, here.coef, atol=5e-4)
    assert far.objective == pytest.approx(here.objective, abs=1e-5)


def test_a_constant_response_without_intercept_is_a_regression_through_the_origin() -> None:
    X, y = np.linspace(0.5, 2.0, 12)[:, None], np.ones(12)
    for lam in (0.1, 2.0):
        trained = fgsm_training(X, y, family="gaussian", penalty=Lasso(lam), fit_intercept=False)
        best = fgsm(X, y, family="gaussian", penalty=Lasso(lam), fit_intercept=False)
        assert trained.status == Status.OK, trained.message
        np.testing.assert_allclose(trained.coef, best.coef, atol=5e-4)
    zeros = fgsm_training(X, 0.0 * y, family="gaussian", penalty=Lasso(0.1), fit_intercept=False)
    assert zeros.status == Status.DEGENERATE_RESPONSE


def test_steps_that_diverge_are_begun_again_at_a_smaller_rate() -> None:
    """A few large counts far out: the curvature at the null model says nothing about that at the minimiser."""
    X = np.append(np.linspace(-1.0, 1.0, 40), [4.0, 4.5])[:, None]
    y = np.floor(np.exp(1.3 * X[:, 0]))
    trained = fgsm_training(X, y, family="poisson", penalty=Lasso(0.01))
    assert trained.status == Status.OK, trained.message
    best = fgsm(X, y, family="poisson", penalty=Lasso(0.01))
    np.testing.assert_allclose(trained.coef, best.coef, atol=5e-4)


def test_too_few_steps_are_a_status() -> None:
    X, y = draw("binomial", 80, 4, 0.5, np.random.default_rng(5))
    trained = fgsm_training(X, y, family="binomial", penalty=Lasso(0.05), max_iter=1)
    assert trained.status == Status.NOT_CONVERGED
    assert "still moves" in trained.message


def test_separable_data_do_not_converge() -> None:
    X = np.column_stack([np.linspace(-1.0, 1.0, 20)])
    y = (X[:, 0] > 0).astype(float)
    trained = fgsm_training(X, y, family="binomial", penalty=Lasso(1e-4), max_iter=2000)
    assert trained.status == Status.NOT_CONVERGED


def test_a_constant_response_is_a_status() -> None:
    trained = fgsm_training(np.eye(3), np.ones(3), family="poisson", penalty=Lasso(0.1))
    assert trained.status == Status.DEGENERATE_RESPONSE


def test_a_column_of_zeros_has_no_coefficient() -> None:
    X, y = draw("gaussian", 60, 2, 0.0, np.random.default_rng(6))
    X[:, 1] = 0.0
    trained = fgsm_training(X, y, family="gaussian", penalty=Lasso(0.05))
    assert trained.status == Status.OK
    assert trained.coef[1] == 0.0


def test_it_needs_a_step() -> None:
    with pytest.raises(InputError, match="max_iter = 0"):
        fgsm_training(np.eye(3), [0.0, 1.0, 0.0], family="binomial", penalty=Lasso(0.1), max_iter=0)
