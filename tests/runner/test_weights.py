"""Penalty weights of observations whose data are drawn again."""

import numpy as np
import pytest

from simstudy.estimators import fgsm
from simstudy.penalties import Lasso
from simstudy.runner.methods import resolve
from simstudy.runner.replicate import data
from simstudy.runner.weights import penalty_weights
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, MatchedLambda, Method

METHODS = (
    Method("f", "fgsm", "lasso", lam=FixedLambda(0.05)),
    Method("m", "penalized", "lasso", lam=MatchedLambda("f")),
)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_the_weights_are_the_derivative_of_the_objective_in_the_penalty(family):
    """Central difference of T3's loss in P, the signs held fixed; the data are those of the replicate."""
    scenario = Scenario(family, 200, [1.0, -0.5, 0.0], intercept=0.3)
    inside, _ = resolve(scenario, METHODS)
    X, y = data(5, scenario, 7)
    fit = fgsm(X, y, family=family, penalty=Lasso(0.05))
    margin, weight = penalty_weights(5, scenario, inside, 7, fit.intercept, fit.coef)
    eta, P, step = fit.intercept + X @ fit.coef, 0.05 * np.abs(fit.coef).sum(), 1e-6
    mean = eta if family == "gaussian" else 1 / (1 + np.exp(-eta))
    s = np.sign(y - mean)

    def loss(penalty):
        at = eta - s * penalty
        return (at**2 / 2 if family == "gaussian" else np.logaddexp(0.0, at)) - y * at

    assert weight == pytest.approx((loss(P + step) - loss(P - step)) / (2 * step), abs=1e-7)
    if family == "binomial":
        assert margin == pytest.approx((2 * y - 1) * eta)
        assert weight == pytest.approx(1 / (1 + np.exp(margin - P)))
    else:
        assert weight == pytest.approx(P - margin)


def test_outside_of_the_likelihood_every_observation_has_weight_one():
    scenario = Scenario("binomial", 50, [1.0], intercept=0.0)
    outside = resolve(scenario, METHODS)[1]
    _, weight = penalty_weights(5, scenario, outside, 0, 0.1, np.array([0.7]))
    assert set(weight) == {1.0}
