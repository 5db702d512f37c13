import numpy as np
import pandas as pd

from simstudy.analyses.coefficients import coefficients


def test_rows_are_coefficients_with_their_truth(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    table = coefficients(measures, scenarios)
    assert list(table["parameter"][:2]) == ["beta_1", "intercept"]  # the order of the measures frame
    assert list(table["true"][:2]) == [1.0, 0.3]
    assert list(table["bias"][:2]) == [-0.1, 0.05]
    assert table["zero_probability"][0] == 0.1
    assert np.isnan(table["zero_probability"][1])
    assert len(table) == 32


def test_bias_has_two_predictions(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    row = {"scenario": "gaussian_n100_p3", "method": "fgsm", "parameter": "beta_1", "quantity": "bias"}
    predictions = pd.DataFrame(
        [
            row | {"law": "T10", "predicted": -0.11, "predicted_mcse": 0.01},
            row | {"law": "T17", "predicted": -0.12, "predicted_mcse": 0.0},
        ]
    )
    table = coefficients(measures, scenarios, predictions)
    assert (table["bias_predicted"][0], table["bias_t17"][0]) == (-0.11, -0.12)
    assert table["bias_predicted"].notna().sum() == 1
    assert table["rmse_predicted"].isna().all()
