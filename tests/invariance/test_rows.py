"""A weight of k is the same observation k times, and an offset is a slope that is known: fits, errors, df, levels."""

from __future__ import annotations

from typing import Any

import cvxpy as cp
import numpy as np
import pytest
import statsmodels.api as sm

from cases import KINDS, Case, draw, problem
from simstudy.errors import InputError
from simstudy.estimators import degrees_of_freedom, fgsm, mle, path, penalized, standard_errors, tuned
from simstudy.estimators.input import Rows
from simstudy.estimators.path import largest_lam
from simstudy.estimators.rules import Aic, Bic, CrossValidation, Ebic, Gcv, Pivotal
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Scad
from simstudy.records import Status

N = 60
#: Whole weights, zeros among them, and the observations that they stand for.
WEIGHTS = np.random.default_rng(3).integers(0, 4, N).astype(float)
REPEATED = np.repeat(np.arange(N), WEIGHTS.astype(int))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_whole_weights_are_repeated_rows(family: str, penalty: str, attack: str, fit_intercept: bool) -> None:
    given = problem(Case(family, penalty, attack, size=(N, 4), fit_intercept=fit_intercept))
    X, y, offset = given.X, given.y, 0.3 * given.X[:, 0] - 0.2
    shared: dict[str, Any] = {"family": family, "penalty": given.penalty, "fit_intercept": fit_intercept}
    estimator, name, attacked = (penalized, "penalized", {}) if attack == "none" else (fgsm, "fgsm", {"attack": attack})
    one = estimator(X, y, weights=WEIGHTS, offset=offset, **shared, **attacked)
    other = estimator(X[REPEATED], y[REPEATED], offset=offset[REPEATED], **shared, **attacked)
    assert one.status == other.status == Status.OK
    np.testing.assert_allclose([*one.coef, one.intercept], [*other.coef, other.intercept], atol=1e-7)
    assert one.objective == pytest.approx(other.objective, abs=1e-10)
    errors = [
        standard_errors(fit, *data, estimator=name, rows=rows, **shared)
        for fit, data, rows in (
            (one, (X, y), Rows(WEIGHTS, offset)),
            (other, (X[REPEATED], y[REPEATED]), Rows(None, offset[REPEATED])),
        )
    ]
    np.testing.assert_allclose(errors[0].se, errors[1].se, rtol=1e-5)
    np.testing.assert_allclose(errors[0].intercept_se, errors[1].intercept_se, rtol=1e-5)
    for kind in ("active", "trace", "divergence"):
        df = degrees_of_freedom(one, X, y, df=kind, estimator=name, rows=Rows(WEIGHTS, offset), **shared)
        of_repeated = degrees_of_freedom(
            other, X[REPEATED], y[REPEATED], df=kind, estimator=name, rows=Rows(None, offset[REPEATED]), **shared
        )
        assert df == pytest.approx(of_repeated, rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("family", FAMILIES)
def test_levels_are_chosen_as_from_repeated_rows(family: str, estimator: str) -> None:
    X, y = draw(family, N, 4, 0.3, np.random.default_rng(3))
    offset = 0.2 * X[:, 1]
    rules = (Bic(grid=8), Aic(grid=8, df="trace"), Ebic(grid=8), Gcv(grid=8))
    for rule, penalty in zip(rules, (Lasso(1.0), Scad(1.0)) * 2, strict=True):
        shared: dict[str, Any] = {"family": family, "penalty": penalty, "estimator": estimator}
        one = tuned(X, y, rule=rule, options={"weights": WEIGHTS, "offset": offset}, **shared)
        other = tuned(X[REPEATED], y[REPEATED], rule=rule, options={"offset": offset[REPEATED]}, **shared)
        assert one.status == other.status == Status.OK
        assert one.lam == pytest.approx(other.lam, rel=1e-9)
        np.testing.assert_allclose(one.coef, other.coef, atol=1e-6)
    options = {"weights": WEIGHTS, "offset": offset}
    largest = largest_lam(X, y, options=options, **shared)
    above, below = path(X, y, lams=[1.001 * largest, 0.98 * largest], options=options, **shared | {"penalty": Lasso(1)})
    assert not above.coef.any()
    assert below.coef.any()


@pytest.mark.parametrize("one_se", [False, True])
@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("family", FAMILIES)
def test_folds_are_those_of_repeated_rows(family: str, estimator: str, one_se: bool) -> None:
    """Of the same draws; weights that are not whole leave each observation in one fold, whatever their unit."""
    X, y = draw(family, N, 4, 0.3, np.random.default_rng(3))
    shared: dict[str, Any] = {"family": family, "penalty": Lasso(1.0), "estimator": estimator}
    shared["rule"] = CrossValidation(grid=8, one_se=one_se)
    one, other, half, tenth = (
        tuned(*data, rng=np.random.default_rng(1), options=options, **shared)
        for data, options in (
            ((X, y), {"weights": WEIGHTS}),
            ((X[REPEATED], y[REPEATED]), {}),
            ((X, y), {"weights": WEIGHTS / 2.0}),
            ((X, y), {"weights": WEIGHTS / 10.0}),
        )
    )
    assert one.status == other.status == half.status == Status.OK
    assert one.lam == pytest.approx(other.lam, rel=1e-9)
    np.testing.assert_allclose(one.coef, other.coef, atol=1e-6)
    assert half.lam == pytest.approx(tenth.lam, rel=1e-9)


def test_a_row_that_counts_often_can_be_in_many_folds() -> None:
    X, y = draw("gaussian", 4, 1, 0.3, np.random.default_rng(3))
    shared: dict[str, Any] = {"family": "gaussian", "penalty": Lasso(1.0), "rule": CrossValidation(folds=5, grid=5)}
    repeated = tuned(X, y, rng=np.random.default_rng(1), options={"weights": np.full(4, 6.0)}, **shared)
    assert repeated.status == Status.OK
    with pytest.raises(InputError, match="folds = 5.*at most n = 4"):
        tuned(X, y, rng=np.random.default_rng(1), options={"weights": np.full(4, 6.5)}, **shared)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_weighted_fgsm_minimises_the_weighted_objective(family: str) -> None:
    """Against Clarabel, with weights that are no whole numbers."""
    X, y = draw(family, N, 4, 0.3, np.random.default_rng(6))
    rng = np.random.default_rng(7)
    weights, offset, lam = rng.uniform(0.1, 3.0, N), rng.normal(0.0, 0.7, N), 0.1
    found = fgsm(X, y, family=family, penalty=Lasso(lam), weights=weights, offset=offset)
    b, b0 = cp.Variable(4), cp.Variable()
    eta, P = X @ b + b0 + offset, lam * cp.norm1(b)
    losses = (
        cp.square(cp.abs(y - eta) + P) / 2 if family == "gaussian" else cp.logistic(P - cp.multiply(2 * y - 1, eta))
    )
    lowest = cp.Problem(cp.Minimize(weights @ losses / weights.sum())).solve(solver=cp.CLARABEL)
    assert found.status == Status.OK
    np.testing.assert_allclose(found.coef, b.value, atol=1e-4)
    assert found.objective == pytest.approx(lowest, abs=1e-7)


def test_weights_and_exposure_as_in_statsmodels() -> None:
    X, y = draw("poisson", N, 3, 0.3, np.random.default_rng(8))
    rng = np.random.default_rng(9)
    weights, offset = rng.uniform(0.2, 3.0, N), np.log(rng.uniform(0.5, 3.0, N))
    known = sm.GLM(y, sm.add_constant(X), sm.families.Poisson(), offset=offset, freq_weights=weights).fit()
    fit = mle(X, y, family="poisson", weights=weights, offset=offset)
    fit = standard_errors(fit, X, y, family="poisson", estimator="mle", rows=Rows(weights, offset))
    np.testing.assert_allclose([fit.intercept, *fit.coef], known.params, rtol=1e-6)
    np.testing.assert_allclose([fit.intercept_se, *fit.se], known.bse, rtol=1e-6)


def test_twice_the_weights_are_twice_the_observations() -> None:
    X, y = draw("binomial", N, 3, 0.3, np.random.default_rng(8))
    once, twice = (
        standard_errors(
            mle(X, y, family="binomial", weights=np.full(N, k)), X, y, family="binomial", estimator="mle",
            rows=Rows(np.full(N, k)),
        )
        for k in (1.0, 2.0)
    )  # fmt: skip
    np.testing.assert_array_equal(once.coef, twice.coef)
    np.testing.assert_allclose(once.se, np.sqrt(2.0) * twice.se, rtol=1e-12)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_a_response_that_is_constant_may_have_a_fit_with_an_offset(family: str) -> None:
    X, offset = np.linspace(-1.0, 1.0, 30)[:, None], np.linspace(0.0, 1.0, 30) ** 2
    fit = penalized(X, np.ones(30), family=family, penalty=Lasso(0.01), offset=offset)
    # Labels that are all one recede along the intercept.
    assert fit.status == (Status.NO_MINIMISER if family == "binomial" else Status.OK)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"weights": -np.ones(N)}, r"weights\[0\] = -1.0.*at least 0"),
    ({"weights": np.zeros(N)}, "weights = 'all 0'"),
    ({"weights": np.ones(3)}, r"weights.shape = \(3,\).*number of rows"),
    ({"offset": np.append(np.zeros(N - 1), np.nan)}, rf"offset\[{N - 1}\] = nan"),
    ({"offset": ["a"] * N}, "offset.dtype"),
]


@pytest.mark.parametrize(("bad", "words"), BAD)
def test_what_is_no_weight_or_offset_is_named(bad: dict[str, Any], words: str) -> None:
    X, y = draw("gaussian", N, 3, 0.3, np.random.default_rng(8))
    for call in (mle, lambda X, y, **given: fgsm(X, y, penalty=Lasso(0.1), **given)):
        with pytest.raises(InputError, match=words):
            call(X, y, family="gaussian", **bad)


def test_estimators_that_take_no_weights_say_so() -> None:
    X, y = draw("gaussian", N, 3, 0.3, np.random.default_rng(8))
    shared: dict[str, Any] = {"family": "gaussian", "penalty": Scad(0.1), "options": {"weights": WEIGHTS}}
    with pytest.raises(InputError, match="weights = 'given'.*fgsm_debiased.*fgsm, mle, penalized"):
        tuned(X, y, rule=Bic(), estimator="fgsm_debiased", **shared)
    with pytest.raises(InputError, match="weights = 'given'.*pivotal"):
        tuned(X, y, rule=Pivotal(), rng=np.random.default_rng(1), **shared)
    fit = mle(X, y, family="gaussian")
    with pytest.raises(InputError, match="weights = 'given'.*oracle"):
        standard_errors(fit, X, y, family="gaussian", estimator="oracle", rows=Rows(WEIGHTS))
