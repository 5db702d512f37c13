"""Tuning where a fit can follow every response, and the rules' options: noise, losses, one standard error, levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Lasso as SkLasso

from cases import draw
from simstudy.errors import ConfigError, InputError
from simstudy.estimators import Fit, degrees_of_freedom, fgsm, interpolation_threshold, path, penalized, tuned
from simstudy.estimators.capabilities import Freedom
from simstudy.estimators.criteria import scaled_lasso_sigma
from simstudy.estimators.input import ALIKE
from simstudy.estimators.registry import ESTIMATORS, estimator
from simstudy.estimators.rules import Aic, Bic, CrossValidation, Ebic, Gcv
from simstudy.estimators.walk import Sample
from simstudy.penalties import Lasso, Scad
from simstudy.study.config import read_study
from simstudy.study.method import Method

each_estimator = pytest.mark.parametrize("name", ["penalized", "fgsm"])
ESTIMATE = {"penalized": penalized, "fgsm": fgsm}


def wide(seed: int, n: int = 50, p: int = 120) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gaussian data with one slope of 2 and noise of one."""
    rng = np.random.default_rng([21, seed])
    X = rng.standard_normal((n, p))
    return X, 2.0 * X[:, 0] + rng.standard_normal(n)


def choose(rule: Any, X: Any, y: Any, name: str, **options: Any) -> Fit:
    given = {"family": "gaussian", "penalty": Lasso(1.0), "rng": np.random.default_rng(1)} | options
    return tuned(X, y, rule=rule, estimator=name, **given)


@each_estimator
@pytest.mark.parametrize("rule", [Bic(), Aic(), Ebic(), Gcv()])
def test_no_criterion_chooses_a_saturated_model(name: str, rule: Any) -> None:
    """The residuals of 48 coefficients in 50 observations vanish, and with them every criterion's first part."""
    for seed in range(3):
        X, y = wide(seed)
        fit = choose(rule, X, y, name)
        assert fit.status == "ok"
        assert fit.coef[0] > 1.0
        given = {"family": "gaussian", "estimator": name, "penalty": Lasso(fit.lam)}
        assert degrees_of_freedom(fit, X, y, **given) <= 25.0
        assert "levels: df exceeds n/2 = 25 from lam = " in fit.message
        if isinstance(rule, Ebic):
            assert np.count_nonzero(fit.coef) <= 5


def test_a_path_that_stays_below_half_the_observations_is_not_stopped() -> None:
    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(22))
    assert choose(Bic(), X, y, "fgsm").message == "converged"


def test_a_path_ends_where_every_response_is_fitted() -> None:
    X, y = wide(5)
    fit = choose(CrossValidation(), X, y, "fgsm")
    assert "fits every response (T23)" in fit.message
    assert fit.lam > interpolation_threshold(X, y)
    assert fit.coef[0] > 1.0


@each_estimator
@pytest.mark.parametrize(("rule", "price"), [(Aic(sigma=3.0), 2.0), (Bic(sigma=3.0, df="trace"), np.log(60))])
def test_a_known_sigma_scales_the_residuals(name: str, rule: Any, price: float) -> None:
    X, y = draw("gaussian", 60, 6, 0.3, np.random.default_rng(24))
    lams = tuple(np.geomspace(0.6, 0.01, 20))
    scores = []
    for lam in lams:
        fit = ESTIMATE[name](X, y, family="gaussian", penalty=Lasso(lam))
        given = {"family": "gaussian", "estimator": name, "penalty": Lasso(lam), "df": rule.df}
        df = degrees_of_freedom(fit, X, y, **given)
        scores.append(np.sum((y - fit.intercept - X @ fit.coef) ** 2) / 9.0 + price * df)
    assert choose(replace(rule, lams=lams), X, y, name).lam == lams[int(np.argmin(scores))]


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_scaled_lasso_is_its_own_fixed_point(fit_intercept: bool) -> None:
    """Another package's lasso at the estimate's level leaves residuals of that size, whatever the columns' scale."""
    X, y = wide(6, 60, 90)
    sigma = scaled_lasso_sigma(Sample(X, y, ALIKE), fit_intercept)
    moved = 1e5 * X + (2008.0 if fit_intercept else 0.0)
    assert scaled_lasso_sigma(Sample(moved, y, ALIKE), fit_intercept) == pytest.approx(sigma, rel=1e-6)
    Z = X - X.mean(axis=0) if fit_intercept else X
    Z = Z / np.sqrt(np.mean(Z**2, axis=0))
    level = sigma * np.sqrt(2.0 * np.log(90) / 60)
    peer = SkLasso(alpha=level, fit_intercept=fit_intercept, tol=1e-12, max_iter=100_000).fit(Z, y)
    assert np.sqrt(np.mean((y - peer.predict(Z)) ** 2)) == pytest.approx(sigma, rel=1e-5)
    assert 0.6 < sigma < 1.6
    assert choose(Bic(sigma="scaled_lasso"), X, y, "penalized", fit_intercept=fit_intercept).coef[0] > 1.0


def test_sigma_is_refused_where_there_is_none() -> None:
    X, y = draw("binomial", 40, 2, 0.0, np.random.default_rng(25))
    with pytest.raises(InputError, match=r"sigma = 1.0.*binomial family, which has none"):
        choose(Bic(sigma=1.0), X, y, "fgsm", family="binomial")


def left_out_losses(X: Any, y: Any, lams: Any, folds: int, power: int) -> NDArray[np.float64]:
    """|y - mu|^power (n, L) of binomial penalised fits, each observation left out with its fold."""
    fold = np.random.default_rng(1).permutation(y.size) % folds
    losses = np.empty((y.size, len(lams)))
    for k in range(folds):
        left = fold == k
        for column, lam in enumerate(lams):
            fit = penalized(X[~left], y[~left], family="binomial", penalty=Lasso(lam))
            mu = 1.0 / (1.0 + np.exp(-(fit.intercept + X[left] @ fit.coef)))
            losses[left, column] = np.abs(y[left] - mu) ** power
    return losses


def test_squared_error_and_one_standard_error_by_hand() -> None:
    X, y = draw("binomial", 90, 5, 0.3, np.random.default_rng(26))
    lams = tuple(np.geomspace(0.2, 0.002, 9))
    losses = left_out_losses(X, y, lams, 4, 2)
    mean = losses.mean(axis=0)
    fold = np.random.default_rng(1).permutation(90) % 4
    of_folds = np.array([losses[fold == k].mean(axis=0) for k in range(4)])
    sizes = np.bincount(fold)
    se = np.sqrt(sizes / 90 @ (of_folds - mean) ** 2 / 3)
    best = int(np.argmin(mean))
    within = int(np.argmax(mean <= mean[best] + se[best]))
    assert within < best
    rule = CrossValidation(folds=4, loss="squared_error", lams=lams)
    given = {"family": "binomial"}
    assert choose(rule, X, y, "penalized", **given).lam == lams[best]
    assert choose(replace(rule, one_se=True), X, y, "penalized", **given).lam == lams[within]


@each_estimator
def test_levels_can_be_given(name: str) -> None:
    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(27))
    rule = Bic(lams=[0.05, 0.3, 0.1])
    assert rule.lams == (0.3, 0.1, 0.05)
    fit = choose(rule, X, y, name)
    assert fit.lam in rule.lams
    single = ESTIMATE[name](X, y, family="gaussian", penalty=Lasso(fit.lam))
    np.testing.assert_allclose(fit.coef, single.coef, atol=1e-6)


def test_given_levels_need_no_largest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ESTIMATORS, "_entries", dict(ESTIMATORS))

    @estimator("own")
    def own(data: Any, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Lasso) -> Fit:
        fit = penalized(data.X, data.y, family=family, fit_intercept=fit_intercept, penalty=penalty)
        return replace(fit, message=f"{rng.integers(10)}")

    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(28))
    rule = CrossValidation(lams=[0.3, 0.1, 0.05])
    assert Method("m", "own", "lasso", lam=rule).tuning == rule
    assert choose(rule, X, y, "own").lam == choose(rule, X, y, "penalized").lam
    with pytest.raises(ConfigError, match=r"declares no freedom"):
        Method("m", "own", "lasso", lam=Bic(lams=[0.3, 0.1]))
    with pytest.raises(ConfigError, match=r"declares no largest_lam"):
        Method("m", "own", "lasso", lam=CrossValidation())


def test_levels_that_all_have_too_many_degrees_of_freedom_are_a_failure() -> None:
    X, y = wide(7)
    fit = choose(Bic(lams=[0.02, 0.01]), X, y, "penalized")
    assert fit.status == "not_converged"
    assert "no level" in fit.message
    assert "df exceeds n/2" in fit.message
    assert np.isnan(fit.coef).all()


def test_a_score_that_is_missing_is_never_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one usable fit has no degrees of freedom, the others are not chosen in its place."""
    monkeypatch.setattr(ESTIMATORS, "_entries", dict(ESTIMATORS))
    known = ESTIMATORS["penalized"]

    def equation(fit: Fit, *arguments: Any) -> Any:
        found = known.equation(fit, *arguments)
        return replace(found, bread=np.nan * found.bread) if fit.coef.any() else found

    @estimator("blind", largest_lam=known.largest_lam, freedom=Freedom.EQUATION, equation=equation)
    def blind(data: Any, rng: Any, *, family: str, fit_intercept: bool, penalty: Lasso) -> Fit:  # noqa: ARG001
        return penalized(data.X, data.y, family=family, fit_intercept=fit_intercept, penalty=penalty)

    X, y = draw("gaussian", 60, 5, 0.3, np.random.default_rng(29))
    for rule in (Aic(), Bic(), Ebic(), Gcv()):
        fit = choose(rule, X, y, "blind")
        assert fit.status == "not_converged"
        assert "no degrees of freedom" in fit.message
        assert np.isnan(fit.coef).all()


@each_estimator
@pytest.mark.parametrize("rule", [Bic(), Aic(), Gcv(), Bic(df="trace"), Bic(df="divergence")])
@pytest.mark.parametrize("penalty", [Lasso(1.0), Scad(1.0)])
def test_the_choice_does_not_depend_on_where_columns_begin(name: str, rule: Any, penalty: Any) -> None:
    X, y = draw("gaussian", 80, 6, 0.3, np.random.default_rng(30))
    plain = choose(rule, X, y, name, penalty=penalty)
    moved = choose(rule, X + 1000.0, y, name, penalty=penalty)
    assert moved.status == plain.status == "ok"
    assert moved.lam == pytest.approx(plain.lam, rel=1e-6)
    np.testing.assert_allclose(moved.coef, plain.coef, atol=1e-5)
    assert plain.coef.any()


def test_new_options_enter_the_definition_where_they_are_used() -> None:
    assert Bic().definition() == {"rule": "bic", "grid": 30, "ratio": 0.01}
    assert CrossValidation(one_se=True).definition() == {
        "rule": "cv", "grid": 30, "ratio": 0.01, "folds": 5, "one_se": True,
    }  # fmt: skip
    assert Ebic(sigma="scaled_lasso", df="trace", lams=[0.1, 0.2]).definition() == {
        "rule": "ebic", "grid": 30, "ratio": 0.01, "lams": [0.2, 0.1], "df": "trace", "sigma": "scaled_lasso",
        "gamma": 1.0,
    }  # fmt: skip


STUDY = """
aim = "Rules."
replicates = 2
[[scenario]]
family = "gaussian"
n = 60
beta = { pattern = "sparse", s = 1 }
p = 3
intercept = 0.0
[[method]]
name = "m"
estimator = "penalized"
penalty = "lasso"
lam = {rule}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{ rule = "bic", lams = [0.1, 0.2], sigma = 1 }', Bic(lams=[0.1, 0.2], sigma=1.0)),
        ('{ rule = "aic", sigma = "scaled_lasso", df = "divergence" }', Aic(sigma="scaled_lasso", df="divergence")),
        (
            '{ rule = "cv", loss = "squared_error", one_se = true }',
            CrossValidation(loss="squared_error", one_se=True),
        ),
    ],
)
def test_a_study_file_can_ask_for_them(tmp_path: Any, text: str, expected: Any) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(STUDY.replace("{rule}", text))
    (method,) = read_study(file).methods
    assert method.lam == expected


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Bic(df="actve"), r"df: unknown 'actve'.*did you mean 'active'"),
        (lambda: Bic(sigma=0.0), r"sigma = 0.0.*positive number or 'scaled_lasso'"),
        (lambda: Bic(sigma="lasso"), r"sigma = 'lasso'"),
        (lambda: Bic(sigma=True), r"sigma = True"),
        (lambda: CrossValidation(loss="abs"), r"loss: unknown 'abs'.*squared_error"),
        (lambda: Bic(lams=[0.1]), r"lams = \[0.1\].*at least 2 different"),
        (lambda: Bic(lams=[0.1, 0.1]), r"lams = "),
        (lambda: Bic(lams=[0.1, -0.1]), r"lams = "),
        (lambda: Bic(lams=[0.1, None]), r"lams = "),
        (lambda: Bic(lams="0.1 0.2"), r"lams = "),
        (lambda: Bic(lams=0.1), r"lams = "),
        (lambda: Method("m", "fgsm_training", "lasso", lam=Bic(df="trace")), r"declares no equation"),
    ],
)
def test_options_that_there_are_not_are_refused(build: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build()


def test_paths_of_random_estimators_are_handed_random_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ESTIMATORS, "_entries", dict(ESTIMATORS))

    @estimator("noisy")
    def noisy(data: Any, rng: np.random.Generator, *, family: str, fit_intercept: bool, penalty: Lasso) -> Any:  # noqa: ARG001
        return {"beta": rng.standard_normal(data.X.shape[1])}

    X, y = wide(8, 20, 3)
    given = {"family": "gaussian", "penalty": Lasso(1.0), "lams": [0.2, 0.1], "estimator": "noisy"}
    first, second = path(X, y, rng=np.random.default_rng(4), **given)
    assert first.coef.tobytes() != second.coef.tobytes()
