"""SCAD is the fixed point of local linear approximation from a start that is part of its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cases import CANONICAL, KINDS, Array, draw, fit
from reference.objective import Problem, loss, objective, penalty_at
from reference.optimality import optimality_residual
from simstudy.estimators import Fit, mle, oracle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Scad
from simstudy.records import Status

SEEDS = st.integers(0, 2**32 - 1)
# T3 of Poisson FGSM jumps, so that its objective need not fall.
CONTINUOUS = sorted({(family, attack) for family, _, attack in KINDS} - {("poisson", "fgsm")})


def scad_problem(family: str, attack: str, seed: int, lam: float) -> Problem:
    X, y = draw(family, 80, 6, 0.5, np.random.default_rng(seed))
    return Problem(X, y, family, Scad(lam), attack, True)


@pytest.mark.parametrize(("family", "attack"), CONTINUOUS)
@settings(max_examples=30)
@given(SEEDS, st.floats(0.01, 0.6))
def test_the_objective_is_at_most_the_start_s(family: str, attack: str, seed: int, lam: float) -> None:
    problem = scad_problem(family, attack, seed, lam)
    start, end = mle(problem.X, problem.y, family=family), fit(problem)
    assume(start.status == Status.OK)
    assert end.status == Status.OK
    at_start, at_end = (objective(problem, f.intercept, f.coef) for f in (start, end))
    assert at_end <= at_start + 1e-9 * (1 + abs(at_start))


def tangent_objective(problem: Problem, at: Array, intercept: float, coef: Array) -> float:
    """The objective with P replaced by its tangent at `at`."""
    c = problem.penalty.slope(np.abs(at))
    P = penalty_at(problem, at) + c @ (np.abs(coef) - np.abs(at))
    eta = intercept + problem.X @ coef
    if problem.attack == "none":
        return float(np.mean(loss(problem.law, problem.y, eta)) + P)
    sides = [loss(problem.law, problem.y, eta + s * P) for s in (1, -1)]
    return float(np.mean(np.maximum(*sides)))


@pytest.mark.parametrize(("family", "attack"), CONTINUOUS)
@pytest.mark.parametrize("seed", range(3))
def test_it_minimises_its_own_tangent_problem(family: str, attack: str, seed: int) -> None:
    problem = scad_problem(family, attack, seed, 0.15)
    result = fit(problem)
    here = tangent_objective(problem, result.coef, result.intercept, result.coef)
    rng = np.random.default_rng(seed)
    for size in (1e-4, 1e-2, 0.3):
        for _ in range(100):
            step = size * rng.standard_normal(7) * rng.integers(0, 2, 7)
            there = tangent_objective(problem, result.coef, result.intercept + step[0], result.coef + step[1:])
            assert there >= here - 1e-8


def approximate(problem: Problem, start: Fit) -> Array:
    """Repeated weighted lasso fits of T4 by the public function, from the coefficients of `start`."""
    coef = start.coef
    for _ in range(300):
        weights = problem.penalty.slope(np.abs(coef))
        step = penalized(problem.X, problem.y, family=problem.family, penalty=Lasso(1.0, weights=weights))
        if np.max(np.abs(step.coef - coef)) <= 1e-12:
            break
        coef = step.coef
    return coef


@pytest.mark.parametrize("family", CANONICAL)
@pytest.mark.parametrize("seed", range(4))
def test_penalized_scad_is_repeated_lasso_from_the_mle(family: str, seed: int) -> None:
    problem = scad_problem(family, "none", seed, 0.15)
    expected = approximate(problem, mle(problem.X, problem.y, family=family))
    np.testing.assert_allclose(fit(problem).coef, expected, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_without_an_mle_it_starts_at_the_lasso(seed: int) -> None:
    X, y = draw("gaussian", 25, 40, 0.3, np.random.default_rng(seed))
    problem = Problem(X, y, "gaussian", Scad(0.3), "none", True)
    expected = approximate(problem, penalized(X, y, family="gaussian", penalty=Lasso(0.3)))
    np.testing.assert_allclose(fit(problem).coef, expected, atol=1e-6)


@pytest.mark.parametrize("attack", ["none", "fgsm"])
def test_the_start_matters(attack: str) -> None:
    """A flat loss with SCAD has two stationary points: the MLE, beyond a * lam, and a lower one at zero."""
    x = np.sqrt(0.1) * np.tile([1.0, -1.0], 20)
    y = x + 0.5 * np.tile([1.0, 1.0, -1.0, -1.0], 10)
    problem = Problem(x[:, None], y, "gaussian", Scad(0.26), attack, False)
    result = fit(problem)
    assert result.coef[0] == pytest.approx(1.0, abs=1e-9)
    assert objective(problem, 0.0, np.zeros(1)) < result.objective - 0.01
    assert optimality_residual(problem, 0.0, np.zeros(1)) == 0.0


@pytest.mark.parametrize("family", CANONICAL)
def test_strong_signals_are_not_shrunk(family: str) -> None:
    """T4 is the oracle where scores off the support are below lam and slopes beyond a * lam (Fan & Li 2001)."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((2000, 4))
    y = FAMILIES[family].sample(0.3 + 1.2 * X[:, 0], rng)
    known = oracle(X, y, family=family, support=np.arange(4) < 1)
    score = X.T @ (y - FAMILIES[family].mean(known.intercept + X @ known.coef)) / y.size
    lam = 4 * np.max(np.abs(score[1:]))
    assert known.coef[0] > Scad(lam).a * lam
    scad, lasso = (penalized(X, y, family=family, penalty=kind(lam)) for kind in (Scad, Lasso))
    np.testing.assert_allclose(scad.coef, known.coef, atol=1e-8)
    assert lasso.coef[0] < known.coef[0] - 0.01
