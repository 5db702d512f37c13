"""Every estimator on every case: an OK fit is stationary by an independent certificate, any other has none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cases import CASES, KINDS, PAIRWISE, WIDE, Case, fit, problem
from reference.existence import has_minimiser
from reference.objective import objective, penalty_at
from reference.optimality import optimality_residual
from simstudy.records import Status


@pytest.mark.parametrize("case", PAIRWISE, ids=lambda case: case.id)
def test_a_fit_is_optimal_or_no_minimiser_exists(case: Case) -> None:
    assert_optimal_or_none(case)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_the_same_over_the_whole_grid(kind: tuple[str, str, str]) -> None:
    for case in CASES:
        if (case.family, case.penalty, case.attack) == kind:
            assert_optimal_or_none(case)


def test_the_fast_cases_meet_every_pair() -> None:
    for first, second in itertools.combinations(
        ("family", "penalty", "attack", "size", "rho", "level", "fit_intercept"), 2
    ):
        everywhere = {(getattr(case, first), getattr(case, second)) for case in CASES if case.size != WIDE}
        assert everywhere <= {(getattr(case, first), getattr(case, second)) for case in PAIRWISE}, (first, second)


def assert_optimal_or_none(case: Case) -> None:
    given = problem(case)
    result = fit(given)
    if result.status == Status.NO_MINIMISER:
        assert not has_minimiser(given)
        return
    assert result.status == Status.OK, f"{case.id}: {result.message}"
    assert result.kkt <= 1e-7
    assert optimality_residual(given, result.intercept, result.coef) <= 1e-7


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_the_certificate_sees_a_coefficient_that_is_off(family: str, penalty: str, attack: str) -> None:
    given = problem(Case(family, penalty, attack))
    result = fit(given)
    for j in (0, int(np.argmin(np.abs(result.coef)))):
        coef = result.coef.copy()
        coef[j] += 1e-4
        assert optimality_residual(given, result.intercept, coef) > 1e-6


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_the_objective_is_the_theory_s(family: str, penalty: str, attack: str) -> None:
    given = problem(Case(family, penalty, attack))
    result = fit(given)
    if attack == "fgsm" and given.law.kinked and not given.law.quadratic:
        # T3 jumps at y = mu, where solutions sit; the fit's objective mixes the two sides of each kink.
        jump = penalty_at(given, result.coef) * max(np.mean(given.y), 1.0)
        assert abs(objective(given, result.intercept, result.coef) - result.objective) <= jump
    else:
        assert objective(given, result.intercept, result.coef) == pytest.approx(result.objective, abs=1e-9)


def test_most_cases_have_a_minimiser() -> None:
    usable = [fit(problem(case)).status == Status.OK for case in PAIRWISE]
    assert np.mean(usable) > 0.9
