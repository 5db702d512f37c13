"""The same data seen otherwise: rows and columns in another order, columns turned round or moved, labels exchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import KINDS, PENALTIES, Array, Case, fit, problem
from reference.objective import ATTACKS, Problem
from simstudy.estimators import Fit, degrees_of_freedom, standard_errors, tuned
from simstudy.estimators.rules import Aic, Bic
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Penalty
from simstudy.records import Status

P = 4
SEEDS = st.integers(0, 10_000)
#: Families in which the response with its sign, or its label, exchanged has the slopes with theirs.
EXCHANGED = {"gaussian": lambda y: -y, "binomial": lambda y: 1.0 - y}


def with_weights(penalty: Penalty, order: Array) -> Penalty:
    """The penalty of the columns in another order."""
    weights = penalty.multipliers(P)
    return penalty if (weights == 1.0).all() else Lasso(penalty.lam, weights=weights[order])


def view(one: Problem, seed: int) -> tuple[Problem, Array, Array]:
    """Another view of a problem, and which column each is of the given ones with what sign."""
    rng = np.random.default_rng([seed, 1])
    rows, order, signs = rng.permutation(one.y.size), rng.permutation(P), rng.choice([-1.0, 1.0], P)
    X = one.X[rows][:, order] * signs
    if one.fit_intercept:
        X = X + rng.uniform(-100.0, 100.0, P)
    return replace(one, X=X, y=one.y[rows], penalty=with_weights(one.penalty, order)), order, signs


def arguments(one: Problem) -> dict[str, Any]:
    """What an estimator's standard errors, df and tuning are told."""
    name = "penalized" if one.attack == "none" else "fgsm"
    return {"family": one.family, "penalty": one.penalty, "fit_intercept": one.fit_intercept, "estimator": name}


def errors(found: Fit, one: Problem) -> Array:
    """Standard errors of the slopes."""
    return np.asarray(standard_errors(found, one.X, one.y, **arguments(one)).se)


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
@settings(max_examples=3)
@given(SEEDS, st.booleans())
def test_order_sign_and_origin_of_columns_change_nothing(
    family: str, penalty: str, attack: str, seed: int, fit_intercept: bool
) -> None:
    one = problem(Case(family, penalty, attack, size=(80, P), seed=seed, fit_intercept=fit_intercept))
    other, order, signs = view(one, seed)
    found, seen = fit(one), fit(other)
    assert found.status == seen.status == Status.OK
    assert seen.objective == pytest.approx(found.objective, rel=1e-9)
    np.testing.assert_allclose(seen.coef * signs, found.coef[order], atol=1e-6)
    np.testing.assert_array_equal(seen.coef == 0.0, found.coef[order] == 0.0)
    if attack != "worst_case":
        np.testing.assert_allclose(errors(seen, other), errors(found, one)[order], rtol=1e-4)
        for df in ("active", "trace", "divergence"):
            known = degrees_of_freedom(found, one.X, one.y, df=df, **arguments(one))
            assert degrees_of_freedom(seen, other.X, other.y, df=df, **arguments(other)) == pytest.approx(
                known, rel=1e-4, nan_ok=True
            )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("family", EXCHANGED)
@settings(max_examples=3)
@given(SEEDS, st.booleans())
def test_labels_that_change_places_turn_the_slopes_round(
    family: str, penalty: str, attack: str, seed: int, fit_intercept: bool
) -> None:
    one = problem(Case(family, penalty, attack, size=(80, P), seed=seed, fit_intercept=fit_intercept))
    found, seen = fit(one), fit(replace(one, y=EXCHANGED[family](one.y)))
    assert found.status == seen.status == Status.OK
    np.testing.assert_allclose([seen.intercept, *seen.coef], [-found.intercept, *-found.coef], atol=1e-6)


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
@settings(max_examples=2)
@given(SEEDS, st.booleans())
def test_the_data_twice_are_the_data(family: str, penalty: str, attack: str, seed: int, fit_intercept: bool) -> None:
    one = problem(Case(family, penalty, attack, size=(80, P), seed=seed, fit_intercept=fit_intercept))
    twice = replace(one, X=np.repeat(one.X, 2, axis=0), y=np.repeat(one.y, 2))
    found, seen = fit(one), fit(twice)
    assert found.status == seen.status == Status.OK
    np.testing.assert_allclose([seen.intercept, *seen.coef], [found.intercept, *found.coef], atol=1e-6)
    assert seen.objective == pytest.approx(found.objective, rel=1e-9)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=3)
@given(SEEDS)
def test_a_lasso_does_not_gain_by_a_copied_column(family: str, attack: str, seed: int) -> None:
    one = problem(Case(family, "lasso", attack, size=(80, P), seed=seed))
    found, seen = fit(one), fit(replace(one, X=np.column_stack([one.X, one.X[:, 0]])))
    assert found.status == seen.status == Status.OK
    assert seen.objective == pytest.approx(found.objective, rel=1e-9)
    together = np.array([seen.coef[0] + seen.coef[-1], *seen.coef[1:-1]])
    np.testing.assert_allclose(together, found.coef, atol=1e-6)


@pytest.mark.parametrize("attack", ["none", "fgsm"])
@pytest.mark.parametrize("penalty", ["lasso", "weighted lasso", "scad", "mcp", "bridge 0.5"])
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=2)
@given(SEEDS)
def test_the_level_that_a_rule_chooses_is_the_same(family: str, penalty: str, attack: str, seed: int) -> None:
    one = problem(Case(family, penalty, attack, size=(80, P), seed=seed))
    other, order, signs = view(one, seed)
    for rule in (Bic(grid=6), Aic(grid=6, df="trace")):
        found, seen = (tuned(each.X, each.y, rule=rule, **arguments(each)) for each in (one, other))
        assert found.status == seen.status == Status.OK
        assert seen.lam == pytest.approx(found.lam, rel=1e-9)
        np.testing.assert_allclose(seen.coef * signs, found.coef[order], atol=1e-6)
