"""No answer depends on the units of a column or, next to an intercept, on its origin: fits, errors, df, levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import KINDS, Case, draw, fit, problem
from reference.objective import Problem
from simstudy.estimators import degrees_of_freedom, fgsm, mle, penalized, standard_errors, tuned
from simstudy.estimators.rules import Bic
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Lr, Mcp, Scad
from simstudy.records import Status

EXPONENTS = st.lists(st.floats(-150.0, 150.0), min_size=4, max_size=4)
ORIGINS = st.lists(st.floats(-1e4, 1e4), min_size=4, max_size=4)


@pytest.mark.parametrize("estimator", ["penalized", "fgsm"])
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=10)
@given(st.integers(0, 10_000), EXPONENTS, ORIGINS)
def test_a_lasso_with_weights_in_the_columns_units(
    family: str, estimator: str, seed: int, exponents: list[float], origins: list[float]
) -> None:
    """Columns s (x + c) with weights s: slopes and their errors are those of x over s, and the level is the same."""
    X, y = draw(family, 60, 4, 0.3, np.random.default_rng(seed))
    s, c = 10.0 ** np.array(exponents), np.array(origins)
    moved = s * (X + c)
    found = []
    for columns, weights in ((X, np.ones(4)), (moved, s)):
        shared: dict[str, Any] = {"family": family, "penalty": Lasso(0.05, weights=weights), "estimator": estimator}
        one = tuned(columns, y, rule=Bic(grid=5), **shared)
        assert one.status == Status.OK
        shared["penalty"] = Lasso(one.lam, weights=weights)
        with_errors = standard_errors(one, columns, y, curvature="tangent", **shared)
        found.append((one, with_errors, degrees_of_freedom(one, columns, y, **shared)))
    (one, errors, df), (other, other_errors, other_df) = found
    assert other.lam == pytest.approx(one.lam, rel=1e-9)
    np.testing.assert_allclose(other.coef * s, one.coef, atol=1e-7)
    np.testing.assert_allclose(other_errors.se * s, errors.se, rtol=1e-6)
    assert other_df == pytest.approx(df, rel=1e-6)


@pytest.mark.parametrize("exponent", [-400, -60, 10, 60, 400])
@pytest.mark.parametrize(
    ("family", "penalty", "attack"), [kind for kind in KINDS if kind[1] in ("lasso", "bridge 1.5")]
)
def test_a_power_of_two_changes_no_digit(family: str, penalty: str, attack: str, exponent: int) -> None:
    given_problem = problem(Case(family, penalty, attack, size=(100, 4)))
    level, s = given_problem.penalty.lam, 2.0**exponent
    scaled = Lasso(level * s) if penalty == "lasso" else Lr(level * s**1.5, 1.5)
    one, other = fit(given_problem), fit(Problem(given_problem.X * s, given_problem.y, family, scaled, attack, True))
    np.testing.assert_array_equal(other.coef * s, one.coef)
    assert (other.intercept, other.objective, other.kkt) == (one.intercept, one.objective, one.kkt)


@pytest.mark.parametrize("scale", [1e-150, 1e-100, 1e100, 1e150])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_penalty_that_does_not_reach_leaves_the_mle(family: str, scale: float) -> None:
    """Slopes on huge columns are far below any level's reach, on tiny ones beyond every knot of a bounded penalty.

    There FGSM keeps the constant P of its attack, and with it the bias of T8.
    """
    X, y = draw(family, 100, 4, 0.3, np.random.default_rng(5))
    expected = mle(X, y, family=family).coef
    np.testing.assert_allclose(mle(X * scale, y, family=family).coef * scale, expected, rtol=1e-9)
    for penalty in (Lasso(0.1), Lr(0.1, 2.0)) if scale > 1.0 else (Scad(0.1), Mcp(0.1)):
        for estimator in (penalized, fgsm) if scale > 1.0 else (penalized,):
            result = estimator(X * scale, y, family=family, penalty=penalty)
            assert result.status == Status.OK
            np.testing.assert_allclose(result.coef * scale, expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("origin", [0.0, 1e8, 1e12])
def test_separation_is_seen_in_any_units(scale: float, origin: float) -> None:
    x = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]) + origin
    X = np.column_stack([x, x]) * scale
    for y, separated in (([0, 0, 0, 1, 1, 1], True), ([0, 0, 1, 0, 1, 1], False)):
        for penalty in (Scad(0.3), Mcp(0.3)):
            result = penalized(X, y, family="binomial", penalty=penalty)
            assert result.status == (Status.NO_MINIMISER if separated else Status.OK)
        assert fgsm(X, y, family="binomial", penalty=Lasso(2.0 * scale)).status == Status.OK
        weak = fgsm(X, y, family="binomial", penalty=Lasso(0.5 * scale))
        assert weak.status == (Status.NO_MINIMISER if separated else Status.OK)


def test_a_column_that_is_constant_up_to_rounding_carries_nothing() -> None:
    X, y = draw("gaussian", 50, 3, 0.3, np.random.default_rng(1))
    X[:, 1] = np.where(np.arange(50) % 2, 0.1 + 0.2, 0.3)
    for penalty in (Lasso(0.01), Scad(0.1), Lr(0.01, 0.5)):
        result = penalized(X, y, family="gaussian", penalty=penalty)
        assert result.coef[1] == 0.0
        assert "zero variance" in result.message


@pytest.mark.parametrize("r", [1.01, 1.2, 1.5, 1.9, 1.99, 3.0])
@pytest.mark.parametrize("scale", [1e-150, 1e-120, 1e-100])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_power_that_no_predictor_feels_is_where_the_gradient_holds_it(family: str, scale: float, r: float) -> None:
    """Slopes of tiny columns move nothing, so that r lam |b|^(r - 1) is the gradient of the null model."""
    X, y = draw(family, 60, 3, 0.3, np.random.default_rng(2))
    law = FAMILIES[family]
    gradient = (X - X.mean(axis=0)).T @ law.slope(y, np.full(60, law.link(y.mean()))) / 60
    log_size = (np.log(np.abs(gradient)) + np.log(scale) - np.log(0.05 * r)) / (r - 1.0)
    found = penalized(X * scale, y, family=family, penalty=Lr(0.05, r))
    assert found.status == Status.OK
    np.testing.assert_allclose(found.coef, -np.sign(gradient) * np.exp(log_size), rtol=1e-6)
    assert fgsm(X * scale, y, family=family, penalty=Lr(0.05, r)).status == Status.OK
