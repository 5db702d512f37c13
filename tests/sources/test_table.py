"""The source `table`: the rows that it draws, its responses, its truth, its definition, and what it refuses."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from simstudy.errors import ConfigError, InputError
from simstudy.sources.setting import Setting
from simstudy.sources.table import Table
from simstudy.study.config import read_study
from simstudy.study.study import study_toml

ROWS = 60


def frame():
    rng = np.random.default_rng(3)
    values = {name: rng.standard_normal(ROWS) * scale for name, scale in (("age", 10.0), ("dose", 0.1))}
    return pd.DataFrame({**values, "id": np.arange(ROWS), "ill": rng.integers(0, 2, ROWS)})


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "patients.csv"
    frame().to_csv(path, index=False)
    return path


def own(path, **changes):
    given = {"n": 20, "path": path, "family": "binomial", "response": "ill", "covariates": ("age", "dose", "id")}
    return Table(**(given | changes))


def simulated(path, **changes):
    given = {"n": 20, "path": path, "family": "gaussian", "covariates": ("age", "dose"), "beta": (0.5, -1.0)}
    return Table(**(given | changes))


def rng(seed=1):
    return np.random.default_rng(seed)


def test_rows_are_those_of_the_file_each_at_most_once(csv):
    X, y = own(csv).sample(rng())
    rows = X[:, 2].astype(int)
    assert len(set(rows)) == 20
    np.testing.assert_array_equal(X, frame()[["age", "dose", "id"]].to_numpy()[rows])
    np.testing.assert_array_equal(y, frame()["ill"].to_numpy()[rows])
    assert X.flags.c_contiguous
    assert own(csv).truth() == {}


def test_rows_drawn_without_replacement_are_equally_frequent(csv):
    """False-alarm rate 1e-6 over 60 rows (|z| < 5.7): detects a row drawn in 27 % instead of 33 % of 2000 data sets."""
    counts = np.zeros(ROWS)
    source, stream = own(csv), rng(5)
    for _ in range(2000):
        counts[source.sample(stream).X[:, 2].astype(int)] += 1
    assert np.abs((counts - 2000 / 3) / np.sqrt(2000 * (1 / 3) * (2 / 3))).max() < 5.7


def test_with_replacement_there_can_be_more_rows_than_the_file_has(csv):
    rows = own(csv, n=500, replacement=True).sample(rng()).X[:, 2]
    assert len(set(rows)) > 50
    assert set(rows) <= set(range(ROWS))


def test_the_rows_that_are_left_are_the_test_part(csv):
    data = own(csv, holdout=True).sample(rng())
    X_test, y_test = data.test
    assert len(y_test) == 40
    assert sorted([*data.X[:, 2], *X_test[:, 2]]) == list(range(ROWS))
    bootstrap = own(csv, n=ROWS, holdout=True, replacement=True).sample(rng())
    assert not set(bootstrap.X[:, 2]) & set(bootstrap.test[0][:, 2])
    assert own(csv).sample(rng()).test is None


def test_a_simulated_response_has_its_coefficients(csv):
    source = simulated(csv, n=ROWS, sigma=1e-9, intercept=2.0)
    X, y = source.sample(rng())
    np.testing.assert_allclose(y, 2.0 + X @ [0.5, -1.0], atol=1e-7)
    truth = source.truth()
    np.testing.assert_array_equal(truth["beta"], [0.5, -1.0])
    assert truth["intercept"] == 2.0
    assert set(simulated(csv, has_intercept=False).truth()) == {"beta"}
    assert set(simulated(csv, family="binomial").sample(rng()).y) == {0.0, 1.0}


def test_covariates_are_standardised_over_the_whole_table(csv):
    X = simulated(csv, n=ROWS, standardise=True).sample(rng()).X
    np.testing.assert_allclose(X.mean(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(X.std(axis=0), 1.0, rtol=1e-14)


def test_without_covariates_all_columns_but_the_response_are_taken(csv):
    source = own(csv, covariates=())
    assert source.covariates == ("age", "dose", "id")
    assert source.p == 3
    assert source == own(csv)


def test_files_and_frames_give_the_same_data(csv, tmp_path):
    parquet = tmp_path / "patients.parquet"
    frame().to_parquet(parquet)
    in_memory = Table.from_frame(frame(), n=20, family="binomial", response="ill")
    expected = own(csv).sample(rng())
    for source in (own(parquet), in_memory, pickle.loads(pickle.dumps(in_memory))):
        data = source.sample(rng())
        np.testing.assert_array_equal(data.X, expected.X)
        np.testing.assert_array_equal(data.y, expected.y)


def test_the_content_is_part_of_the_definition_and_the_place_is_not_of_the_key(csv, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = elsewhere / "copy.csv"
    copy.write_bytes(csv.read_bytes())
    first, moved = (Setting("table", own(path), "t") for path in (csv, copy))
    assert first.key == moved.key
    assert first.definition()["content"] == own(csv).content
    assert first.definition()["path"] == str(csv)
    frame().assign(dose=1.0).to_csv(copy, index=False)
    assert Setting("table", own(copy), "t").key != first.key


def test_a_file_that_changes_is_refused(csv):
    source = own(csv)
    frame().assign(dose=1.0).to_csv(csv, index=False)
    with pytest.raises(InputError, match=r"path = .*the file with the content"):
        source.sample(rng())
    with pytest.raises(ConfigError, match=r"content = .*which has changed"):
        replace(source, n=10)


def test_a_table_is_a_source_of_a_study_file(csv):
    study_file = csv.parent / "study.toml"
    study_file.write_text(
        """
        aim = "rows of a file"
        replicates = 2
        [[scenario]]
        source = "table"
        n = [20, 30]
        path = "patients.csv"
        family = "binomial"
        response = "ill"
        covariates = ["age", "dose"]
        [[method]]
        name = "mle"
        estimator = "mle"
        """
    )
    study = read_study(study_file)
    assert [scenario.n for scenario in study.scenarios] == [20, 30]
    assert all(scenario.p == 2 and scenario.has_intercept for scenario in study.scenarios)
    resolved = csv.parent / "resolved.toml"
    resolved.write_text(study_toml(study))
    assert [scenario.key for scenario in read_study(resolved).scenarios] == [each.key for each in study.scenarios]


def test_a_table_says_whether_its_model_has_an_intercept(csv):
    assert Setting("table", simulated(csv), "t").has_intercept
    assert not Setting("table", simulated(csv, has_intercept=False), "t").has_intercept


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: own(p.parent / "none.csv"), r"path = .*none.csv.*No such file"),
        (lambda p: own(p.parent / "study.txt"), r"path = .*study.txt.*No such file"),
        (lambda p: own(p.parent), r"path = .*ends in .csv or .parquet"),
        (lambda p: own(p, covariates=("age", "doze")), r"covariates: unknown 'doze'.*did you mean 'dose'"),
        (lambda p: own(p, response="il"), r"response: unknown 'il'.*did you mean 'ill'"),
        (lambda p: own(p, covariates=("age", "age")), r"covariates = .*each of them once"),
        (lambda p: own(p, covariates=("age", "ill")), r"covariates = .*without the response"),
        (lambda p: own(p, n=61), r"n = 61.*at most 60 of .*or replacement = true"),
        (lambda p: own(p, n=60, holdout=True), r"n = 60.*at most 59 .*test part"),
        (lambda p: own(p, n=0), r"n = 0.*at least 1"),
        (lambda p: own(p, response="id", covariates=("age",)), r"response id: y\[2\] = 2.*0 or 1"),
        (lambda p: own(p, beta=(1.0, 2.0, 3.0)), r"beta = .*left out where the response is a column"),
        (lambda p: own(p, family="binomail"), r"family: unknown 'binomail'.*'binomial'"),
        (lambda p: own(p, sigma=2.0), r"sigma = 2.0.*gaussian"),
        (lambda p: simulated(p, beta=(1.0,)), r"beta = \[1.0\].*2 finite numbers"),
        (lambda p: simulated(p, beta=(1.0, np.inf)), r"beta = .*2 finite numbers"),
        (lambda p: simulated(p, intercept=1.0, has_intercept=False), r"intercept = 1.0.*simulated response that has"),
        (lambda p: simulated(p, sigma=0.0), r"sigma = 0.0.*positive"),
        (lambda p: Table(20, p, "gaussian"), r"beta = \[\].*4 finite numbers.*or left out with a response"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_name_and_value(csv, build, message):
    with pytest.raises(ConfigError, match=message):
        build(csv)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dose": [np.nan, *range(58), np.nan]}, r"covariates = 'dose'.*without missing values: 2 of 60.*row 0"),
        ({"dose": [np.inf, *range(59)]}, r"covariates = 'dose'.*finite numbers"),
        ({"dose": ["a"] * 60}, r"covariates = 'dose'.*a numeric column"),
        ({"dose": [1.0] * 60}, r"covariates = 'dose'.*that vary"),
        ({"ill": [None, *range(59)]}, r"response = 'ill'.*without missing values: 1 of 60"),
    ],
)
def test_columns_that_data_cannot_be_made_of_are_named(change, message):
    with pytest.raises(ConfigError, match=message):
        Table.from_frame(frame().assign(**change), n=20, family="binomial", response="ill", standardise=True)
