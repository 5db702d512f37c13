"""Estimators of the classical papers: each against another algorithm, its own definition, or brute force."""

import itertools
from pathlib import Path

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest

import simstudy as ss
from cases import draw
from simstudy.analyses.methods import why_no_law
from simstudy.errors import ConfigError, InputError
from simstudy.estimators import Interpolation, tuned
from simstudy.estimators.best_subset import residual_sums
from simstudy.families import FAMILIES
from simstudy.runner.methods import resolve
from simstudy.study.method import Method

RNG = np.random.default_rng(11)
X, Y = draw("gaussian", 40, 5, 0.5, RNG)
LABELS = draw("binomial", 80, 5, 0.5, RNG)
COUNTS = draw("poisson", 60, 5, 0.5, RNG)
DATA = {"gaussian": (X, Y), "binomial": LABELS, "poisson": COUNTS}
WIDE_X, WIDE_Y = draw("gaussian", 15, 40, 0.3, RNG)


def brute_force(family: str, price: float, fit_intercept: bool) -> np.ndarray:
    """Coefficients of the subset with the smallest criterion, every subset fitted."""
    design, response = DATA[family]
    n, p = design.shape
    scores = {}
    for chosen in itertools.product([False, True], repeat=p):
        support = np.array(chosen)
        fit = ss.oracle(design, response, family=family, support=support, fit_intercept=fit_intercept)
        deviance = FAMILIES[family].deviance(response, fit.intercept + design @ fit.coef).sum()
        value = n * np.log(deviance / n) if family == "gaussian" else deviance
        scores[value + price * support.sum()] = fit.coef
    return scores[min(scores)]


@pytest.mark.parametrize("family", list(DATA))
@pytest.mark.parametrize(("criterion", "fit_intercept"), [("bic", True), ("aic", False)])
def test_best_subset_is_the_best_of_all(family, criterion, fit_intercept):
    design, response = DATA[family]
    price = 2.0 if criterion == "aic" else np.log(len(response))
    fit = ss.best_subset(design, response, family=family, criterion=criterion, fit_intercept=fit_intercept)
    np.testing.assert_allclose(fit.coef, brute_force(family, price, fit_intercept), atol=1e-7)


def test_residual_sums_of_every_subset_with_dependent_columns():
    design = np.column_stack([X[:, :3], X[:, 0] + X[:, 1]]) + 5.0
    sums = residual_sums(design, Y, fit_intercept=True)
    for subset in range(16):
        columns = np.column_stack([np.ones(40), *(design[:, j] for j in range(4) if subset >> j & 1)])
        residual = Y - columns @ np.linalg.lstsq(columns, Y, rcond=None)[0]
        assert sums[subset] == pytest.approx(residual @ residual, rel=1e-8)


def test_best_subset_refuses_what_would_take_for_ever_and_names_the_reason():
    with pytest.raises(InputError, match=r"p = 21 .*must be at most 20, since all 2\^p subsets"):
        ss.best_subset(np.ones((30, 21)), np.arange(30.0), family="gaussian")
    with pytest.raises(InputError, match="did you mean 'bic'"):
        ss.best_subset(X, Y, family="gaussian", criterion="bicc")


def loss_of(family: str, eta: cp.Expression, y: np.ndarray) -> cp.Expression:
    rest = {
        "gaussian": lambda: cp.sum_squares(y - eta) / 2,
        "binomial": lambda: cp.sum(cp.logistic(eta)) - y @ eta,
        "poisson": lambda: cp.sum(cp.exp(eta)) - y @ eta,
    }
    return rest[family]() / len(y)


@pytest.mark.parametrize("family", list(DATA))
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_garrote_is_the_minimiser_of_its_objective(family, fit_intercept):
    design, y = DATA[family]
    lam = 0.03
    fit = ss.garrote(design, y, family=family, penalty=ss.Lasso(lam), fit_intercept=fit_intercept)
    pilot = ss.mle(design, y, family=family, fit_intercept=fit_intercept).coef
    factors, intercept = cp.Variable(5, nonneg=True), cp.Variable()
    eta = (design * pilot) @ factors + (intercept if fit_intercept else 0.0)
    cp.Problem(cp.Minimize(loss_of(family, eta, y) + lam * cp.sum(factors))).solve(solver=cp.CLARABEL)
    np.testing.assert_allclose(fit.coef, factors.value * pilot, atol=2e-5)
    assert fit.kkt <= 1e-7


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_square_root_lasso_is_the_minimiser_and_free_of_scale(fit_intercept):
    fit = ss.square_root_lasso(X, Y, penalty=ss.Lasso(0.2), fit_intercept=fit_intercept)
    b, intercept = cp.Variable(5), cp.Variable()
    residual = Y - X @ b - (intercept if fit_intercept else 0.0)
    objective = cp.norm(residual) / np.sqrt(40) + 0.2 * cp.norm1(b)
    cp.Problem(cp.Minimize(objective)).solve(solver=cp.CLARABEL)
    np.testing.assert_allclose(fit.coef, b.value, atol=1e-5)
    assert fit.objective == pytest.approx(objective.value, rel=1e-7)
    scaled = ss.square_root_lasso(X, 1e3 * Y, penalty=ss.Lasso(0.2), fit_intercept=fit_intercept)
    np.testing.assert_allclose(scaled.coef, 1e3 * fit.coef, rtol=1e-6)


def test_a_square_root_lasso_that_would_interpolate_says_which_estimator_does():
    fit = ss.square_root_lasso(WIDE_X, WIDE_Y, penalty=ss.Lasso(0.001))
    assert fit.status == "not_converged"
    assert "minimum_l1" in fit.message


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_minimum_l1_is_fgsm_up_to_its_threshold_and_not_beyond(fit_intercept):
    """T23 through the rule: 0.99 of the threshold interpolates, 1.01 of it does not."""
    fit = ss.minimum_l1(WIDE_X, WIDE_Y, fit_intercept=fit_intercept)
    given = {"family": "gaussian", "penalty": ss.Lasso(1.0), "fit_intercept": fit_intercept}
    below, beyond = (tuned(WIDE_X, WIDE_Y, rule=Interpolation(c), **given) for c in (0.99, 1.01))
    np.testing.assert_allclose(below.coef, fit.coef, atol=1e-6)
    assert below.lam == pytest.approx(0.99 * ss.interpolation_threshold(WIDE_X, WIDE_Y, fit_intercept))
    assert np.abs(WIDE_Y - beyond.intercept - WIDE_X @ beyond.coef).max() > 1e-4
    for scale in (1e-6, 1e6):
        again = ss.minimum_l1(WIDE_X * scale, WIDE_Y, fit_intercept=fit_intercept)
        np.testing.assert_allclose(again.coef * scale, fit.coef, atol=1e-6)


def test_what_cannot_be_interpolated_is_a_failure_or_an_error():
    assert ss.minimum_l1(X, Y).status == "no_minimiser"
    assert ss.minimum_l1(X, np.ones(40)).status == "degenerate_response"
    with pytest.raises(InputError, match="nothing but the null model interpolates n = 40"):
        tuned(X, Y, family="gaussian", penalty=ss.Lasso(1.0), rule=Interpolation(0.5))
    with pytest.raises(InputError, match="gaussian data and an unweighted lasso"):
        tuned(*LABELS, family="binomial", penalty=ss.Lasso(1.0), rule=Interpolation(0.5))
    with pytest.raises(ConfigError, match="not pivotal"):
        Method("m", "penalized", "lasso", lam=Interpolation(0.5))
    with pytest.raises(ConfigError, match="c = 0"):
        Interpolation(0.0)


def test_gaussian_estimators_refuse_other_families_before_a_run():
    scenario = ss.Scenario("binomial", 80, [1.0, 0.0], intercept=0.0)
    with pytest.raises(ConfigError, match="family = 'binomial' .*must be gaussian with estimator 'minimum_l1'"):
        resolve(scenario, (Method("m", "minimum_l1"),))
    for call in (ss.minimum_l1, lambda *data, family: ss.square_root_lasso(*data, family=family, penalty=ss.Lasso(1))):
        with pytest.raises(InputError, match="family = 'binomial'"):
            call(X, Y, family="binomial")


def test_hard_thresholding_is_what_its_penalty_does_in_an_orthonormal_design():
    design = np.linalg.qr(RNG.standard_normal((50, 6)))[0] * np.sqrt(50)
    slopes = np.array([2.0, -1.0, 0.55, 0.45, -0.2, 0.0])
    fit = ss.penalized(design, design @ slopes, family="gaussian", penalty=ss.Hard(0.5), fit_intercept=False)
    np.testing.assert_allclose(fit.coef, np.where(np.abs(slopes) > 0.5, slopes, 0.0), atol=1e-8)


@pytest.mark.parametrize("family", list(DATA))
def test_one_step_is_a_lasso_with_the_slopes_at_the_mle_and_many_are_the_fixed_point(family):
    design, y = DATA[family]
    penalty = ss.Scad(0.2)
    one = ss.penalized(design, y, family=family, penalty=penalty, steps=1)
    weights = penalty.slope(np.abs(ss.mle(design, y, family=family).coef))
    expected = ss.penalized(design, y, family=family, penalty=ss.Lasso(1.0, weights))
    np.testing.assert_allclose(one.coef, expected.coef, atol=1e-9)
    end = ss.penalized(design, y, family=family, penalty=penalty)
    np.testing.assert_allclose(
        ss.penalized(design, y, family=family, penalty=penalty, steps=60).coef, end.coef, atol=1e-6
    )
    assert not np.allclose(one.coef, end.coef, atol=1e-6)
    quadratic = ss.penalized(design, y, family=family, penalty=penalty, steps=1, expansion="quadratic")
    assert np.allclose(quadratic.coef, one.coef, atol=1e-7) == (family == "gaussian")
    np.testing.assert_allclose(quadratic.coef, one.coef, atol=0.1)


@pytest.mark.parametrize("steps", [-1, 1.5, True])
def test_steps_are_a_count(steps):
    with pytest.raises(InputError, match="steps"):
        ss.penalized(X, Y, family="gaussian", penalty=ss.Scad(0.2), steps=steps)


def test_no_theory_of_the_fixed_point_is_offered_for_one_step():
    scenario = ss.Scenario("gaussian", 100, [1.0, 0.0], intercept=0.0)
    methods = (Method("m", "penalized", "scad", lam=ss.FixedLambda(0.2), options={"steps": 1}),)
    (method,) = resolve(scenario, methods)
    assert "fixed point" in why_no_law(method)


@pytest.mark.parametrize("family", list(DATA))
def test_lqa_is_the_minimiser_where_nothing_is_cut_off(family):
    """A smooth penalty has no corner to stop at; of the lasso nonzero coefficients come near, zeros are cut."""
    design, y = DATA[family]
    smooth = ss.lqa(design, y, family=family, penalty=ss.Lr(0.05, 2.0), cutoff=1e-9)
    exact = ss.penalized(design, y, family=family, penalty=ss.Lr(0.05, 2.0))
    np.testing.assert_allclose(smooth.coef, exact.coef, atol=1e-4)
    assert smooth.objective == pytest.approx(exact.objective, abs=1e-6)
    rough = ss.lqa(design, y, family=family, penalty=ss.Lasso(0.1), cutoff=0.5)
    exact = ss.penalized(design, y, family=family, penalty=ss.Lasso(0.1))
    strong = np.abs(exact.coef) > 0.3
    np.testing.assert_allclose(rough.coef[strong], exact.coef[strong], atol=0.15)
    assert (rough.coef[exact.coef == 0.0] == 0.0).all()


def test_lqa_needs_an_mle():
    assert ss.lqa(WIDE_X, WIDE_Y, family="gaussian", penalty=ss.Lasso(0.1)).status == "rank_deficient"


def test_fgsm_lasso_on_the_diabetes_data_is_the_minimiser_of_its_objective():
    """T3 of gaussian data, mean (|r| + lam ||beta||_1)^2 / 2, by a conic solver."""
    frame = pd.read_csv(Path(__file__).parents[2] / "experiments" / "validation" / "data" / "diabetes.csv")
    y = frame.pop("target").to_numpy()
    design = ((frame - frame.mean()) / frame.std()).to_numpy()
    lam = 0.05
    b, intercept = cp.Variable(10), cp.Variable()
    attacked = cp.abs(y - intercept - design @ b) + lam * cp.norm1(b)
    problem = cp.Problem(cp.Minimize(cp.sum_squares(attacked) / (2 * len(y))))
    problem.solve(solver=cp.CLARABEL)
    fit = ss.fgsm(design, y, family="gaussian", penalty=ss.Lasso(lam))
    assert fit.objective == pytest.approx(problem.value, rel=1e-7)
    np.testing.assert_allclose(fit.coef, b.value, atol=1e-2)
