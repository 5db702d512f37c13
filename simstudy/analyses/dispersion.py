"""Support recovery over the size of the errors at a fixed lambda: FGSM scales its penalty itself (T13)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from simstudy.analyses.joins import side_by_side
from simstudy.analyses.support import QUANTITIES
from simstudy.measures import WHOLE


def dispersion(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    levels: Mapping[tuple[str, str], float],
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Selection and the error in units of sigma, over sigma.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and columns of `records.SCENARIO_SCHEMA`.
    levels : mapping of (scenario, method) to float
        Lambda of each method: given, or the median of what its tuning rule chose.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, sigma rising: the scenario's columns, the counts, `lam`, `rmse` and its
        MCSE divided by sigma (`relative_rmse`), and exact support, false positives and false negatives with
        `_mcse`, `_lower`, `_upper`, `_predicted`, `_predicted_mcse`.
    """
    table = side_by_side(measures, scenarios, [*QUANTITIES, "rmse"], [WHOLE], predictions)
    table["lam"] = [levels.get(pair, float("nan")) for pair in zip(table["scenario"], table["method"], strict=True)]
    table["relative_rmse"] = table["rmse"] / table["sigma"]
    table["relative_rmse_mcse"] = table["rmse_mcse"] / table["sigma"]
    keys = ["family", "n", "p", "method", "sigma"]
    return table.sort_values(keys, kind="stable").reset_index(drop=True)
