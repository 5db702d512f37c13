"""The analyses penalties, activation and training on small made-up results."""

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.activation import Weighted, activation
from simstudy.analyses.penalties import penalties
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.training import training
from simstudy.report import cells, markdown
from simstudy.verdicts.found import Found


def test_penalties_are_sparse_if_they_find_zeros_and_oracle_if_they_are_as_accurate(
    measures: pd.DataFrame, scenarios: pd.DataFrame
) -> None:
    first = measures.iloc[0].to_dict() | {"parameter": "all"}
    rows = []
    for scenario in scenarios["scenario"]:
        own = first | {"scenario": scenario, "scenario_key": f"key-{scenario}"}
        upper = 1.05 if "gaussian" in scenario else 1.2
        parts = {"lower": 1.0, "upper": upper}
        rows.append(own | parts | {"measure": "rmse_ratio", "reference": "mle", "value": 1.02, "mcse": 0.01})
        wrong = {"measure": "false_positive_rate", "value": 0.25, "mcse": 0.02, "lower": 0.2, "upper": 0.3}
        rows.append(own | wrong)
    table = penalties(pd.concat([measures, pd.DataFrame(rows)]), scenarios, ["mle"])
    assert table["zeros"].to_numpy() == pytest.approx(0.75)
    assert table["zeros_lower"].to_numpy() == pytest.approx(0.7)
    assert dict(table.groupby("family")["is_oracle"].all()) == {"binomial": False, "gaussian": True}
    assert "set to zero by fgsm; within a tenth of the oracle's error comes fgsm (gaussian)" in ANALYSES[
        "penalties"
    ].sentence(table)
    assert set(cells(ANALYSES["penalties"].table(table))["Oracle"]) == {"yes", "no"}


def test_activation_averages_over_data_sets_by_margin() -> None:
    first = (np.array([-4.0, 0.5, 5.0]), np.array([0.9, 0.4, 0.0]))
    second = (np.array([-5.0, 0.7, 0.9]), np.array([0.7, 0.4, 0.2]))
    ones = (first[0], np.ones(3))
    frame = activation(
        [
            Weighted("b", "key", "binomial", "fgsm", (first, second), 3),
            Weighted("b", "key", "binomial", "penalized", (ones,), 1),
        ],
        {"b": 0.3},
    )
    ours = frame[frame["method"] == "fgsm"].set_index("margin")
    assert list(ours.index) == ["all", "up to -3", "0 to 1", "above 4"]
    assert ours.loc["up to -3", "weight"] == pytest.approx(0.8)
    assert ours.loc["up to -3", "weight_mcse"] == pytest.approx(0.1)
    assert ours.loc["0 to 1", "weight"] == pytest.approx(0.35)
    assert ours.loc["0 to 1", "share"] == pytest.approx(0.5)
    assert np.isnan(ours.loc["above 4", "weight_mcse"])
    assert list(ours["predicted"].dropna()) == [0.3]
    assert set(ours["failed"]) == {1}
    theirs = frame[frame["method"] == "penalized"]
    assert set(theirs["weight"]) == {1.0}
    assert theirs["predicted"].isna().all()
    sentence = ANALYSES["activation"].sentence(frame)
    assert "0.80 (± 0.2, margin up to -3)" in sentence
    assert "above 4" in markdown(ANALYSES["activation"].table(frame))


def test_training_measures_the_distance_on_data_sets_where_both_are_usable(
    measures: pd.DataFrame, scenarios: pd.DataFrame
) -> None:
    def replicates(key: str) -> pd.DataFrame:
        loop = pd.DataFrame({"replicate": range(4), "status": ["ok"] * 3 + ["not_converged"]})
        loop["beta_hat"] = [np.array([1.0, 0.2, 0.0])] * 4
        objective = loop.assign(beta_hat=[np.array([1.0, 0.2, d]) for d in (0.0, 0.001, 0.3, 9.0)], status="ok")
        both = pd.concat([loop.assign(method="loop"), objective.assign(method="objective")])
        return both.assign(scenario_key=key, intercept_hat=0.3)

    frame = training(Found(measures, scenarios, replicates), [("loop", "objective", "scad"), ("x", "y", "lasso")])
    assert len(frame) == len(scenarios)
    row = frame.iloc[0]
    assert row["distance"] == pytest.approx(0.301 / 3)
    assert row["largest"] == pytest.approx(0.3)
    assert row["reached"] == pytest.approx(2 / 3)
    assert (row["attempted"], row["usable"], row["failed"], row["conditional"]) == (4, 3, 1, True)
    assert "scad on 67 % (gaussian, n = 100)" in ANALYSES["training"].sentence(frame)
    assert "1/4*" in markdown(ANALYSES["training"].table(frame))
