import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.support import QUANTITIES, support


def test_one_row_for_each_scenario_and_method(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    table = support(measures, scenarios)
    assert len(table) == 16
    assert not table.duplicated(["scenario", "method"]).any()
    first = table.iloc[0]
    assert (first["n"], first["group"], first["attempted"]) == (100, "gaussian_p3", 200)
    assert [first[quantity] for quantity in QUANTITIES] == [0.5, 0.4, 0.2]
    assert first["false_positives_mcse"] == pytest.approx(0.008)
    assert first["exact_support_lower"] == pytest.approx(0.48)
    assert table[[f"{quantity}_predicted" for quantity in QUANTITIES]].isna().all(axis=None)


def test_predictions_join_by_quantity_and_method(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    row = {"scenario": "binomial_n200_p3", "method": "mle", "parameter": "all", "predicted_mcse": np.nan}
    predictions = pd.DataFrame(
        [row | {"quantity": "false_negatives", "predicted": 0.25}, row | {"quantity": "rmse", "predicted": 9.0}]
    )
    table = support(measures, scenarios, predictions)
    predicted = table[table["false_negatives_predicted"].notna()]
    assert list(predicted["scenario"] + predicted["method"]) == ["binomial_n200_p3mle"]
    assert predicted["false_negatives_predicted"].item() == 0.25
    assert table["exact_support_predicted"].isna().all()
