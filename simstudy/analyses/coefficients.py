"""Accuracy of every coefficient: bias, spread, RMSE and the probability of an exact zero, next to predictions."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.joins import of_kind, side_by_side, true_values, with_predictions

#: Measures of one coefficient, in the order in which they are shown.
QUANTITIES = ("bias", "empirical_se", "rmse", "zero_probability")


def coefficients(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measures of the intercept and of each slope next to their predictions.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, law, predicted, predicted_mcse with the quantities of
        `QUANTITIES`. Bias may have two predictions: that of the limit law and, with law `T17`, that of the
        pseudo-true parameter.

    Returns
    -------
    DataFrame
        One row for each scenario, method and parameter: the scenario's columns, `true`, the counts, and for each
        quantity its value, `_mcse`, `_lower`, `_upper`, `_predicted`, `_predicted_mcse`; `bias_t17` with its MCSE.
        `zero_probability` of an intercept is NaN.
    """
    truth = true_values(scenarios)
    pseudo_true = of_kind(of_kind(predictions, "quantity", "bias"), "law", "T17")
    others = None if predictions is None else predictions[predictions["law"] != "T17"]
    table = side_by_side(measures, scenarios, QUANTITIES, list(truth["parameter"].unique()), others)
    table = with_predictions(table, pseudo_true, ["scenario", "method", "parameter"], "bias_t17")
    return table.merge(truth, on=["scenario_key", "parameter"], how="left")
