from typing import Any

import numpy as np
import pytest

from simstudy.estimators import fgsm
from simstudy.estimators.rules import Bic, CrossValidation
from simstudy.penalties import Lasso
from simstudy.runner.block import Block, block_rows, block_table
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.runner.replicate import Row, data, replicate_rows
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method

SCENARIO = Scenario("binomial", 40, [1.0, 0.0], intercept=0.5)
MLE = Method("mle", "mle")
FGSM = Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.02))


def fitted(*arguments: Any) -> list[Row]:
    return list(replicate_rows(*arguments))


def test_a_replicate_depends_on_its_seed_and_index_alone() -> None:
    methods = resolve(SCENARIO, (MLE, FGSM))
    both = fitted(5, SCENARIO, methods, 3)
    alone = fitted(5, SCENARIO, resolve(SCENARIO, (FGSM,)), 3)
    assert both[1].values["beta_hat"].tobytes() == alone[0].values["beta_hat"].tobytes()
    other = [
        fitted(*changed)[0].values["beta_hat"] for changed in ((6, SCENARIO, methods, 3), (5, SCENARIO, methods, 4))
    ]
    assert all(not np.array_equal(both[0].values["beta_hat"], each) for each in other)


def test_data_do_not_depend_on_the_label() -> None:
    relabelled = Scenario("binomial", 40, [1.0, 0.0], intercept=0.5, label="x")
    assert np.array_equal(data(5, SCENARIO, 0).X, data(5, relabelled, 0).X)


def test_a_row_says_what_was_fitted() -> None:
    row = fitted(5, SCENARIO, resolve(SCENARIO, (FGSM,)), 0)[0]
    assert (row.method, row.replicate, row.lam, row.status) == ("fgsm", 0, 0.02, "ok")
    assert isinstance(row.values["intercept_hat"], float)
    assert row.kkt <= 1e-7


def test_without_an_intercept_none_is_fitted() -> None:
    scenario = Scenario("gaussian", 40, [1.0, 0.0])
    row = fitted(5, scenario, resolve(scenario, (MLE,)), 0)[0]
    assert "intercept_hat" not in row.values


def test_a_fit_that_raises_is_a_row_and_the_others_are_fitted() -> None:
    broken = ResolvedMethod("broken", "mle", None, {"family": "binomial", "no_such_argument": 1})
    rows = fitted(5, SCENARIO, (broken, *resolve(SCENARIO, (MLE,))), 0)
    assert [row.status for row in rows] == ["error", "ok"]
    assert "no_such_argument" in rows[0].message
    assert rows[0].message.startswith("TypeError")
    assert np.isnan(rows[0].values["beta_hat"]).tolist() == [True, True]
    assert np.isnan(rows[0].values["intercept_hat"])


def test_data_that_cannot_be_drawn_are_a_row_of_every_method() -> None:
    scenario = Scenario("poisson", 10, [0.0], intercept=600.0)
    rows = fitted(5, scenario, resolve(scenario, (MLE, FGSM)), 0)
    assert [row.status for row in rows] == ["error", "error"]
    assert "InputError" in rows[1].message
    assert len(rows[1].values["beta_hat"]) == 1


def test_a_constant_response_is_a_status() -> None:
    scenario = Scenario("binomial", 5, [0.0], intercept=20.0)
    rows = fitted(5, scenario, resolve(scenario, (MLE, FGSM)), 0)
    assert {row.status for row in rows} == {"degenerate_response"}


def test_more_coefficients_than_observations_are_a_status_for_the_mle() -> None:
    scenario = Scenario("gaussian", 5, [1.0] * 8)
    assert fitted(5, scenario, resolve(scenario, (MLE,)), 0)[0].status == "rank_deficient"


CV = Method("cv", "fgsm", "lasso", lam=CrossValidation(folds=4, grid=6))


def test_folds_depend_on_the_replicate_and_on_nothing_else() -> None:
    other = Method("other", "fgsm", "lasso", lam=CrossValidation(folds=4, grid=6))
    both = fitted(5, SCENARIO, resolve(SCENARIO, (MLE, other, CV)), 3)
    (alone,) = fitted(5, SCENARIO, resolve(SCENARIO, (CV,)), 3)
    assert both[2].lam == alone.lam == both[1].lam
    levels = {fitted(5, SCENARIO, resolve(SCENARIO, (CV,)), replicate)[0].lam for replicate in range(6)}
    assert len(levels) > 1


def test_the_level_of_a_tuned_fit_is_stored() -> None:
    (row,) = fitted(5, SCENARIO, resolve(SCENARIO, (CV,)), 0)
    dataset = data(5, SCENARIO, 0)
    again = fgsm(dataset.X, dataset.y, family="binomial", penalty=Lasso(row.lam))
    np.testing.assert_allclose(row.values["beta_hat"], again.coef, atol=1e-7)


@pytest.mark.parametrize("method", [Method("m", "mle", se=True), Method("m", "fgsm", "scad", lam=Bic(grid=5), se=True)])
def test_standard_errors_are_stored_where_they_are_asked_for(method: Method) -> None:
    (row,) = fitted(5, SCENARIO, resolve(SCENARIO, (method,)), 0)
    assert row.status == "ok"
    assert np.all((row.values["se_hat"] > 0) == (row.values["beta_hat"] != 0))
    assert row.values["intercept_se"] > 0
    without = Scenario("gaussian", 40, [1.0, 0.0])
    (row,) = fitted(5, without, resolve(without, (Method("m", "mle", se=True),)), 0)
    assert "intercept_se" not in row.values
    (row,) = fitted(5, SCENARIO, resolve(SCENARIO, (MLE,)), 0)
    assert row.values["se_hat"] is None
    assert row.values["intercept_se"] is None


def test_standard_errors_of_some_methods_make_one_table() -> None:
    methods = resolve(SCENARIO, (MLE, Method("se", "mle", se=True), FGSM))
    block = Block("study", 5, SCENARIO, methods, 0, 2)
    table = block_table(block, list(block_rows(block)))
    found = table["se_hat"].to_pylist()
    assert [each is None for each in found] == [True, False, True] * 2
    np.testing.assert_array_equal(found[4], fitted(5, SCENARIO, methods, 1)[1].values["se_hat"])
    assert table["intercept_se"].null_count == 4
