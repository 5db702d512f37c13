"""Statuses and limits of the solver: degenerate data, extreme scales, extreme lam, and fits that once failed."""

from __future__ import annotations

import numpy as np
import pytest

from cases import KINDS, PENALTIES, SIGNAL, Array, Case, draw, fit
from cases import problem as case_problem
from reference.objective import Problem
from reference.optimality import optimality_residual
from simstudy.estimators import Fit, fgsm, mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Scad
from simstudy.records import Status


def assert_optimal(problem: Problem, result: Fit) -> None:
    assert result.status == Status.OK, result.message
    assert optimality_residual(problem, result.intercept, result.coef) <= 1e-7


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_constant_response_is_a_status(family: str, penalty: str, attack: str, value: float) -> None:
    if not FAMILIES[family].in_support(np.array([value])).all():
        pytest.skip("a gamma response is not zero")
    X = np.random.default_rng(1).standard_normal((20, 3))
    result = fit(Problem(X, np.full(20, value), family, PENALTIES[penalty](0.1, 3), attack, True))
    assert result.status == Status.DEGENERATE_RESPONSE
    assert f"equals {value:g}" in result.message
    assert np.isnan([*result.coef, result.intercept, result.objective, result.kkt]).all()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("n", "p"), [(10, 10), (10, 25)])
def test_mle_of_as_many_coefficients_as_observations_is_a_status(family: str, n: int, p: int) -> None:
    X, y = draw(family, n, p, 0.0, np.random.default_rng(2))
    result = mle(X, y, family=family)
    assert result.status == Status.RANK_DEFICIENT
    assert f"p = {p} >= n = {n}" in result.message


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("extra", ["repeated", "zero", "constant"])
def test_dependent_columns_leave_the_mle_undefined_and_the_lasso_fitted(family: str, extra: str) -> None:
    X, y = draw(family, 60, 3, 0.3, np.random.default_rng(3))
    column = {"repeated": X[:, 0], "zero": np.zeros(60), "constant": np.full(60, 2.0)}[extra]
    X = np.column_stack([X, column])
    assert mle(X, y, family=family).status == Status.RANK_DEFICIENT
    for attack in ("none", "fgsm", "worst_case"):
        problem = Problem(X, y, family, Lasso(0.02), attack, True)
        result = fit(problem)
        assert_optimal(problem, result)
        if extra != "repeated":
            assert result.coef[3] == 0.0


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_a_huge_lam_gives_the_null_model(family: str, penalty: str, attack: str) -> None:
    X, y = draw(family, 60, 4, 0.3, np.random.default_rng(4))
    result = fit(Problem(X, y, family, PENALTIES[penalty](1e3, 4), attack, True))
    assert result.status == Status.OK
    if penalty in {"ridge", "bridge 1.5"}:
        # Without a kink at zero a coefficient only becomes small.
        assert np.all(np.abs(result.coef) < 1e-2)
        return
    # The weighted lasso leaves its first slope free.
    assert np.all(result.coef[1:] == 0)
    if penalty != "weighted lasso":
        assert result.coef[0] == 0
        assert FAMILIES[family].mean(np.array(result.intercept)) == pytest.approx(y.mean(), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize(("family", "penalty", "attack"), [kind for kind in KINDS if kind[1] != "weighted lasso"])
def test_the_units_of_x_do_not_matter(family: str, penalty: str, attack: str, scale: float) -> None:
    """Columns times `scale` with lam times `scale` leave scale * coef and, for the lasso, P unchanged."""
    X, y = draw(family, 80, 5, 0.3, np.random.default_rng(5))
    lam = 0.05
    one = fit(Problem(X, y, family, PENALTIES[penalty](lam, 5), attack, True))
    assert one.status == Status.OK
    if penalty == "lasso":
        other = fit(Problem(X * scale, y, family, Lasso(lam * scale), attack, True))
        assert other.status == Status.OK
        np.testing.assert_allclose(other.coef * scale, one.coef, atol=1e-6)
    else:
        other = fit(Problem(X * scale, y, family, Scad(lam / scale), attack, True))
        assert other.status in {Status.OK, Status.NOT_CONVERGED}


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("lam", [0.02, 1e-3, 1e-5])
@pytest.mark.parametrize("attack", ["none", "fgsm"])
def test_interpolation_of_wide_gaussian_data(attack: str, lam: float, fit_intercept: bool) -> None:
    """With p > n and a small lam the attacked solution has every residual at its kink: n multipliers, n slopes."""
    X, y = draw("gaussian", 30, 40, 0.5, np.random.default_rng(6))
    problem = Problem(X, y, "gaussian", Lasso(lam), attack, fit_intercept)
    result = fit(problem)
    assert_optimal(problem, result)
    if attack == "fgsm":
        assert np.max(np.abs(y - result.intercept - X @ result.coef)) < 1e-6


@pytest.mark.parametrize("attack", ["fgsm", "worst_case"])
@pytest.mark.parametrize("seed", range(6))
def test_poisson_counts_of_thousands(attack: str, seed: int) -> None:
    """P is large here, so that the FGSM kinks y = mu are far from the worst case's, from which it is reached."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((100, 10))
    beta = np.array([0.8, -0.8, 0.8] + [0.0] * 7)
    y = rng.poisson(np.exp(np.minimum(5.0 + X @ beta, 9.2))).astype(float)
    assert y.max() > 1000
    for level in (0.3, 1.0):
        problem = Problem(X, y, "poisson", Lasso(level * np.sqrt(np.log(10) / 100)), attack, True)
        assert_optimal(problem, fit(problem))


@pytest.mark.parametrize("penalty", [Lasso(0.05), Scad(0.1)])
@pytest.mark.parametrize("prevalence_logit", [-3.5, -2.5])
def test_rare_labels(penalty: Lasso | Scad, prevalence_logit: float) -> None:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((300, 6))
    y = FAMILIES["binomial"].sample(prevalence_logit + 0.8 * X[:, 0], rng)
    for attack in ("none", "fgsm"):
        problem = Problem(X, y, "binomial", penalty, attack, True)
        assert_optimal(problem, fit(problem))


def test_columns_far_from_zero() -> None:
    X, y = draw("gaussian", 100, 4, 0.3, np.random.default_rng(8))
    for attack in ("none", "fgsm"):
        problem = Problem(X + 50.0, y, "gaussian", Lasso(0.05), attack, True)
        result = fit(problem)
        assert_optimal(problem, result)
        centred = fit(Problem(X, y, "gaussian", Lasso(0.05), attack, True))
        np.testing.assert_allclose(result.coef, centred.coef, atol=1e-6)


def test_an_unbounded_linear_predictor_is_not_a_crash() -> None:
    X = np.array([[1e200], [-1e200], [1e200], [2e200]])
    for estimator in (penalized, fgsm):
        result = estimator(X, [0.0, 3.0, 1.0, 2.0], family="poisson", penalty=Lasso(0.1))
        assert result.status in {Status.NOT_CONVERGED, Status.OK}


@pytest.mark.parametrize("family", SIGNAL)
def test_the_same_call_gives_the_same_bits(family: str) -> None:
    for penalty in ("lasso", "scad"):
        given = case_problem(Case(family, penalty, "fgsm"))
        first: Array = fit(given).coef
        assert fit(given).coef.tobytes() == first.tobytes()


def test_data_are_left_alone() -> None:
    X, y = draw("gaussian", 50, 3, 0.0, np.random.default_rng(9))
    X.flags.writeable = y.flags.writeable = False
    assert fgsm(X, y, family="gaussian", penalty=Scad(0.1)).status == Status.OK
