"""Degrees of freedom against closed forms and against the covariance that defines them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cases import CANONICAL, draw
from simstudy.errors import InputError
from simstudy.estimators import Fit, fgsm, mle, penalized
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


KINDS = ("active", "trace", "divergence")


def test_the_trace_is_that_of_fan_and_li() -> None:
    """tr{X (X'X + n Sigma)^-1 X'} with Sigma = diag(p'(|b|)/|b|), written out."""
    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(5))
    penalty = Scad(0.4)
    fit = penalized(X, y, family="gaussian", penalty=penalty, fit_intercept=False)
    A, b = X[:, fit.coef != 0], np.abs(fit.coef[fit.coef != 0])
    slope = np.where(b <= 0.4, 0.4, np.maximum(3.7 * 0.4 - b, 0.0) / 2.7)
    expected = np.trace(A @ np.linalg.solve(A.T @ A + 60 * np.diag(slope / b), A.T))
    given = {"family": "gaussian", "estimator": "penalized", "penalty": penalty, "fit_intercept": False}
    assert degrees_of_freedom(fit, X, y, df="trace", **given) == pytest.approx(expected)
    assert degrees_of_freedom(fit, X, y, df="trace", **given) < degrees_of_freedom(fit, X, y, **given)


@pytest.mark.parametrize("penalty", [Scad(0.4), Mcp(0.4), Lasso(0.1), ElasticNet(0.3, 0.5), Lr(0.05, 0.5)])
def test_the_divergence_is_the_derivative_of_the_fit(penalty: Penalty) -> None:
    """Sum of d eta_i / d y_i by central differences of refitted data, where no coefficient enters or leaves."""
    X, y = draw("gaussian", 40, 4, 0.2, np.random.default_rng(6))
    fit = penalized(X, y, family="gaussian", penalty=penalty)
    df = degrees_of_freedom(fit, X, y, family="gaussian", estimator="penalized", penalty=penalty, df="divergence")
    total, h = 0.0, 1e-4
    for i in range(40):
        ends = [penalized(X, y + sign * h * np.eye(40)[i], family="gaussian", penalty=penalty) for sign in (1, -1)]
        up, down = (end.intercept + X[i] @ end.coef for end in ends)
        total += (up - down) / (2 * h)
    assert df == pytest.approx(total, rel=1e-3)


@each_family
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("df", KINDS)
@pytest.mark.parametrize("center", [2008.0, -1e6])
def test_they_do_not_depend_on_the_origin_of_a_column(family: str, estimator: str, df: str, center: float) -> None:
    X, y = draw(family, 100, 4, 0.3, np.random.default_rng(7))
    penalty = ElasticNet(0.03, 0.7)
    fit = (penalized if estimator == "penalized" else fgsm)(X, y, family=family, penalty=penalty)
    moved = replace(fit, intercept=fit.intercept - center * fit.coef[0])
    given = {"family": family, "estimator": estimator, "penalty": penalty, "df": df}
    plain = degrees_of_freedom(fit, X, y, **given)
    other = degrees_of_freedom(moved, X + np.array([center, 0.0, 0.0, 0.0]), y, **given)
    assert other == pytest.approx(plain, rel=1e-6)


def test_columns_that_depend_on_each_other_count_once() -> None:
    """The lasso's df is the rank of the selected columns (Tibshirani & Taylor 2012)."""
    X, y = draw("gaussian", 50, 2, 0.0, np.random.default_rng(8))
    twice = np.column_stack([X, X[:, 0]])
    shared = Fit(np.array([0.5, 0.1, 0.3]), 0.1)
    df = degrees_of_freedom(shared, twice, y, family="gaussian", estimator="penalized", penalty=Lasso(0.1))
    assert df == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("estimator", "df", "message"),
    [
        ("penalized", "actve", r"df: unknown 'actve'.*did you mean 'active'"),
        ("fgsm_training", "trace", r"df = 'trace'.*'active' with 'fgsm_training'"),
        ("penalized_adaptive", "divergence", r"df = 'divergence'.*no estimating equation"),
    ],
)
def test_a_kind_that_there_is_not_is_refused(estimator: str, df: str, message: str) -> None:
    X, y = draw("gaussian", 20, 2, 0.0, np.random.default_rng(9))
    fit = mle(X, y, family="gaussian")
    with pytest.raises(InputError, match=message):
        degrees_of_freedom(fit, X, y, family="gaussian", estimator=estimator, penalty=Lasso(0.1), df=df)


@pytest.mark.slow
@pytest.mark.parametrize(("estimator", "lam"), [("penalized", 0.5), ("fgsm", 0.2)])
def test_nonconvex_fits_against_the_covariance(estimator: str, lam: float) -> None:
    """Scad at n = 50, p = 8, sigma = 3 (slopes of Fan & Li 2001), 2000 samples, MCSE of about 0.1.

    Penalised: the divergence has the covariance's mean within 5 MCSE (false-alarm rate 6e-7; 0.5 is detected), the
    nonzeros fall short. FGSM's fits jump at the first knot, where its threshold lies beyond lam, so that all three
    fall short: the docstring's warning.
    """
    rng = np.random.default_rng(10)
    X = draw("gaussian", 50, 8, 0.5, rng)[0]
    mean = X @ np.array([3.0, 1.5, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0])
    errors = 3.0 * rng.standard_normal((2000, 50))
    penalty, fitted, df = Scad(lam), np.empty((2000, 50)), np.empty((3, 2000))
    for r, e in enumerate(errors):
        fit = (penalized if estimator == "penalized" else fgsm)(X, mean + e, family="gaussian", penalty=penalty)
        fitted[r] = fit.intercept + X @ fit.coef
        for k, kind in enumerate(KINDS):
            given = {"family": "gaussian", "estimator": estimator, "penalty": penalty, "df": kind}
            df[k, r] = degrees_of_freedom(fit, X, mean + e, **given)
    covariance = np.sum(errors * (fitted - fitted.mean(axis=0)), axis=1) / 9.0
    gaps = np.nanmean(covariance - df, axis=1)
    mcse = np.nanstd(covariance - df, axis=1) / np.sqrt(2000)
    assert gaps[0] > 0.5
    assert gaps[1] > gaps[0]
    if estimator == "penalized":
        assert abs(gaps[2]) <= 5.0 * mcse[2]
    else:
        assert np.all(gaps > 1.0)
