"""Debiased coefficients where p is of the order of n: the multipliers, the width, coverage (T21)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simstudy.errors import InputError
from simstudy.estimators import fgsm, penalized
from simstudy.estimators.proportional_intervals import (
    Residuals,
    penalized_debiased_proportional,
    proportional_debiased,
    residuals,
    width,
)
from simstudy.families import family as family_named
from simstudy.penalties import ElasticNet, Lasso, Scad
from simstudy.records import Status
from simstudy.sources.glm import Scenario

FITS = {"fgsm": fgsm, "penalized": penalized}


def signals(p: int, size: float) -> np.ndarray:
    """A fifth of sqrt(p) beta0 at +-size."""
    beta = np.zeros(p)
    k = p // 5
    beta[:k] = size * np.where(np.arange(k) % 2, 1.0, -1.0) / np.sqrt(p)
    return beta


@pytest.mark.parametrize("intercept", [None, 1.0])
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_multipliers_on_kinks_complete_the_optimality_conditions(ratio: float, intercept: float | None) -> None:
    """Every coordinate's, though only those of the support were solved; and no multiplier exceeds P."""
    p = 60
    scenario = Scenario("gaussian", int(ratio * p), signals(p, 2.0), intercept=intercept)
    X, y = scenario.sample(np.random.default_rng(3))
    penalty = Lasso(0.8 / np.sqrt(p))
    fit = fgsm(X, y, family="gaussian", penalty=penalty, fit_intercept=intercept is not None)
    seen = residuals(fit, X, y, family_named("gaussian"), penalty, True, intercept is not None)
    assert seen.on_kink.sum() > 0
    slope = penalty.lam * np.mean(np.where(seen.on_kink, seen.P, np.abs(seen.g)))
    score = X.T @ seen.g / y.size
    active = fit.coef != 0.0
    np.testing.assert_allclose(score[active], slope * np.sign(fit.coef[active]), atol=1e-7)
    assert np.all(np.abs(score[~active]) <= slope + 1e-7)
    assert np.all(np.abs(seen.g[seen.on_kink]) < seen.P * (1 - 1e-9)), "clipped: not a solution"
    if intercept is not None:
        assert abs(seen.g.mean()) < 1e-7


def test_the_width_of_a_loss_with_constant_curvature() -> None:
    """V / (1 + V) is the share of nonzero slopes among observations, less kinks: in closed form."""
    on_kink = np.arange(100) < 10
    seen = Residuals(np.zeros(100), np.ones(100), on_kink, 0.1)
    assert width(seen, 0.4) == pytest.approx((0.3 / 0.9) / (1 - 0.3 / 0.9), rel=1e-9)
    assert width(seen, 0.1) is None
    assert width(Residuals(np.zeros(9), np.ones(9), np.ones(9, dtype=bool), 0.1), 1.0) is None


@pytest.mark.parametrize("estimator", FITS)
def test_a_fit_without_slopes_has_the_intervals_of_one_column_at_a_time(estimator: str) -> None:
    """V = 0 there: each coefficient is that of its column alone, its error that of the response. In closed form."""
    rng = np.random.default_rng(6)
    X, y = rng.standard_normal((60, 40)), rng.standard_normal(60)
    options = {"family": "gaussian", "penalty": Lasso(10.0), "fit_intercept": False}
    fit = FITS[estimator](X, y, **options)
    assert not fit.coef.any()
    found = proportional_debiased(fit, X, y, estimator=estimator, **options)
    assert found.status == Status.OK
    np.testing.assert_allclose(found.coef, X.T @ y / 60, rtol=1e-12)
    np.testing.assert_allclose(found.se, np.sqrt(y @ y) / 60, rtol=1e-12)


@pytest.mark.parametrize("seed", [1, 19])
def test_labels_of_which_next_to_nothing_is_selected_have_intervals(seed: int) -> None:
    """The overlap of fit and truth is noise there, of the wrong sign (seed 1), or there is no fit (seed 19)."""
    p = 200
    rng = np.random.default_rng(seed)
    beta = signals(p, 4.0)
    X = rng.standard_normal((4 * p, p))
    y = (rng.random(4 * p) < 1 / (1 + np.exp(-X @ beta))).astype(float)
    found = penalized_debiased_proportional(X, y, family="binomial", penalty=Lasso(1 / np.sqrt(p)), fit_intercept=False)
    assert found.status == Status.OK
    # A sixth of 200 intervals that are wrong has probability below 1e-9 at the nominal level.
    assert np.mean(np.abs(found.coef - beta) <= 1.96 * found.se) > 5 / 6


def test_where_there_are_no_intervals() -> None:
    rng = np.random.default_rng(5)
    X, noise = rng.standard_normal((200, 100)), (rng.random(200) < 0.5).astype(float)
    options = {"family": "binomial", "penalty": Lasso(0.03), "fit_intercept": False}
    found = proportional_debiased(penalized(X, noise, **options), X, noise, estimator="penalized", **options)
    assert found.status == Status.DEGENERATE_RESPONSE
    assert "within its noise" in found.message
    assert np.isnan(found.coef).all()
    y = rng.standard_normal(50)
    options = {"family": "gaussian", "penalty": Lasso(1e-4), "fit_intercept": False}
    interpolator = fgsm(X[:50], y, **options)
    found = proportional_debiased(interpolator, X[:50], y, estimator="fgsm", **options)
    assert found.status == Status.RANK_DEFICIENT
    failed = replace(interpolator, status=Status.NO_MINIMISER)
    assert proportional_debiased(failed, X[:50], y, estimator="fgsm", **options) is failed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": "poisson"}, "family: unknown 'poisson'"),
        ({"estimator": "fgms"}, "estimator: unknown 'fgms'.*'fgsm'"),
        ({"penalty": Scad(0.1)}, "LASSO without weights"),
        ({"penalty": ElasticNet(0.1, 0.5)}, "LASSO without weights"),
        ({"penalty": Lasso(0.1, weights=[1.0, 2.0])}, "LASSO without weights"),
    ],
)
def test_what_is_not_covered_is_refused(change: dict[str, object], message: str) -> None:
    X, y = Scenario("gaussian", 30, [1.0, 0.0]).sample(np.random.default_rng(1))
    fit = fgsm(X, y, family="gaussian", penalty=Lasso(0.1))
    options = {"family": "gaussian", "penalty": Lasso(0.1), "estimator": "fgsm"} | change
    with pytest.raises(InputError, match=message):
        proportional_debiased(fit, X, y, **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "ratio", "level_n", "size", "estimator", "intercept"),
    [
        ("binomial", 2.0, 1.0, 4.0, "fgsm", None),
        ("binomial", 2.0, 0.35, 4.0, "penalized", None),
        ("binomial", 4.0, 1.0, 2.0, "fgsm", -1.0),
        ("gaussian", 2.0, 1.0, 2.0, "fgsm", None),
        ("gaussian", 0.7, 1.0, 2.0, "fgsm", 0.5),
        ("gaussian", 0.7, 1.0, 2.0, "penalized", None),
    ],
)
def test_coverage(
    family: str, ratio: float, level_n: float, size: float, estimator: str, intercept: float | None
) -> None:
    """95 % intervals at p = 400, lam = level_n / sqrt(n), 25 data sets: 2000 signals, 8000 nulls.

    With independent coefficients the standard errors are .0049 and .0024, so that 4.9 of them (false alarm 1e-6) are
    .024 and .012; .01 is allowed for finite p, of which the noise of mh is the largest part. A coverage of .998,
    as with the curvature l'' = 1 on kinks, is seen.
    """
    p, rng = 400, np.random.default_rng(20)
    beta = signals(p, size)
    scenario = Scenario(family, int(ratio * p), beta, intercept=intercept)
    options = {
        "family": family,
        "penalty": Lasso(level_n / np.sqrt(scenario.n)),
        "fit_intercept": intercept is not None,
    }
    covered = []
    for _ in range(25):
        X, y = scenario.sample(rng)
        found = proportional_debiased(FITS[estimator](X, y, **options), X, y, estimator=estimator, **options)
        assert found.status == Status.OK
        covered.append(np.abs(found.coef - beta) <= 1.959964 * found.se)
    share = np.mean(covered, axis=0)
    assert share[beta != 0.0].mean() == pytest.approx(0.95, abs=0.024 + 0.01)
    assert share[beta == 0.0].mean() == pytest.approx(0.95, abs=0.012 + 0.01)
