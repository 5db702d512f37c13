"""Rules for lambda against brute force, and the pivotal level against the law that it is a quantile of."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from cases import CANONICAL, Array, draw
from simstudy.errors import ConfigError, InputError
from simstudy.estimators import Fit, penalized
from simstudy.estimators.levels import lam_grid
from simstudy.estimators.path import largest_lam
from simstudy.estimators.rules import RULES, Aic, Bic, CrossValidation, Ebic, Gcv, Gic, GridRule, Pivotal
from simstudy.estimators.tuning import tuned
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad
from simstudy.records import Status

LAWS = {"gaussian": sm.families.Gaussian(), "binomial": sm.families.Binomial(), "poisson": sm.families.Poisson()}
each_family = pytest.mark.parametrize("family", CANONICAL)


def on_grid(X: Array, y: Array, family: str, penalty: Penalty, rule: GridRule) -> list[tuple[float, Fit]]:
    """Every level of the rule's grid with its own fit of penalised likelihood."""
    top = largest_lam(X, y, family=family, penalty=penalty, estimator="penalized")
    make = type(penalty)
    return [(lam, penalized(X, y, family=family, penalty=make(lam))) for lam in lam_grid(top, rule.grid, rule.ratio)]


def log_likelihood(y: Array, eta: Array, family: str) -> float:
    """statsmodels' log likelihood, the gaussian variance at its maximum likelihood estimate."""
    law = LAWS[family]
    scale = np.mean((y - eta) ** 2) if family == "gaussian" else 1.0
    return float(law.loglike(y, law.link.inverse(eta), scale=scale))


@each_family
@pytest.mark.parametrize("make", [Lasso, Scad])
@pytest.mark.parametrize(("rule", "price"), [(Aic(grid=12), 2.0), (Bic(grid=12), np.log(100.0))])
def test_criteria_choose_what_a_search_by_hand_chooses(
    family: str, make: type[Lasso] | type[Scad], rule: GridRule, price: float
) -> None:
    X, y = draw(family, 100, 6, 0.5, np.random.default_rng(1))
    scores = {
        lam: -2.0 * log_likelihood(y, fit.intercept + X @ fit.coef, family) + price * np.count_nonzero(fit.coef)
        for lam, fit in on_grid(X, y, family, make(1.0), rule)
        if fit.status == Status.OK
    }
    found = tuned(X, y, family=family, penalty=make(1.0), rule=rule, estimator="penalized")
    assert found.lam == pytest.approx(min(scores, key=scores.__getitem__))
    np.testing.assert_allclose(found.coef, penalized(X, y, family=family, penalty=make(found.lam)).coef, atol=1e-7)


@each_family
def test_gcv_chooses_what_a_search_by_hand_chooses(family: str) -> None:
    X, y = draw(family, 60, 6, 0.5, np.random.default_rng(2))
    rule = Gcv(grid=12)
    scores = {}
    for lam, fit in on_grid(X, y, family, Lasso(1.0), rule):
        mu = LAWS[family].link.inverse(fit.intercept + X @ fit.coef)
        df = 1 + np.count_nonzero(fit.coef)
        scores[lam] = LAWS[family].deviance(y, mu) / (1 - df / 60) ** 2
    found = tuned(X, y, family=family, penalty=Lasso(1.0), rule=rule, estimator="penalized")
    assert found.lam == pytest.approx(min(scores, key=scores.__getitem__))


def test_the_extended_criterion_adds_the_number_of_models_of_a_size() -> None:
    X, y = draw("gaussian", 60, 20, 0.5, np.random.default_rng(3))
    rule = Ebic(grid=12, gamma=0.7)
    scores = {}
    for lam, fit in on_grid(X, y, "gaussian", Lasso(1.0), rule):
        k = int(np.count_nonzero(fit.coef))
        bic = -2.0 * log_likelihood(y, fit.intercept + X @ fit.coef, "gaussian") + np.log(60) * k
        scores[lam] = bic + 2 * 0.7 * np.log(math.comb(20, k))
    shared = {"family": "gaussian", "penalty": Lasso(1.0), "estimator": "penalized"}
    chosen = {gamma: tuned(X, y, rule=Ebic(grid=12, gamma=gamma), **shared).lam for gamma in (0.0, 0.7)}
    assert chosen[0.7] == pytest.approx(min(scores, key=scores.__getitem__))
    assert chosen[0.0] == tuned(X, y, rule=Bic(grid=12), **shared).lam


@each_family
def test_cross_validation_chooses_what_a_search_by_hand_chooses(family: str) -> None:
    X, y = draw(family, 60, 4, 0.5, np.random.default_rng(4))
    rule = CrossValidation(grid=8, folds=4)
    fold = np.random.default_rng(9).permutation(60) % 4
    scores = {}
    for lam, _ in on_grid(X, y, family, Lasso(1.0), rule):
        fits = [penalized(X[fold != k], y[fold != k], family=family, penalty=Lasso(lam)) for k in range(4)]
        scores[lam] = sum(
            LAWS[family].deviance(y[fold == k], LAWS[family].link.inverse(fit.intercept + X[fold == k] @ fit.coef))
            for k, fit in enumerate(fits)
        )
    options = {"family": family, "penalty": Lasso(1.0), "rule": rule, "estimator": "penalized"}
    found = tuned(X, y, rng=np.random.default_rng(9), **options)
    assert found.lam == pytest.approx(min(scores, key=scores.__getitem__))
    again = [tuned(X, y, rng=np.random.default_rng(seed), **options).lam for seed in range(8)]
    assert len(set(again)) > 1


def test_a_level_without_a_fit_in_some_fold_is_not_chosen() -> None:
    """Two labels of one kind among ten: where a fold holds both, its training data have none and no fit."""
    X, y = np.random.default_rng(5).standard_normal((10, 1)), np.array([1.0, 1.0] + [0.0] * 8)
    statuses = {
        tuned(
            X, y, family="binomial", penalty=Lasso(1.0), rule=CrossValidation(folds=2), rng=np.random.default_rng(seed)
        ).status
        for seed in range(20)
    }
    assert statuses == {Status.OK, Status.NOT_CONVERGED}


@each_family
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("penalty", [Lasso(1.0), ElasticNet(1.0, 0.5), Lr(1.0, 0.5), Lr(1.0, 2.0), Scad(1.0), Mcp(1.0)])
def test_every_penalty_can_be_tuned(family: str, estimator: str, penalty: Penalty) -> None:
    X, y = draw(family, 60, 3, 0.3, np.random.default_rng(6))
    found = tuned(X, y, family=family, penalty=penalty, rule=Bic(grid=5, ratio=0.05), estimator=estimator)
    assert found.status == Status.OK
    assert found.lam is not None
    assert found.lam > 0


@pytest.mark.parametrize("estimator", ["fgsm_debiased", "fgsm_training"])
def test_other_estimators_can_be_tuned(estimator: str) -> None:
    X, y = draw("binomial", 60, 2, 0.3, np.random.default_rng(7))
    found = tuned(X, y, family="binomial", penalty=Scad(1.0), rule=Bic(grid=3, ratio=0.3), estimator=estimator)
    assert (found.status, found.lam is not None) == (Status.OK, True)


@pytest.mark.parametrize(("estimator", "option"), [("fgsm", "attack"), ("fgsm_adaptive", "pilot")])
def test_options_reach_the_estimator(estimator: str, option: str) -> None:
    X, y = draw("poisson", 60, 2, 0.3, np.random.default_rng(8))
    shared = {"family": "poisson", "penalty": Lasso(1.0), "rule": Bic(grid=2), "estimator": estimator}
    with pytest.raises(InputError, match=f"{option}: unknown 'x'"):
        tuned(X, y, options={option: "x"}, **shared)


def test_a_pivotal_level_is_free_of_the_noise_level_and_of_the_response() -> None:
    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(9))
    levels = {
        tuned(X, response, family="gaussian", penalty=Lasso(1.0), rule=Pivotal(), rng=np.random.default_rng(1)).lam
        for response in (y, 100.0 * y, y[::-1])
    }
    assert len(levels) == 1
    doubled = tuned(X, y, family="gaussian", penalty=Lasso(1.0), rule=Pivotal(c=2.0), rng=np.random.default_rng(1))
    assert doubled.lam == pytest.approx(2.0 * levels.pop())


@pytest.mark.slow
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_under_pure_noise_the_pivotal_level_keeps_the_null_model_at_its_rate(fit_intercept: bool) -> None:
    """Share of 3000 gaussian null samples with all slopes zero at level 0.9, any sigma.

    Its standard error is 0.0055; that of the level itself (1000 draws each, averaged over samples) adds 0.0005. The
    allowance of 0.03 is 5.4 of them (false-alarm rate 7e-8 each); a level off by 0.05 would be detected.
    """
    rng = np.random.default_rng([10, fit_intercept])
    hits = []
    for _ in range(3000):
        X = rng.standard_normal((40, 6)) + 0.5
        y = 3.0 * rng.standard_normal(40)
        found = tuned(
            X, y, family="gaussian", penalty=Lasso(1.0), rule=Pivotal(level=0.9), rng=rng, fit_intercept=fit_intercept
        )
        hits.append(not found.coef.any())
    assert np.mean(hits) == pytest.approx(0.9, abs=0.03)


def test_a_constant_response_has_its_status() -> None:
    fit = tuned(np.eye(4), np.ones(4), family="gaussian", penalty=Lasso(1.0), rule=Bic())
    assert (fit.status, fit.lam) == (Status.DEGENERATE_RESPONSE, None)


@pytest.mark.parametrize("rule", [CrossValidation(), Pivotal()])
def test_a_random_rule_needs_a_generator(rule: CrossValidation | Pivotal) -> None:
    X, y = draw("gaussian", 20, 2, 0.0, np.random.default_rng(11))
    with pytest.raises(InputError, match=rf"rng = None.*'{rule.name}'"):
        tuned(X, y, family="gaussian", penalty=Lasso(1.0), rule=rule)


def test_more_folds_than_observations_are_refused() -> None:
    X, y = draw("gaussian", 4, 2, 0.0, np.random.default_rng(12))
    with pytest.raises(InputError, match=r"folds = 5.*at most n = 4"):
        tuned(X, y, family="gaussian", penalty=Lasso(1.0), rule=CrossValidation(), rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("bic", {"grid": 1}, "grid = 1"),
        ("aic", {"ratio": 1.0}, "ratio = 1.0"),
        ("ebic", {"gamma": 1.5}, "gamma = 1.5"),
        ("cv", {"folds": 1}, "folds = 1"),
        ("gic", {"kappa": 0.0}, "kappa = 0.0"),
        ("gic", {"kappa": "bic"}, "kappa = 'bic'"),
        ("pivotal", {"level": 1.0}, "level = 1.0"),
        ("pivotal", {"c": 0.0}, "c = 0.0"),
    ],
)
def test_numbers_out_of_range_are_refused(name: str, arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RULES[name](**arguments)


@pytest.mark.parametrize("name", RULES)
def test_a_definition_builds_the_same_rule(name: str) -> None:
    rule = RULES[name]()
    definition = rule.definition()
    assert RULES[definition.pop("rule")](**definition) == rule


@pytest.mark.parametrize("rule", ["gcv", None, Gcv])
def test_a_rule_is_an_object(rule: object) -> None:
    X, y = draw("gaussian", 20, 2, 0.5, np.random.default_rng(0))
    with pytest.raises(InputError, match=r"rule = .* is not allowed: it must be a rule for lambda, such as Bic\(\)"):
        tuned(X, y, family="gaussian", penalty=Lasso(1.0), rule=rule)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", CANONICAL)
def test_the_generalised_criterion_has_aic_and_bic_among_its_values(family: str) -> None:
    """By default kappa is log(log n) log p."""
    X, y = draw(family, 60, 6, 0.5, np.random.default_rng(21))
    arguments = {"family": family, "penalty": Lasso(1.0)}
    for kappa, rule in ((2.0, Aic()), (np.log(60.0), Bic()), (np.log(np.log(60.0)) * np.log(6.0), Gic())):
        found, known = tuned(X, y, rule=Gic(kappa=float(kappa)), **arguments), tuned(X, y, rule=rule, **arguments)
        assert found.lam == known.lam
        np.testing.assert_array_equal(found.coef, known.coef)
    lams = [tuned(X, y, rule=Gic(kappa=kappa), **arguments).lam for kappa in (0.01, 2.0, 1e4)]
    assert lams[0] < lams[2]


def test_a_price_that_is_none_is_refused() -> None:
    X, y = draw("gaussian", 20, 1, 0.0, np.random.default_rng(0))
    with pytest.raises(
        InputError, match=r"kappa = 'fan_tang' is not allowed: it must be a number for n = 20 and p = 1"
    ):
        tuned(X, y, family="gaussian", penalty=Lasso(1.0), rule=Gic())
