"""What the message of a fit says beside its status."""

from __future__ import annotations

import numpy as np
import pytest

from cases import draw
from simstudy.estimators import fgsm, mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad
from simstudy.records import Status
from simstudy.solvers.path import solve_path
from simstudy.solvers.problem import Attack, Problem


@pytest.fixture
def binomial() -> tuple[np.ndarray, np.ndarray]:
    return draw("binomial", 200, 4, 0.5, np.random.default_rng(3))


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_a_column_without_variance_gets_zero_and_the_message_names_it(
    binomial: tuple[np.ndarray, np.ndarray], value: float
) -> None:
    X, y = binomial
    X[:, 2] = value
    others = np.delete(X, 2, axis=1)
    for estimator in (fgsm, penalized):
        for penalty in (Lasso(0.01), Scad(0.05)):
            fit = estimator(X, y, family="binomial", penalty=penalty)
            assert fit.status == Status.OK
            assert fit.coef[2] == 0.0
            assert fit.message == "converged; zero variance, hence coefficient 0, in X[:, [2]]"
        without = estimator(others, y, family="binomial", penalty=Lasso(0.01))
        np.testing.assert_allclose(
            np.delete(estimator(X, y, family="binomial", penalty=Lasso(0.01)).coef, 2), without.coef, atol=1e-8
        )
    assert mle(X, y, family="binomial").message.endswith("linearly dependent, X[:, 2] is constant")


SMOOTH = [Lr(0.05, 1.5), Lr(0.05, 2.0), Lr(0.05, 3.0), ElasticNet(0.05, 0.0)]


@pytest.mark.parametrize("penalty", SMOOTH, ids=str)
@pytest.mark.parametrize("estimator", [fgsm, penalized])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_smooth_penalty_gives_a_column_without_variance_zero_too(family: str, estimator, penalty: Penalty) -> None:
    X, y = draw(family, 60, 4, 0.5, np.random.default_rng(5))
    X[:, 2] = 2.0
    fit = estimator(X, y, family=family, penalty=penalty)
    assert fit.coef[2] == 0.0
    assert fit.message == "converged; zero variance, hence coefficient 0, in X[:, [2]]"
    without = estimator(np.delete(X, 2, axis=1), y, family=family, penalty=penalty)
    np.testing.assert_allclose(np.delete(fit.coef, 2), without.coef, atol=1e-6)


def test_along_a_path_a_column_without_variance_is_told_too(binomial: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = binomial
    X[:, 2] = 2.0
    given = Problem(X, y, FAMILIES["binomial"], Lasso(0.05), Attack.FGSM, True)
    for penalty in (Lasso(0.05), Lr(0.05, 2.0)):
        for fit in solve_path(given, penalty, [0.1, 0.01]):
            assert fit.coef[2] == 0.0
            assert fit.message == "converged; zero variance, hence coefficient 0, in X[:, [2]]"


def test_equal_first_and_last_entries_are_not_a_constant_column(binomial: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = binomial
    X[-1] = X[0]
    assert fgsm(X, y, family="binomial", penalty=Lasso(1.0)).message == "converged"


@pytest.mark.parametrize("attacked", [True, False])
def test_a_small_g_is_told_with_the_g_that_would_do(attacked: bool, binomial: tuple[np.ndarray, np.ndarray]) -> None:
    """The g that the message names is the ratio of the objective's derivatives, by finite differences."""
    X, y = binomial
    X = X + np.array([0.0, -1.0, 2.0, 3.0])
    estimator = fgsm if attacked else penalized
    penalty = Mcp(0.1, g=1.5)
    fit = estimator(X, y, family="binomial", penalty=penalty)
    assert "g = 1.5 is below" in fit.message
    needed = float(fit.message.split("is below ")[1].split(",")[0])
    column = int(fit.message.split("X[:, ")[1].split("]")[0])
    shift = (2 * y - 1) * penalty.value(np.abs(fit.coef)).sum() * attacked
    eta = fit.intercept + X @ fit.coef - shift

    def loss(step: np.ndarray) -> float:
        return float(np.mean(FAMILIES["binomial"].loss(y, eta + step)))

    h, weight = 1e-3, FAMILIES["binomial"].curvature(y, eta)
    # The intercept follows: a column counts about its mean, so that its origin does not matter.
    columns = (X - weight @ X / weight.sum()).T
    second = [(loss(h * x) - 2 * loss(0 * x) + loss(-h * x)) / h**2 for x in columns]
    price = (loss(-h * (2 * y - 1)) - loss(h * (2 * y - 1))) / (2 * h) if attacked else 1.0
    assert column == np.argmin(second)
    assert needed == pytest.approx(price / second[column], rel=0.01)
    assert estimator(X, y, family="binomial", penalty=Mcp(0.1, g=100.0)).message == "converged"
