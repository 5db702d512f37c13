"""Whether a minimiser exists (T18): the solver's program against another one, and the statuses that follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cases import KINDS, PENALTIES, Array, draw, fit
from reference.existence import has_minimiser
from reference.objective import Problem
from simstudy.estimators import fgsm, mle, path, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Mcp, Scad
from simstudy.records import Status
from simstudy.solvers.existence import recedes
from simstudy.solvers.problem import Attack
from simstudy.solvers.problem import Problem as SolverProblem

#: Families in which some loss falls for ever in some direction.
RECEDING = ("binomial", "poisson", "negative_binomial")

SEEDS = st.integers(0, 2**32 - 1)
SOLVER_ATTACK = {"none": Attack.NONE, "fgsm": Attack.FGSM, "worst_case": Attack.WORST_CASE}


def discrete_data(family: str, seed: int, n: int, p: int) -> tuple[Array, Array]:
    """Columns of -1 and 1, so that separation is often only quasi-complete, and responses that follow the first."""
    rng = np.random.default_rng(seed)
    X = rng.choice([-1.0, 1.0], (n, p))
    strength = rng.uniform(0.0, 3.0)
    eta = strength * X[:, 0] - (0.0 if family == "binomial" else 1.0)
    return X, FAMILIES[family].sample(eta, rng)


def as_solver_problem(p: Problem) -> SolverProblem:
    return SolverProblem(p.X, p.y, p.law, p.penalty, SOLVER_ATTACK[p.attack], p.fit_intercept)


@pytest.mark.parametrize(("family", "penalty", "attack"), [kind for kind in KINDS if kind[0] in RECEDING])
@settings(max_examples=25)
@given(SEEDS, st.integers(8, 25), st.integers(1, 6), st.sampled_from([0.0, 0.02, 0.2, 0.6]), st.booleans())
def test_fit_and_two_linear_programs_agree(
    family: str, penalty: str, attack: str, seed: int, n: int, p: int, lam: float, fit_intercept: bool
) -> None:
    X, y = discrete_data(family, seed, n, p)
    assume(y.min() < y.max() and np.linalg.matrix_rank(np.column_stack([np.ones(n), X])) == p + 1)
    problem = Problem(X, y, family, PENALTIES[penalty](lam, p), attack, fit_intercept)
    exists = has_minimiser(problem)
    assert recedes(as_solver_problem(problem)) != exists
    result = fit(problem)
    assert result.status == (Status.OK if exists else Status.NO_MINIMISER), result.message


@pytest.mark.parametrize(("family", "penalty", "attack"), [kind for kind in KINDS if kind[0] in RECEDING])
@pytest.mark.parametrize("lam", [0.02, 0.5])
def test_agreement_with_more_columns_than_rows(family: str, penalty: str, attack: str, lam: float) -> None:
    """Such labels are always separated, so that a bounded penalty never has a minimiser."""
    for seed in range(3):
        X, y = draw(family, 20, 30, 0.5, np.random.default_rng(seed))
        problem = Problem(X, y, family, PENALTIES[penalty](lam, 30), attack, True)
        exists = has_minimiser(problem)
        assert recedes(as_solver_problem(problem)) != exists
        assert fit(problem).status == (Status.OK if exists else Status.NO_MINIMISER)
        if family == "binomial" and penalty in ("scad", "mcp"):
            assert not exists


def test_both_answers_occur_often() -> None:
    """The property above is not vacuous: in its ranges about half of the data sets are separated."""
    answers = []
    for seed in range(60):
        X, y = discrete_data("binomial", seed, 8 + seed % 18, 1 + seed % 6)
        if y.min() < y.max():
            answers.append(has_minimiser(Problem(X, y, "binomial", Lasso(0.0), "none", True)))
    assert 0.1 < np.mean(answers) < 0.9


X6 = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])[:, None]


@pytest.mark.parametrize(
    ("y", "exists"),
    [
        ([0, 0, 0, 1, 1, 1], False),  # separated
        ([1, 1, 1, 0, 0, 0], False),
        ([0, 0, 1, 0, 1, 1], True),  # overlapping
    ],
)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_separated_labels_have_no_mle(y: list[int], exists: bool, fit_intercept: bool) -> None:
    result = mle(X6, y, family="binomial", fit_intercept=fit_intercept)
    assert result.status == (Status.OK if exists else Status.NO_MINIMISER)
    if not exists:
        assert "min_i yt_i eta_i > 0" in result.message
        assert np.isnan(result.coef).all()
        assert np.isnan(result.intercept)


def test_quasi_separated_labels_are_found_by_the_linear_program() -> None:
    X = np.array([-1.0, -1.0, 1.0, 1.0, 1.0])[:, None]
    result = mle(X, [0, 0, 0, 1, 1], family="binomial")
    assert result.status == Status.NO_MINIMISER
    assert "linear program" in result.message


def test_lasso_rescues_separated_labels_and_scad_does_not() -> None:
    y = [0, 0, 0, 1, 1, 1]
    assert penalized(X6, y, family="binomial", penalty=Lasso(1e-4)).status == Status.OK
    assert penalized(X6, y, family="binomial", penalty=Scad(1e-4)).status == Status.NO_MINIMISER
    assert fgsm(X6, y, family="binomial", penalty=Scad(0.5)).status == Status.NO_MINIMISER


@pytest.mark.parametrize(("lam", "exists"), [(0.999, False), (1.001, True)])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_attack_must_reach_across_the_gap(lam: float, exists: bool, scale: float) -> None:
    """One slope b: min_i yt_i x_i b - lam abs(b) > 0 iff lam is below the smallest abs(x_i), here `scale`."""
    result = fgsm(X6 * scale, [0, 0, 0, 1, 1, 1], family="binomial", penalty=Lasso(lam * scale), fit_intercept=False)
    assert result.status == (Status.OK if exists else Status.NO_MINIMISER)
    if not exists:
        assert "beyond the attack" in result.message


@pytest.mark.parametrize("extra", ["copied", "constant", "zero", "sum"])
@pytest.mark.parametrize("lam", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("estimator", [penalized, fgsm])
def test_dependent_columns_do_not_hide_that_no_minimiser_exists(estimator: Any, lam: float, extra: str) -> None:
    """Zero is a local minimum for lam = 1, of height log 2; along the slope the objective falls below."""
    column = {"copied": X6[:, 0], "constant": np.ones(6), "zero": np.zeros(6), "sum": 1.0 - 2.0 * X6[:, 0]}[extra]
    X = np.column_stack([X6, column])
    for penalty in (Scad(lam), Mcp(lam)):
        separated = estimator(X, [0, 0, 0, 1, 1, 1], family="binomial", penalty=penalty)
        assert separated.status == Status.NO_MINIMISER
        assert estimator(X, [0, 0, 1, 0, 1, 1], family="binomial", penalty=penalty).status == Status.OK


@pytest.mark.parametrize("lam", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("estimator", [penalized, fgsm])
def test_copied_column_that_poisson_zeros_follow(estimator: Any, lam: float) -> None:
    X = np.array([0.0, 0.0, 0.0, 1.0, 2.0])[:, None]
    for columns in ([0], [0, 0]):
        result = estimator(X[:, columns], [1, 3, 2, 0, 0], family="poisson", penalty=Scad(lam))
        assert result.status == Status.NO_MINIMISER


@pytest.mark.parametrize(("family", "penalty", "attack"), [kind for kind in KINDS if kind[0] in RECEDING])
@settings(max_examples=10)
@given(SEEDS, st.integers(8, 25), st.integers(1, 4), st.sampled_from([0.02, 0.2, 0.6]), st.booleans())
def test_fit_and_linear_program_agree_where_columns_are_dependent(
    family: str, penalty: str, attack: str, seed: int, n: int, p: int, lam: float, fit_intercept: bool
) -> None:
    """Whether a kinked fit converges on so few distinct rows is another matter (Poisson FGSM)."""
    X, y = discrete_data(family, seed, n, p)
    X = np.column_stack([X, X[:, 0], X[:, 0] - 2.0 * X[:, -1]])
    assume(y.min() < y.max() and p + 2 < n)
    problem = Problem(X, y, family, PENALTIES[penalty](lam, p + 2), attack, fit_intercept)
    result = fit(problem)
    assert (result.status == Status.NO_MINIMISER) != has_minimiser(problem), result.message


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("extra", ["copied", "constant"])
def test_dependent_columns_without_penalty_are_a_status(family: str, extra: str) -> None:
    """Weights of zero leave two columns of one span, whose coefficients nothing determines: they ran to 1e14."""
    X, y = draw(family, 60, 3, 0.3, np.random.default_rng(3))
    X = np.column_stack([X, X[:, 0] if extra == "copied" else np.full(60, 0.3)])
    penalty = Lasso(0.3, weights=(0.0, 1.0, 1.0, 0.0))
    for estimator in ("penalized", "fgsm"):
        arguments: dict[str, Any] = {"family": family, "estimator": estimator, "fit_intercept": True}
        for result in path(X, y, penalty=penalty, lams=[0.3, 0.1], **arguments):
            assert result.status == Status.RANK_DEFICIENT
            assert "unpenalised" in result.message
        kept = path(X[:, :3], y, penalty=Lasso(0.3, weights=(0.0, 1.0, 1.0)), lams=[0.3, 0.1], **arguments)
        assert [result.status for result in kept] == [Status.OK] * 2


def test_poisson_zeros_that_follow_a_column_have_no_mle() -> None:
    X = np.array([0.0, 0.0, 0.0, 1.0, 2.0])[:, None]
    y = [1, 3, 2, 0, 0]
    assert mle(X, y, family="poisson").status == Status.NO_MINIMISER
    assert penalized(X, y, family="poisson", penalty=Scad(0.1)).status == Status.NO_MINIMISER
    for attack in ("fgsm", "worst_case"):
        assert fgsm(X, y, family="poisson", penalty=Lasso(0.01), attack=attack).status == Status.OK
    X[0] = -1.0
    assert mle(X, y, family="poisson").status == Status.OK
    assert mle(X[:, [0, 0]] ** [1, 2], y, family="poisson").status == Status.NO_MINIMISER


@pytest.mark.parametrize("seed", range(8))
def test_wide_poisson_data_without_minimiser_are_not_reported_as_fitted(seed: int) -> None:
    """The gradient underflows the tolerance long before the predictors stop: the residual alone would say OK."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((40, 38))
    y = rng.poisson(np.exp(-2.0 + 0.5 * X[:, 0])).astype(float)
    problem = Problem(X, y, "poisson", Lasso(0.0), "none", True)
    assert not has_minimiser(problem)
    assert mle(X, y, family="poisson").status == Status.NO_MINIMISER
    assert penalized(X, y, family="poisson", penalty=Scad(0.2)).status == Status.NO_MINIMISER


def test_a_gaussian_objective_never_recedes() -> None:
    X, y = np.ones((4, 9)), np.array([0.0, 1.0, 0.0, 2.0])
    assert not recedes(as_solver_problem(Problem(X, y, "gaussian", Lasso(0.0), "fgsm", True)))


def wide_labels(seed: list[int], n: int, p: int, strength: float) -> tuple[Array, Array]:
    """Normal columns, an eighth of which matter."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    beta = np.where(np.arange(p) < p // 8, strength / np.sqrt(p / 8), 0.0)
    return X, (rng.random(n) < 1.0 / (1.0 + np.exp(-X @ beta))).astype(float)


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_wide_fits_near_the_threshold_have_the_status_of_the_program(fit_intercept: bool, weighted: bool) -> None:
    """The kernel gives up where curvature gives out; what it then reports agrees with another solver's program."""
    for seed in range(6):
        n, p = 60 + 12 * seed, 45 + 3 * seed
        X, y = wide_labels([seed, 8], n, p, 0.5 * seed)
        weights = tuple(np.linspace(0.5, 2.0, p)) if weighted else None
        for lam in (0.005, 0.02, 0.04, 0.08):
            problem = Problem(X, y, "binomial", Lasso(lam, weights=weights), "fgsm", fit_intercept)
            result = fit(problem)
            assert result.status == (Status.OK if has_minimiser(problem) else Status.NO_MINIMISER), result.message


def test_a_fit_that_was_given_up_too_soon_is_done_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of few data sets that look as if they had no minimiser, at a level just above the critical one."""
    asked = []

    def spy(problem: SolverProblem) -> bool:
        asked.append(recedes(problem))
        return asked[-1]

    monkeypatch.setattr("simstudy.solvers.newton.recedes", spy)
    rng = np.random.default_rng([93, 5])
    p = int(rng.integers(45, 120))
    n = int(rng.uniform(1, 2.5) * p)
    X = rng.standard_normal((n, p))
    beta = np.where(np.arange(p) < p // 8, rng.uniform(0, 3) / np.sqrt(p / 8), 0.0)
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-X @ beta))).astype(float)
    result = fgsm(X, y, family="binomial", penalty=Lasso(0.01805))
    assert asked == [False]
    assert result.status == Status.OK
    assert result.kkt <= 1e-9
