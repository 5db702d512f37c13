import math
from typing import Any

import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.estimators.rules import CrossValidation
from simstudy.penalties import Lasso, Scad
from simstudy.runner.methods import resolve
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, MatchedLambda, Method, RateLambda, UniversalLambda

SCENARIO = Scenario("gaussian", 400, [1.0, 0.0, -1.0], sigma=2.0)


def test_a_number_is_itself() -> None:
    (method,) = resolve(SCENARIO, (Method("m", "fgsm", "lasso", lam=FixedLambda(0.3)),))
    assert method.lam == 0.3
    assert method.arguments["penalty"] == Lasso(0.3)


@pytest.mark.parametrize(("log_p", "factor"), [(False, 1.0), (True, math.sqrt(math.log(3)))])
def test_a_rate_is_evaluated_at_the_scenario(log_p: bool, factor: float) -> None:
    rule = RateLambda(c=1.5, power=-0.5, log_p=log_p)
    (method,) = resolve(SCENARIO, (Method("m", "penalized", "scad", (("a", 3.0),), rule),))
    assert method.lam == pytest.approx(1.5 / 20 * factor)
    assert method.arguments["penalty"] == Scad(method.lam, a=3.0)


def test_a_matched_method_has_kappa_times_its_partner() -> None:
    methods = (
        Method("pen", "penalized", "lasso", lam=MatchedLambda("fgsm")),
        Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.1)),
    )
    matched, partner = resolve(SCENARIO, methods)
    assert partner.lam == 0.1
    assert matched.lam == pytest.approx(0.1 * 2.0 * math.sqrt(2 / math.pi), rel=1e-6)


def test_only_the_oracle_is_handed_the_truth() -> None:
    oracle, mle = resolve(SCENARIO, (Method("oracle", "oracle"), Method("mle", "mle")))
    assert np.array_equal(oracle.arguments["support"], [True, False, True])
    assert oracle.lam is mle.lam is None
    assert set(mle.arguments) == {"family", "fit_intercept"}


def test_a_tuned_method_has_no_level_before_there_are_data() -> None:
    method = Method("m", "fgsm", "scad", lam=CrossValidation(folds=3), options={"attack": "worst_case"}, se=True)
    (resolved,) = resolve(SCENARIO, (method,))
    assert (resolved.lam, resolved.rule, resolved.is_random) == (None, CrossValidation(folds=3), True)
    assert resolved.arguments["options"] == {"attack": "worst_case"}


def test_options_are_arguments_of_the_estimator() -> None:
    method = Method("m", "fgsm_adaptive", "lasso", lam=FixedLambda(0.1), options={"pilot": "ridge", "gamma": 2.0})
    (resolved,) = resolve(SCENARIO, (method,))
    assert (resolved.arguments["pilot"], resolved.arguments["gamma"]) == ("ridge", 2.0)


def test_a_level_that_depends_on_a_size_needs_a_source_that_has_it() -> None:
    class Sizeless:
        name, family, has_intercept = "sizeless", "gaussian", True

    source: Any = Sizeless()
    fixed, rate, universal = (
        Method("f", "fgsm", "lasso", lam=lam) for lam in (FixedLambda(0.1), RateLambda(1.0, -0.5), UniversalLambda())
    )
    assert resolve(source, (fixed,))[0].lam == 0.1
    for method in (rate, universal):
        with pytest.raises(ConfigError, match="depends on n: give the source an attribute n, which sizeless does not"):
            resolve(source, (method,))
