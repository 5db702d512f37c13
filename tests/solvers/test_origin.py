"""With an intercept nothing depends on where a column's origin lies; without one the null model is the unit."""

from __future__ import annotations

import numpy as np
import pytest

from cases import KINDS, Case, fit, problem
from reference.objective import Problem
from simstudy.estimators import fgsm, mle, path, penalized
from simstudy.penalties import Lasso, Lr, Scad
from simstudy.records import Status


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
@pytest.mark.parametrize("origin", [3.0, -1e4, 1e8])
def test_a_fit_on_shifted_columns_is_the_fit(family: str, penalty: str, attack: str, origin: float) -> None:
    """The shift itself rounds the columns, by a relative 1e-16 * origin."""
    given = problem(Case(family, penalty, attack, size=(100, 10)))
    shifted = Problem(given.X + origin, given.y, family, given.penalty, attack, True)
    here, there = fit(given), fit(shifted)
    assert there.status == here.status == Status.OK
    np.testing.assert_allclose(there.coef, here.coef, atol=1e-8 + 1e-14 * abs(origin))
    assert there.intercept + origin * there.coef.sum() == pytest.approx(here.intercept, abs=1e-7 + 1e-14 * abs(origin))


def test_calendar_years_far_from_zero() -> None:
    """A case that no fit survived: mean over standard deviation of a column 3e8, its digits those of the slope."""
    x = np.linspace(0.0, 10.0, 50)
    y = x - 5.0 + np.random.default_rng(0).standard_normal(50)
    exact = np.polyfit(x, y, 1)[0]
    X = (x + 1e9)[:, None]
    assert mle(X, y, family="gaussian").coef[0] == pytest.approx(exact, abs=1e-7)
    for penalty in (Lasso(1e-9), Scad(1e-3), Lr(1e-9, 0.5)):
        for estimator in (penalized, fgsm):
            result = estimator(X, y, family="gaussian", penalty=penalty)
            assert result.status == Status.OK
            assert result.coef[0] == pytest.approx(exact, abs=1e-6)
    along = path(X, y, family="gaussian", penalty=Lasso(1.0), lams=[0.1, 1e-9])
    assert along[1].coef[0] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("n", [1, 5])
def test_a_constant_response_without_intercept_is_a_regression_through_the_origin(n: int) -> None:
    """x = 1, y = 1: the FGSM LASSO's coefficient is 1 for lam < 1 and 0 for lam > 1."""
    X, y = np.ones((n, 1)), np.ones(n)
    for lam, exact in ((0.5, 1.0), (2.0, 0.0)):
        result = fgsm(X, y, family="gaussian", penalty=Lasso(lam), fit_intercept=False)
        assert result.status == Status.OK
        assert result.coef[0] == pytest.approx(exact, abs=1e-11)
    zeros = fgsm(X, 0.0 * y, family="gaussian", penalty=Lasso(0.5), fit_intercept=False)
    assert zeros.status == Status.DEGENERATE_RESPONSE


def test_responses_that_hardly_vary_without_intercept() -> None:
    X = np.random.default_rng(1).standard_normal((30, 3))
    y = np.where(np.arange(30) == 3, 1.1, 1.0)
    assert penalized(X, y, family="gaussian", penalty=Lasso(0.01), fit_intercept=False).status == Status.OK
    far = mle(np.ones((30, 1)), 1e9 + X[:, 0], family="gaussian", fit_intercept=False)
    assert far.status == Status.OK
    assert far.coef[0] == pytest.approx(1e9 + X[:, 0].mean(), rel=1e-14)
