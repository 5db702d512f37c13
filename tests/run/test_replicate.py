from typing import Any

import numpy as np

from simstudy.run.methods import ResolvedMethod, resolve
from simstudy.run.replicate import Row, data, replicate_rows
from simstudy.scenario.method import FixedLambda, Method
from simstudy.scenario.scenario import Scenario

SCENARIO = Scenario("binomial", 40, [1.0, 0.0], intercept=0.5)
MLE = Method("mle", "mle")
FGSM = Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.02))


def fitted(*arguments: Any) -> list[Row]:
    return list(replicate_rows(*arguments))


def test_a_replicate_depends_on_its_seed_and_index_alone() -> None:
    methods = resolve(SCENARIO, (MLE, FGSM))
    both = fitted(5, SCENARIO, methods, 3)
    alone = fitted(5, SCENARIO, resolve(SCENARIO, (FGSM,)), 3)
    assert both[1].beta_hat.tobytes() == alone[0].beta_hat.tobytes()
    other = [fitted(*changed)[0].beta_hat for changed in ((6, SCENARIO, methods, 3), (5, SCENARIO, methods, 4))]
    assert all(not np.array_equal(both[0].beta_hat, each) for each in other)


def test_data_do_not_depend_on_the_label() -> None:
    relabelled = Scenario("binomial", 40, [1.0, 0.0], intercept=0.5, label="x")
    assert np.array_equal(data(5, SCENARIO, 0).X, data(5, relabelled, 0).X)


def test_a_row_says_what_was_fitted() -> None:
    row = fitted(5, SCENARIO, resolve(SCENARIO, (FGSM,)), 0)[0]
    assert (row.method, row.replicate, row.lam, row.status) == ("fgsm", 0, 0.02, "ok")
    assert isinstance(row.intercept_hat, float)
    assert row.kkt <= 1e-7


def test_without_an_intercept_none_is_fitted() -> None:
    scenario = Scenario("gaussian", 40, [1.0, 0.0])
    row = fitted(5, scenario, resolve(scenario, (MLE,)), 0)[0]
    assert row.intercept_hat is None


def test_a_fit_that_raises_is_a_row_and_the_others_are_fitted() -> None:
    broken = ResolvedMethod("broken", "mle", None, {"family": "binomial", "no_such_argument": 1})
    rows = fitted(5, SCENARIO, (broken, *resolve(SCENARIO, (MLE,))), 0)
    assert [row.status for row in rows] == ["error", "ok"]
    assert "no_such_argument" in rows[0].message
    assert rows[0].message.startswith("TypeError")
    assert np.isnan(rows[0].beta_hat).tolist() == [True, True]
    assert np.isnan(rows[0].intercept_hat)


def test_data_that_cannot_be_drawn_are_a_row_of_every_method() -> None:
    scenario = Scenario("poisson", 10, [0.0], intercept=600.0)
    rows = fitted(5, scenario, resolve(scenario, (MLE, FGSM)), 0)
    assert [row.status for row in rows] == ["error", "error"]
    assert "InputError" in rows[1].message
    assert len(rows[1].beta_hat) == 1


def test_a_constant_response_is_a_status() -> None:
    scenario = Scenario("binomial", 5, [0.0], intercept=20.0)
    rows = fitted(5, scenario, resolve(scenario, (MLE, FGSM)), 0)
    assert {row.status for row in rows} == {"degenerate_response"}


def test_more_coefficients_than_observations_are_a_status_for_the_mle() -> None:
    scenario = Scenario("gaussian", 5, [1.0] * 8)
    assert fitted(5, scenario, resolve(scenario, (MLE,)), 0)[0].status == "rank_deficient"
