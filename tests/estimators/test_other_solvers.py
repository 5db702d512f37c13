"""Other programs on the same problems: a conic solver, skglm, scikit-learn and statsmodels."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
import statsmodels.api as sm
from skglm import datafits as skglm_datafits
from skglm import penalties as skglm_penalties
from skglm import solvers as skglm_solvers
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.linear_model import LogisticRegression

from cases import Array, draw, fit
from reference.existence import has_minimiser
from reference.objective import Problem, objective
from simstudy.estimators import mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import ElasticNet, Lasso, Mcp, Scad
from simstudy.records import Status

TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11, "max_iter": 200}
#: How far the fit may be above the conic solver's objective.
EXCESS = 1e-8
#: The two programs solve the same problem: a wrong objective would differ by far more than this.
GAP = 1e-6
PER_FAMILY = 50
#: Problems of each family in the fast suite; a conic solve takes up to seconds.
FAST = 2
ATTACKS = {"gaussian": "fgsm", "binomial": "fgsm", "poisson": "worst_case"}


def random_problem(family: str, index: int) -> Problem:
    """Problem number `index` of a family: n 20 to 500, p 2 to 40, correlation 0 to 0.8, lam weak to strong."""
    rng = np.random.default_rng([index, len(family)])
    n = int(np.exp(rng.uniform(np.log(20), np.log(500))))
    p = int(rng.integers(2, min(40, n // 2) + 1))
    X, y = draw(family, n, p, rng.uniform(0, 0.8), rng)
    lam = rng.uniform(0.1, 1.0) * np.sqrt(np.log(p + 1) / n)
    return Problem(X, y, family, Lasso(lam), ATTACKS[family], bool(index % 2))


def conic_objective(problem: Problem) -> float:
    """The plain objective at Clarabel's solution."""
    n, p = problem.X.shape
    b, b0, P = cp.Variable(p), cp.Variable(), cp.Variable(nonneg=True)
    eta = problem.X @ b + (b0 if problem.fit_intercept else 0.0)
    if problem.family == "gaussian":
        losses = cp.square(cp.abs(problem.y - eta) + P) / 2
    elif problem.family == "binomial":
        losses = cp.logistic(P - cp.multiply(2 * problem.y - 1, eta))
    else:
        losses = cp.maximum(*(cp.exp(eta + s * P) - cp.multiply(problem.y, eta + s * P) for s in (1, -1)))
    norm = problem.penalty.lam * cp.norm1(b)
    cp.Problem(cp.Minimize(cp.sum(losses) / n), [norm <= P]).solve(solver=cp.CLARABEL, **TIGHT)
    return objective(problem, float(b0.value) if problem.fit_intercept else 0.0, b.value)


def assert_as_low_as_the_conic_solver(family: str, index: int) -> None:
    problem = random_problem(family, index)
    if problem.y.min() == problem.y.max() or not has_minimiser(problem):
        assert fit(problem).status in {Status.NO_MINIMISER, Status.DEGENERATE_RESPONSE}
        return
    found = fit(problem)
    assert found.status == Status.OK
    ours, theirs = objective(problem, found.intercept, found.coef), conic_objective(problem)
    assert ours <= theirs + EXCESS
    assert ours >= theirs - GAP


inaccurate = pytest.mark.filterwarnings("ignore:Solution may be inaccurate")


@inaccurate
@pytest.mark.parametrize("index", range(FAST))
@pytest.mark.parametrize("family", ATTACKS)
def test_objective_is_the_conic_solver_s(family: str, index: int) -> None:
    assert_as_low_as_the_conic_solver(family, index)


@inaccurate
@pytest.mark.slow
@pytest.mark.parametrize("index", range(FAST, 2 * PER_FAMILY))
@pytest.mark.parametrize("family", ATTACKS)
def test_objective_is_the_conic_solver_s_on_many_problems(family: str, index: int) -> None:
    assert_as_low_as_the_conic_solver(family, index)


@pytest.mark.parametrize("family", ATTACKS)
def test_at_least_fifty_of_these_problems_have_a_minimiser(family: str) -> None:
    usable = [fit(random_problem(family, index)).status == Status.OK for index in range(2 * PER_FAMILY)]
    assert sum(usable) >= PER_FAMILY


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_gaussian_lasso_is_scikit_learn_s(seed: int, fit_intercept: bool) -> None:
    X, y = draw("gaussian", 80, 12, 0.5, np.random.default_rng(seed))
    other = SklearnLasso(alpha=0.05, fit_intercept=fit_intercept, tol=1e-14, max_iter=100_000).fit(X, y)
    ours = penalized(X, y, family="gaussian", penalty=Lasso(0.05), fit_intercept=fit_intercept)
    np.testing.assert_allclose(ours.coef, other.coef_, atol=1e-6)
    assert ours.intercept == pytest.approx(float(other.intercept_), abs=1e-6)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_binomial_lasso_is_scikit_learn_s(seed: int, fit_intercept: bool) -> None:
    """saga, because liblinear penalises the intercept."""
    n, lam = 150, 0.02
    X, y = draw("binomial", n, 6, 0.5, np.random.default_rng(seed))
    other = LogisticRegression(
        C=1 / (n * lam), l1_ratio=1.0, solver="saga", fit_intercept=fit_intercept, tol=1e-12, max_iter=50_000
    ).fit(X, y)
    ours = penalized(X, y, family="binomial", penalty=Lasso(lam), fit_intercept=fit_intercept)
    np.testing.assert_allclose(ours.coef, other.coef_[0], atol=1e-6)
    assert ours.intercept == pytest.approx(float(np.sum(other.intercept_)), abs=1e-6)


def statsmodels_fit(X: Array, y: Array, family: str) -> Array:
    families = {"gaussian": sm.families.Gaussian, "binomial": sm.families.Binomial, "poisson": sm.families.Poisson}
    return np.asarray(sm.GLM(y, X, family=families[family]()).fit(tol=1e-14, maxiter=200).params)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("family", ATTACKS)
@pytest.mark.parametrize("seed", range(3))
def test_mle_is_statsmodels(seed: int, family: str, fit_intercept: bool) -> None:
    X, y = draw(family, 200, 6, 0.5, np.random.default_rng(seed))
    Z = np.column_stack([np.ones((200, int(fit_intercept))), X])
    expected = statsmodels_fit(Z, y, family)
    free = Problem(X, y, family, Lasso(0.0), "none", fit_intercept)
    for ours in (mle(X, y, family=family, fit_intercept=fit_intercept), fit(free)):
        found = np.append(ours.intercept, ours.coef) if fit_intercept else ours.coef
        np.testing.assert_allclose(found, expected, atol=1e-6)


#: skglm's penalties with the numbers that ours have, and its tolerance on the largest subgradient.
SKGLM_PENALTIES = {
    "lasso": (Lasso(0.1), skglm_penalties.L1(0.1)),
    "elastic net": (ElasticNet(0.1, 0.6), skglm_penalties.L1_plus_L2(0.1, 0.6)),
    "scad": (Scad(0.1), skglm_penalties.SCAD(0.1, 3.7)),
    "mcp": (Mcp(0.1, 5.0), skglm_penalties.MCPenalty(0.1, 5.0)),
}
SKGLM_DATAFITS = {
    "gaussian": skglm_datafits.Quadratic,
    "binomial": skglm_datafits.Logistic,
    "poisson": skglm_datafits.Poisson,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@pytest.mark.parametrize("penalty", SKGLM_PENALTIES)
@pytest.mark.parametrize("family", SKGLM_DATAFITS)
def test_penalised_objective_is_skglm_s(family: str, penalty: str) -> None:
    """From the same start (the MLE): coefficients of convex penalties, objectives of scad and mcp, to 1e-6.

    Two descents of a nonconvex objective from one start may end in different minima; on these data, whose slopes are
    well away from the penalties' knots, they do not, and ours is compared by its objective.
    """
    ours, theirs = SKGLM_PENALTIES[penalty]
    for seed in range(5):
        rng = np.random.default_rng([seed, 11])
        X, _ = draw("gaussian", 300, 8, 0.5, rng)
        slopes = np.array([1.2, -1.2, 1.2, 0, 0, 0, 0, 0]) * (0.5 if family == "poisson" else 1.0)
        y = FAMILIES[family].sample(0.3 + X @ slopes, rng)
        found = penalized(X, y, family=family, penalty=ours)
        start = mle(X, y, family=family)
        kind = skglm_solvers.AndersonCD if family == "gaussian" else skglm_solvers.ProxNewton
        w = np.append(start.coef, start.intercept)
        response = 2 * y - 1 if family == "binomial" else y
        w, _, gap = kind(tol=1e-10, fit_intercept=True, max_iter=500).solve(
            np.asfortranarray(X), response, SKGLM_DATAFITS[family](), theirs, w, X @ start.coef + start.intercept
        )
        assert gap <= 1e-6, "the other program has converged"
        problem = Problem(X, y, family, ours, "none", True)
        assert found.status == Status.OK
        assert abs(objective(problem, found.intercept, found.coef) - objective(problem, w[-1], w[:-1])) <= 1e-6
        if penalty in ("lasso", "elastic net"):
            np.testing.assert_allclose(found.coef, w[:-1], atol=1e-6)
