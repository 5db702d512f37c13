"""Degrees of freedom against closed forms and against the covariance that defines them."""

from __future__ import annotations

import numpy as np
import pytest

from cases import CANONICAL, draw
from simstudy.estimators import fgsm, mle, penalized
from simstudy.estimators.degrees_of_freedom import degrees_of_freedom
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad

each_family = pytest.mark.parametrize("family", CANONICAL)


@each_family
@pytest.mark.parametrize("penalty", [Lasso(0.1), Scad(0.2), Mcp(0.2), Lr(0.05, 0.5)])
def test_a_sparse_penalised_fit_has_as_many_as_coefficients(family: str, penalty: Penalty) -> None:
    X, y = draw(family, 80, 6, 0.3, np.random.default_rng(1))
    fit = penalized(X, y, family=family, penalty=penalty)
    df = degrees_of_freedom(fit, X, y, family=family, estimator="penalized", penalty=penalty)
    assert df == pytest.approx(np.count_nonzero(fit.coef) + 1)
    assert 1 <= np.count_nonzero(fit.coef) < 6


@pytest.mark.parametrize("penalty", [ElasticNet(0.6, 0.3), Lr(0.21, 2.0)])
def test_a_quadratic_penalty_has_the_trace_of_its_smoother(penalty: Penalty) -> None:
    X, y = draw("gaussian", 80, 6, 0.3, np.random.default_rng(2))
    fit = penalized(X, y, family="gaussian", penalty=penalty, fit_intercept=False)
    A = X[:, fit.coef != 0]
    smoother = A @ np.linalg.solve(A.T @ A + 80 * 0.42 * np.eye(A.shape[1]), A.T)
    df = degrees_of_freedom(fit, X, y, family="gaussian", estimator="penalized", penalty=penalty, fit_intercept=False)
    assert df == pytest.approx(np.trace(smoother))


@each_family
def test_a_vanishing_attack_leaves_the_number_of_coefficients(family: str) -> None:
    X, y = draw(family, 80, 4, 0.3, np.random.default_rng(3))
    for lam, close in ((1e-6, 1e-3), (0.03, 0.3)):
        fit = fgsm(X, y, family=family, penalty=Lasso(lam))
        df = degrees_of_freedom(fit, X, y, family=family, estimator="fgsm", penalty=Lasso(lam))
        assert abs(df - np.count_nonzero(fit.coef) - 1) < close


def test_an_unusable_fit_has_none() -> None:
    X, y = np.eye(4)[:, :2], np.array([1.0, 0.0, 0.0, 0.0])
    fit = mle(X, y, family="binomial")
    assert np.isnan(degrees_of_freedom(fit, X, y, family="binomial", estimator="mle"))


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("lam", [0.05, 0.3])
def test_the_mean_is_the_covariance_that_defines_them(estimator: str, lam: float) -> None:
    """sum_i cov(eta_i hat, y_i) / sigma^2 over 4000 gaussian samples, sigma = 1, p = 8, 5 MCSE of about 0.06.

    The false-alarm rate of a comparison is 6e-7 under normality; 0.35 would be detected.
    """
    rng = np.random.default_rng([4, int(1000 * lam)])
    X = rng.standard_normal((60, 8))
    mean = X @ np.array([1.0, -0.8, 0.5, 0.3, 0.0, 0.0, 0.0, 0.0])
    penalty = Lasso(lam)
    errors = rng.standard_normal((4000, 60))
    fitted, df = np.empty((4000, 60)), np.empty(4000)
    for r, e in enumerate(errors):
        fit = (penalized if estimator == "penalized" else fgsm)(X, mean + e, family="gaussian", penalty=penalty)
        fitted[r] = fit.intercept + X @ fit.coef
        df[r] = degrees_of_freedom(fit, X, mean + e, family="gaussian", estimator=estimator, penalty=penalty)
    covariance = np.sum(errors * (fitted - fitted.mean(axis=0)), axis=1)
    gap = covariance - df
    assert abs(gap.mean()) <= 5.0 * gap.std() / np.sqrt(4000)
