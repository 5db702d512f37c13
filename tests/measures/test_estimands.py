"""Measures of estimands other than coefficients, and measures of users."""

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from simstudy.errors import ConfigError, InputError
from simstudy.measures import MEASURES, measure, summarise

GAP = np.array([1.0, 2.0, 4.0, np.nan])
RISK = np.array([0.1, 0.3, 0.2, 0.2])
PATH = [[0.0, 1.0], [0.0, 3.0], [0.5, 2.0], None]


@pytest.fixture
def scenarios() -> pd.DataFrame:
    truth = json.dumps({"gap": 2.0, "path": [0.0, 2.0]})
    return pd.DataFrame({"scenario": ["one"], "scenario_key": ["k"], "n": [50], "truth": [truth]})


@pytest.fixture
def replicates() -> pd.DataFrame:
    fixed = {"study": "s", "scenario": "one", "scenario_key": "k", "n": 50, "method": "mid", "status": "ok"}
    numbers = {"gap": GAP, "gap_se": [1.0, 1.0, 0.5, np.nan], "risk": RISK, "path": PATH}
    return pd.DataFrame({"replicate": range(4), **fixed, **numbers})


@pytest.fixture
def middle() -> Iterator[None]:
    @measure("middle_range", description="mean of the extremes")
    def middle_range(values):
        return (values.min(axis=0) + values.max(axis=0)) / 2

    @measure("norm_of_bias", whole=True, bounds=(0.0, np.inf))
    def norm_of_bias(errors):
        return np.linalg.norm(errors.mean(axis=0), axis=-1), np.full(errors.shape[1], 0.25)

    yield
    for name in ("middle_range", "norm_of_bias"):
        del MEASURES._entries[name]


def row(frame: pd.DataFrame, measure: str, parameter: str) -> pd.Series:
    found = frame[(frame["measure"] == measure) & (frame["parameter"] == parameter)]
    assert len(found) == 1
    return found.iloc[0]


def test_a_number_with_a_truth(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    frame = summarise(replicates, scenarios)
    bias = row(frame, "bias", "gap")
    assert bias["value"] == pytest.approx(1 / 3)
    assert (bias["estimand"], bias["attempted"], bias["usable"], bias["failed"]) == ("gap", 4, 3, 1)
    assert pd.isna(bias["component"])
    assert bias["conditional"]
    assert row(frame, "coverage", "gap")["value"] == pytest.approx(2 / 3)
    assert "mean" not in set(frame.loc[frame["estimand"] == "gap", "measure"])
    assert set(frame["estimand"].dropna()) == {"gap", "risk", "path"}


def test_a_number_without_truth(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    frame = summarise(replicates, scenarios)
    risk = frame[frame["estimand"] == "risk"]
    assert list(risk["measure"]) == ["empirical_se", "mean", "median", "quantile_05", "quantile_95"]
    assert row(frame, "mean", "risk")["value"] == pytest.approx(0.2)
    assert not risk["conditional"].any()


def test_a_vector_has_components_a_whole_and_a_support(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    frame = summarise(replicates, scenarios)
    bias = frame[(frame["estimand"] == "path") & (frame["measure"] == "bias")]
    assert list(bias["parameter"]) == ["path_1", "path_2"]
    assert list(bias["component"]) == [0, 1]
    assert bias["value"].to_numpy() == pytest.approx([1 / 6, 0.0])
    assert row(frame, "rmse", "path_all")["value"] == pytest.approx(np.sqrt((1 + 1 + 0.25) / 3))
    assert row(frame, "exact_support", "path_all")["value"] == pytest.approx(2 / 3)
    assert row(frame, "zero_probability", "path_1")["value"] == pytest.approx(2 / 3)


def test_a_truth_without_zeros_has_no_selection(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    frame = summarise(replicates, scenarios.assign(truth=json.dumps({"path": [1.0, 2.0]})))
    assert not frame["measure"].isin(["exact_support", "zero_probability"]).any()


def test_where_every_fit_failed_the_truth_says_what_is_missing(
    replicates: pd.DataFrame, scenarios: pd.DataFrame
) -> None:
    failed = replicates.assign(status="error", gap=np.nan, risk=np.nan, path=None)
    frame = summarise(failed, scenarios)
    bias = row(frame, "bias", "gap")
    assert np.isnan(bias["value"])
    assert (bias["attempted"], bias["usable"], bias["failed"]) == (4, 0, 4)
    assert "risk" not in set(frame["estimand"])


def test_contrasts_of_any_estimand(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    other = replicates.assign(method="late", gap=[1.0, 3.0, np.nan, 1.0])
    frame = summarise(pd.concat([replicates, other]), scenarios, [("mid", "late")])
    difference = row(frame, "bias_difference", "gap")
    assert difference["value"] == pytest.approx(-0.5)
    assert (difference["reference"], difference["usable"], difference["attempted"]) == ("late", 2, 4)


def test_values_of_another_length_or_kind_are_named(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="path in scenario one = '2 numbers'"):
        summarise(replicates, scenarios.assign(truth=json.dumps({"path": [0.0, 1.0, 2.0]})))
    with pytest.raises(InputError, match="gap in scenario one = 'a number'"):
        summarise(replicates, scenarios.assign(truth=json.dumps({"gap": [0.0]})))
    with pytest.raises(InputError, match="column risk = 'large_string'"):
        summarise(replicates.assign(risk="low"), scenarios)


@pytest.mark.usefixtures("middle")
def test_a_user_s_measure_is_computed_where_it_is_asked_for(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    default = summarise(replicates, scenarios)
    frame = summarise(replicates, scenarios, measures=["middle_range", "norm_of_bias"])
    assert not default["measure"].isin(["middle_range", "norm_of_bias"]).any()
    middle = row(frame, "middle_range", "gap")
    assert middle["value"] == pytest.approx(2.5)
    assert middle["mcse"] > 0  # the bootstrap's
    norm = row(frame, "norm_of_bias", "path_all")
    assert norm["value"] == pytest.approx(1 / 6)
    assert norm["mcse"] == 0.25
    assert norm["lower"] == 0.0
    pd.testing.assert_frame_equal(frame[~frame["measure"].isin(["middle_range", "norm_of_bias"])], default)


@pytest.mark.usefixtures("middle")
def test_the_bootstrap_of_a_user_s_measure_is_near_its_spread() -> None:
    """The mean without an MCSE: within 25 % of S / sqrt(R), 5 standard errors of the spread of 200 resamples."""
    sample = np.random.default_rng(4).normal(size=(500, 40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MEASURES, "_entries", dict(MEASURES))
        measure("plain_mean")(plain_mean)
        found = MEASURES["plain_mean"].evaluate({"values": sample})
    assert found.mcse == pytest.approx(sample.std(axis=0, ddof=1) / np.sqrt(500), rel=0.25)


def plain_mean(values):
    return values.mean(axis=0)


def test_a_measure_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="name of the measure = 'bias'.*it is taken"):
        measure("bias")(plain_mean)
    with pytest.raises(ConfigError, match=r"argument of measure odd: unknown 'value'.*did you mean 'values'"):
        measure("odd")(lambda value: value.mean(axis=0))
    with pytest.raises(ConfigError, match="arguments of measure odd"):
        measure("odd")(lambda truth: truth)
    with pytest.raises(ConfigError, match="field of measure odd: unknown 'bound'"):
        measure("odd", bound=(0, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MEASURES, "_entries", dict(MEASURES))
        measure("odd")(lambda values: values.mean())
        with pytest.raises(InputError, match="shape of what measure odd returns"):
            MEASURES["odd"].evaluate({"values": np.ones((5, 2))})
