"""Accuracy of every coefficient: bias, spread, RMSE and the probability of an exact zero, next to predictions."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.joins import of_kind, side_by_side, true_values, with_predictions
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, largest, measured, place
from simstudy.report.columns import (
    best,
    estimate,
    failures,
    number,
    text,
    theory,
    where_known,
    where_varying,
)
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table

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


def table(result: pd.DataFrame) -> Table:
    """Accuracy of each coefficient: one row for each scenario, method and coefficient."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Method", "method"),
        text("Coefficient", "parameter"),
        number("True value", "true"),
        estimate("Bias", "bias"),
        *where_known(result, theory("Limit law", "bias_predicted", "bias"), theory("T17", "bias_t17", "bias")),
        estimate("Empirical SE", "empirical_se"),
        *where_known(result, theory("SE, theory", "empirical_se_predicted", "empirical_se")),
        best(estimate("RMSE", "rmse"), "rmse", ["scenario", "parameter"]),
        *where_known(result, theory("RMSE, theory", "rmse_predicted", "rmse")),
        estimate("P(zero)", "zero_probability"),
        *where_known(result, theory("P(zero), theory", "zero_probability_predicted", "zero_probability")),
        failures(),
    )
    notes = (
        replicates(result),
        "Limit law: mean of the law at this n. T17: pseudo-true parameter minus the true one.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("coefficients", "Accuracy of each coefficient", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """The largest bias in units of its standard error."""
    known = frame.dropna(subset=["bias", "empirical_se"])
    known = known[known["empirical_se"] > 0]
    if known.empty:
        return NOTHING
    row = largest(known, (known["bias"] / known["empirical_se"]).abs())
    relative = measured(abs(row["bias"] / row["empirical_se"]), row["bias_mcse"] / row["empirical_se"])
    where = place(row, "parameter", "method", "scenario")
    return f"The largest bias is {relative} standard errors of the estimate ({where})."


@analysis("coefficients", table=table, sentence=sentence, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Accuracy of each coefficient."""
    return coefficients(results.measures, results.scenarios, results.limit_theory)
