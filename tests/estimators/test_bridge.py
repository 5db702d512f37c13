"""Bridge estimators: the global minimum for r < 1, a ridge by two names, and more slopes than observations."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import minimize

from cases import Case, draw, fit, problem
from reference.objective import Problem, objective
from simstudy.estimators import mle
from simstudy.penalties import ElasticNet, Lr
from simstudy.records import Status


def lowest_over_supports(given: Problem, start: np.ndarray) -> float:
    """Smallest objective that a general minimiser reaches on any support, from the MLE there and from `start`."""
    p = given.X.shape[1]
    found = objective(given, start[0], start[1:])
    for k in range(p + 1):
        for chosen in combinations(range(p), k):
            s = list(chosen)

            def on_support(t: np.ndarray, s: list[int] = s) -> float:
                coef = np.zeros(p)
                coef[s] = t[1:]
                return objective(given, t[0], coef)

            free = mle(given.X[:, s], given.y, family=given.family) if s else None
            own = np.append(free.intercept, free.coef) if free else start[:1]
            for t in (own, 0.7 * own):
                found = min(found, minimize(on_support, t, method="BFGS", options={"gtol": 1e-9}).fun)
    return float(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "attack"),
    [("gaussian", "none"), ("binomial", "none"), ("poisson", "none"), ("gaussian", "fgsm"), ("binomial", "fgsm")],
)
def test_a_concave_bridge_is_the_lowest_of_all_supports(family: str, attack: str) -> None:
    """Nothing guarantees it; of 300 problems with p = 5 all but one were. More than one in ten lost is a fault."""
    lost = tried = 0
    for seed in range(8):
        for rho in (0.0, 0.5, 0.9):
            X, y = draw(family, 80, 4, rho, np.random.default_rng([seed, 11]))
            scale = np.mean(np.abs(y - y.mean())) if attack == "none" else 1.0
            given = Problem(X, y, family, Lr(0.5 * np.sqrt(np.log(4) / 80) * scale, 0.5), attack, True)
            result = fit(given)
            if result.status != Status.OK:
                continue
            lowest = lowest_over_supports(given, np.append(result.intercept, result.coef))
            lost += result.objective > lowest + 1e-6
            tried += 1
    assert tried >= 20
    assert lost <= 0.1 * tried


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize("attack", ["none", "fgsm"])
def test_a_ridge_is_an_elastic_net_without_lasso(family: str, attack: str) -> None:
    """lam t^2 = 2 lam (t^2 / 2)."""
    X, y = draw(family, 60, 6, 0.5, np.random.default_rng(4))
    ridge = fit(Problem(X, y, family, Lr(0.05, 2.0), attack, True))
    net = fit(Problem(X, y, family, ElasticNet(0.1, 0.0), attack, True))
    np.testing.assert_array_equal(ridge.coef, net.coef)
    assert ridge.objective == net.objective


@pytest.mark.parametrize("penalty", ["ridge", "bridge 1.5", "bridge 0.5"])
@pytest.mark.parametrize("attack", ["none", "fgsm"])
def test_many_more_slopes_than_observations(penalty: str, attack: str) -> None:
    """Coordinate steps alone would take minutes here."""
    result = fit(problem(Case("gaussian", penalty, attack, size=(100, 300), level=0.7)))
    assert result.status == Status.OK, result.message
    assert result.n_iter < 1000
