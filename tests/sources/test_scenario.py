"""Scenarios: truth, key, samples and what they refuse."""

import math
import pickle
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from simstudy.errors import ConfigError
from simstudy.families import FAMILIES
from simstudy.records import SCENARIO_FIELDS, SCENARIO_SCHEMA, Data
from simstudy.runner.truth import truth_row
from simstudy.seeding import Stream, generator
from simstudy.sources.designs import Bernoulli, Normal, StudentT
from simstudy.sources.glm import Scenario

BETA = [1.0, -0.7, 0.0, 0.5]


def test_the_truth_can_be_read_off():
    scenario = Scenario("gaussian", 50, np.array(BETA), intercept=2, design=Normal(0.5), sigma=3)
    assert scenario.beta == (1.0, -0.7, 0.0, 0.5)
    assert (scenario.n, scenario.p, scenario.s, scenario.q) == (50, 4, 3, 5)
    assert scenario.support.tolist() == [True, True, False, True]
    assert scenario.beta_with_intercept.tolist() == [2.0, 1.0, -0.7, 0.0, 0.5]
    assert scenario.has_intercept
    assert scenario.prevalence_realised is None


def test_without_an_intercept_there_is_no_parameter_for_it():
    scenario = Scenario("poisson", 50, BETA)
    assert not scenario.has_intercept
    assert scenario.q == 4
    assert scenario.beta_with_intercept.tolist() == BETA
    assert scenario.key != replace(scenario, intercept=0.0).key


def test_a_prevalence_is_solved_for_the_intercept():
    scenario = Scenario("binomial", 50, BETA, prevalence=0.1)
    assert scenario.has_intercept
    assert scenario.prevalence_realised == pytest.approx(0.1, abs=1e-10)
    same_truth = Scenario("binomial", 50, BETA, intercept=scenario.intercept)
    assert same_truth.prevalence_realised == pytest.approx(0.1, abs=1e-10)
    assert same_truth.key != scenario.key


def test_a_copy_at_another_n_keeps_the_prevalence():
    scenario = Scenario("binomial", 50, BETA, prevalence=0.1)
    larger = replace(scenario, n=500, label="")
    assert (larger.n, larger.intercept, larger.label) == (500, scenario.intercept, "binomial_n500_p4")


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_data_are_covariates_then_responses_of_one_stream(family):
    sigma = 3.0 if FAMILIES[family].has_scale else 1.0
    scenario = Scenario(family, 30, BETA, intercept=0.5, design=Normal(0.5, mean=0.2), sigma=sigma)
    dataset = scenario.sample(np.random.default_rng(4))
    rng = np.random.default_rng(4)
    X = scenario.design.sample(30, 4, rng)
    y = FAMILIES[family].sample(X @ np.array(BETA) + 0.5, rng, sigma)
    np.testing.assert_array_equal(dataset.X, X)
    np.testing.assert_array_equal(dataset.y, y)


def test_data_are_the_same_after_a_trip_to_another_process():
    scenario = Scenario("binomial", 30, BETA, prevalence=0.2, design=StudentT(5.0))
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert copy.key == scenario.key
    data, again = (s.sample(generator(7, s.key, Stream.DATA, 3)) for s in (scenario, copy))
    np.testing.assert_array_equal(data.X, again.X)
    np.testing.assert_array_equal(data.y, again.y)


def test_simulated_labels_have_the_prevalence():
    """False-alarm rate 1e-6 (|z| < 4.9); detects a prevalence off by 0.005 with power 1/2 at 100 000 labels."""
    scenario = Scenario("binomial", 100_000, BETA, prevalence=0.1, design=Bernoulli(0.2))
    y = scenario.sample(np.random.default_rng(6)).y
    assert abs(y.mean() - 0.1) < 4.9 * math.sqrt(0.1 * 0.9 / y.size)


def test_the_key_does_not_change_between_versions():
    # Stored results are found by this key: a new value here makes every older results folder unreadable.
    scenario = Scenario("binomial", 200, BETA, prevalence=0.1, design=Normal(0.5))
    assert scenario.key == "5b61fa73ed48f563"


def test_the_key_sees_what_generates_the_data_and_nothing_else():
    scenario = Scenario("gaussian", 50, BETA, intercept=0.0, design=Normal(0.0))
    assert replace(scenario, label="other").key == scenario.key
    assert replace(scenario, design=Normal(0)).key == replace(scenario, intercept=-0.0).key == scenario.key
    others = [
        {"n": 51},
        {"beta": (1.0, -0.7, 0.0, 0.6)},
        {"sigma": 2.0},
        {"design": Normal(0.1)},
        {"family": "poisson"},
    ]
    keys = {replace(scenario, **change).key for change in [*others, {"intercept": 0.1}, {"intercept": None}]}
    assert len(keys - {scenario.key}) == 7


def test_a_row_has_the_columns_of_the_record():
    scenario = Scenario("binomial", 50, BETA, prevalence=0.1, design=Normal(0.5))
    row = truth_row("study", scenario)
    assert list(row) == SCENARIO_SCHEMA.names
    assert list(scenario.columns()) == [field.name for field in SCENARIO_FIELDS]
    stored = pa.Table.from_pylist([row], schema=SCENARIO_SCHEMA).to_pylist()[0]
    assert stored == row
    assert (row["rho"], row["prevalence"], row["s"], row["design"]) == (0.5, 0.1, 3, "normal")


def test_columns_that_do_not_apply_are_null():
    row = truth_row("study", Scenario("gaussian", 50, BETA, design=StudentT(5.0)))
    assert [row[name] for name in ("rho", "intercept", "prevalence", "prevalence_realised")] == [None] * 4


def test_a_dataset_unpacks():
    X, y = Scenario("gaussian", 5, BETA).sample(np.random.default_rng(1))
    assert Data(X, y).X.shape == (5, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": "gausian"}, r"family: unknown 'gausian'.*did you mean 'gaussian'"),
        ({"n": 0}, r"n = 0.*at least 1"),
        ({"n": 10.0}, r"n = 10.0.*whole"),
        ({"n": True}, r"n = True.*whole"),
        ({"beta": []}, r"beta = \[\].*at least one"),
        ({"beta": [[1.0]]}, r"beta = "),
        ({"beta": [1.0, math.nan]}, r"beta = .*finite"),
        ({"beta": "abc"}, r"beta = 'abc'"),
        ({"sigma": 0.0}, r"sigma = 0.0.*positive"),
        ({"sigma": math.inf}, r"sigma = inf"),
        ({"family": "poisson", "sigma": 2.0}, r"sigma = 2.0.*poisson"),
        ({"intercept": math.nan}, r"intercept = nan"),
        ({"prevalence": 0.1}, r"prevalence = 0.1.*gaussian.*binomial only"),
        ({"family": "binomial", "prevalence": 1.0}, r"prevalence = 1.0.*between 0 and 1"),
        ({"family": "binomial", "prevalence": 0.1, "intercept": 0.5}, r"intercept = 0.5.*prevalence"),
        ({"design": "norml"}, r"design: unknown 'norml'.*did you mean 'normal'"),
        ({"design": "student_t"}, r"design = 'student_t'.*no defaults"),
        ({"design": Normal(-0.5, "equicorrelated")}, r"design.rho = -0.5.*above"),
        ({"label": "a/b"}, r"label = 'a/b'"),
        ({"label": ".hidden"}, r"label = '.hidden'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(changes, message):
    with pytest.raises(ConfigError, match=message):
        Scenario(**({"family": "gaussian", "n": 50, "beta": BETA} | changes))
