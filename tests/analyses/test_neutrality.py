import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.neutrality import neutrality
from simstudy.errors import InputError

PAIRS = [("fgsm", "mle")]


@pytest.fixture
def prevalences(scenarios: pd.DataFrame) -> pd.DataFrame:
    """The binomial scenarios as a grid of prevalence at one n; one has a given intercept and a realised prevalence."""
    grid = scenarios.iloc[4:].assign(n=500, prevalence=[0.1, 0.3, np.nan, 0.5], prevalence_realised=0.2)
    return pd.concat([scenarios.iloc[:0], grid])


def of_binomial(measures: pd.DataFrame) -> pd.DataFrame:
    return measures[measures["scenario"].str.startswith("binomial")]


def test_rows_run_over_prevalence_and_parameter(measures: pd.DataFrame, prevalences: pd.DataFrame) -> None:
    table = neutrality(of_binomial(measures), prevalences, PAIRS)
    assert list(table["prevalence"].unique()) == [0.5, 0.3, 0.2, 0.1]
    assert list(table["parameter"][:4]) == ["intercept", "beta_1", "beta_2", "beta_3"]
    assert list(table["true"][:4]) == [0.3, 1.0, -0.5, 0.0]
    assert list(table["difference"][:4]) == [0.01, 0.02, 0.03, 0.04]
    assert table["difference_mcse"][1] == pytest.approx(0.0004)
    assert set(table["usable"]) == {197}
    assert table["conditional"].all()
    assert table[["t17", "leading"]].isna().all(axis=None)


def test_both_predictions_stand_next_to_the_difference(measures: pd.DataFrame, prevalences: pd.DataFrame) -> None:
    row = {"scenario": "binomial_n800_p3", "method": "fgsm", "reference": "mle", "parameter": "beta_2"}
    predictions = pd.DataFrame(
        [
            row | {"law": "T17", "predicted": 0.031, "predicted_mcse": 0.001},
            row | {"law": "T8", "predicted": 0.035, "predicted_mcse": np.nan},
            row | {"law": "T17", "predicted": 9.0, "predicted_mcse": 9.0, "reference": None},
            row | {"law": "T10", "predicted": 9.0, "predicted_mcse": 9.0},
        ]
    )
    table = neutrality(of_binomial(measures), prevalences, PAIRS, predictions)
    assert len(table) == 16
    known = table[table["t17"].notna()]
    assert len(known) == 1
    found = known.iloc[0]
    assert (found["prevalence"], found["parameter"]) == (0.5, "beta_2")
    assert (found["t17"], found["t17_mcse"], found["leading"], found["leading_law"]) == (0.031, 0.001, 0.035, "T8")


def test_only_the_pairs_asked_for_in_their_order(measures: pd.DataFrame, prevalences: pd.DataFrame) -> None:
    contrasts = measures[measures["reference"].notna()]
    other = contrasts.assign(reference="oracle", value=0.5)
    both = pd.concat([measures, other])
    table = neutrality(of_binomial(both), prevalences, [("fgsm", "oracle"), ("fgsm", "mle")])
    assert list(table["reference"]) == ["oracle"] * 16 + ["mle"] * 16
    assert set(neutrality(of_binomial(both), prevalences, PAIRS)["reference"]) == {"mle"}


def test_a_pair_that_was_not_summarised_is_named(measures: pd.DataFrame, prevalences: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no contrast of fgsm with oracle"):
        neutrality(of_binomial(measures), prevalences, [("fgsm", "oracle")])
