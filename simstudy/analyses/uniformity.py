"""Scaled risk over local coefficients h / sqrt(n), where the oracle property breaks (Leeb & Poetscher 2008)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simstudy.analyses.joins import side_by_side
from simstudy.measures import WHOLE


def uniformity(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """sqrt(n) RMSE against h, its prediction, and its maximum over h.

    Pointwise, a method with the oracle property has bounded sqrt(n) RMSE at every fixed coefficient; over all h the
    maximum grows with n, while that of the MLE stays.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n and h rising: the scenario's columns, the counts, `h` = sqrt(n) times
        the largest coefficient, `scaled` = sqrt(n) RMSE with `_mcse`, `_lower`, `_upper`, `_predicted`,
        `_predicted_mcse`, `zero_probability` of the first coefficient, and `is_worst`, whether the error is largest
        at this h among those of its family, n and method.
    """
    table = side_by_side(measures, scenarios, ["rmse"], [WHOLE], predictions)
    truth = scenarios.set_index("scenario_key")
    root = np.sqrt(table["n"])
    table["h"] = root * table["scenario_key"].map(truth["beta_true"].map(lambda beta: np.abs(beta).max()))
    for part in ("", "_mcse", "_lower", "_upper", "_predicted", "_predicted_mcse"):
        table[f"scaled{part}"] = root * table[f"rmse{part}"]
    zero = measures[(measures["measure"] == "zero_probability") & (measures["parameter"] == "beta_1")]
    zero = zero.rename(columns={"value": "zero_probability", "mcse": "zero_probability_mcse"})
    keys = ["scenario", "method"]
    table = table.merge(zero[[*keys, "zero_probability", "zero_probability_mcse"]], on=keys, how="left")
    table = table.sort_values(["family", "n", "method", "h"], kind="stable").reset_index(drop=True)
    cells = table.groupby(["family", "n", "method"], sort=False)["scaled"]
    return table.assign(is_worst=table["scaled"] == cells.transform("max"))
