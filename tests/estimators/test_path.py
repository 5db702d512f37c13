"""A path equals single calls, starts at T14's threshold and warm-starts only what has one solution."""

from __future__ import annotations

import numpy as np
import pytest

from cases import KINDS, PENALTIES, draw
from simstudy.errors import InputError
from simstudy.estimators import fgsm, penalized
from simstudy.estimators.levels import lam_grid
from simstudy.estimators.path import largest_lam, path
from simstudy.families import FAMILIES
from simstudy.penalties import ElasticNet, Lasso, Scad
from simstudy.records import Status


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_a_path_equals_single_calls(family: str, penalty: str, attack: str, fit_intercept: bool) -> None:
    X, y = draw(family, 60, 6, 0.5, np.random.default_rng(5))
    make = PENALTIES[penalty]
    shared = {"family": family, "fit_intercept": fit_intercept}
    estimator = "penalized" if attack == "none" else "fgsm"
    options = {} if attack == "none" else {"attack": attack}
    lams = [0.5, 0.2, 0.05, 0.01]
    along = path(X, y, penalty=make(1.0, 6), lams=lams, estimator=estimator, options=options, **shared)
    single = [
        (penalized if attack == "none" else fgsm)(X, y, penalty=make(lam, 6), **options, **shared) for lam in lams
    ]
    assert [fit.status for fit in along] == [fit.status for fit in single]
    for one, other in zip(along, single, strict=True):
        np.testing.assert_allclose(one.coef, other.coef, atol=1e-7)
        np.testing.assert_allclose(one.intercept, other.intercept, atol=1e-7)
        np.testing.assert_allclose(one.objective, other.objective, rtol=1e-7)


def test_a_wide_path_equals_single_calls() -> None:
    X, y = draw("binomial", 60, 100, 0.5, np.random.default_rng(6))
    top = largest_lam(X, y, family="binomial", penalty=Lasso(1.0), estimator="penalized")
    lams = top * np.array([1.1, 0.8, 0.5, 0.3])
    along = path(X, y, family="binomial", penalty=Lasso(1.0), lams=lams, estimator="penalized")
    for fit, lam in zip(along, lams, strict=True):
        np.testing.assert_allclose(fit.coef, penalized(X, y, family="binomial", penalty=Lasso(lam)).coef, atol=1e-7)


def test_a_level_without_a_minimiser_does_not_disturb_the_others() -> None:
    X, y = draw("binomial", 20, 4, 0.0, np.random.default_rng(7))
    y = (X[:, 0] > 0).astype(float)
    lams = [0.0, 0.3]
    none, some = path(X, y, family="binomial", penalty=Lasso(1.0), lams=lams, estimator="penalized")
    assert (none.status, some.status) == (Status.NO_MINIMISER, Status.OK)
    np.testing.assert_allclose(some.coef, penalized(X, y, family="binomial", penalty=Lasso(0.3)).coef, atol=1e-7)


@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("penalty", [Lasso(1.0), Lasso(1.0, weights=[0.0, 1.0, 2.0, 0.5]), ElasticNet(1.0, 0.5)])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_largest_level_is_the_threshold(family: str, fit_intercept: bool, penalty: Lasso, estimator: str) -> None:
    X, y = draw(family, 80, 4, 0.5, np.random.default_rng(8))
    shared = {"family": family, "estimator": estimator, "fit_intercept": fit_intercept}
    largest = largest_lam(X, y, penalty=penalty, **shared)
    above, below = path(X, y, penalty=penalty, lams=[1.0001 * largest, 0.995 * largest], **shared)
    penalised = penalty.multipliers(4) > 0
    assert np.count_nonzero(above.coef[penalised]) == 0
    assert np.count_nonzero(below.coef[penalised]) >= 1


def test_the_grid_is_geometric() -> None:
    np.testing.assert_allclose(lam_grid(2.0, 3, 0.01), [2.0, 0.2, 0.02])
    with pytest.raises(InputError, match=r"largest = 0.0.*positive"):
        lam_grid(0.0, 3, 0.01)


def test_an_estimator_without_a_penalty_has_no_path() -> None:
    X, y = draw("gaussian", 20, 2, 0.0, np.random.default_rng(9))
    with pytest.raises(InputError, match=r"estimator = 'mle'.*with a penalty: .*fgsm"):
        path(X, y, family="gaussian", penalty=Lasso(1.0), lams=[0.1], estimator="mle")


def test_other_estimators_have_a_path_of_single_calls() -> None:
    X, y = draw("gaussian", 60, 3, 0.0, np.random.default_rng(10))
    fits = path(X, y, family="gaussian", penalty=Scad(1.0), lams=[0.3, 0.1], estimator="fgsm_debiased")
    assert [fit.status for fit in fits] == [Status.OK, Status.OK]
    assert not np.array_equal(fits[0].coef, fits[1].coef)
