"""Rows of the measures frame next to their scenario's columns and to the theory's predictions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.errors import InputError, unknown_name
from simstudy.measures import WHOLE
from simstudy.measures.names import COEFFICIENTS

#: Columns of a scenario that an analysis groups or labels by.
SCENARIO_COLUMNS = ["family", "n", "p", "s", "design", "rho", "sigma", "intercept", "prevalence"]
#: Columns that say how many fits a number rests on.
COUNTS = ["attempted", "usable", "failed", "conditional"]


def measure_rows(measures: pd.DataFrame, measure: str, parameter: str | None = None) -> pd.DataFrame:
    """Rows of one measure, of one parameter unless it is None.

    Raises
    ------
    InputError
        The frame holds no such measure.
    """
    if measure not in set(measures["measure"]):
        raise InputError(unknown_name("measure", measure, set(measures["measure"])))
    rows = measures[measures["measure"] == measure]
    return rows if parameter is None else rows[rows["parameter"] == parameter]


def with_scenarios(rows: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns of their scenario, in the order of the rows; NaN where its source has no such column."""
    columns = scenarios.reindex(columns=["scenario_key", *SCENARIO_COLUMNS])
    return rows.merge(columns, on="scenario_key", validate="many_to_one")


def of_kind(predictions: pd.DataFrame | None, column: str, *kinds: str) -> pd.DataFrame | None:
    """Predictions whose `column` (quantity or law) is one of `kinds`; None stays None.

    Raises
    ------
    InputError
        The predictions have no such column.
    """
    if predictions is None:
        return None
    if column not in predictions:
        raise InputError(f"predictions lack the column {column}; they have {', '.join(predictions.columns)}")
    return predictions[predictions[column].isin(kinds)]


def with_predictions(
    rows: pd.DataFrame, predictions: pd.DataFrame | None, on: Sequence[str], name: str = "predicted"
) -> pd.DataFrame:
    """Rows with the columns `name` and `name`_mcse, taken from the prediction that agrees in the columns `on`.

    Parameters
    ----------
    rows : DataFrame
        Rows to complete; their order is kept.
    predictions : DataFrame or None
        Columns `on`, `predicted`, `predicted_mcse`. None, or no prediction for a row, gives NaN.
    on : sequence of str
        Columns that identify a prediction.
    name : str
        Name of the new column.

    Raises
    ------
    InputError
        A column is missing, or a row has two predictions.
    """
    if predictions is None:
        return rows.assign(**{name: float("nan"), f"{name}_mcse": float("nan")})
    missing = [column for column in (*on, "predicted", "predicted_mcse") if column not in predictions]
    if missing:
        raise InputError(
            f"predictions lack the columns {', '.join(missing)}; they have {', '.join(predictions.columns)}"
        )
    twice = predictions[predictions.duplicated(list(on))]
    if len(twice):
        raise InputError(f"two predictions for {twice.iloc[0][list(on)].to_dict()}")
    columns = {"predicted": name, "predicted_mcse": f"{name}_mcse"}
    return rows.merge(predictions[[*on, *columns]].rename(columns=columns), on=list(on), how="left")


def with_estimands(measures: pd.DataFrame) -> pd.DataFrame:
    """Measures with the columns `estimand` and `component`, made from the parameter where an older version lacks them.

    `estimand` is null for what is about the fits, `component` for a number and for a vector as a whole.
    """
    if "estimand" in measures:
        return measures
    parts = measures["parameter"].str.extract(r"^beta_(?P<component>\d+)$")
    component = parts["component"].astype("Float64").astype("Int64") - 1
    whole = (measures["parameter"] == WHOLE) & ~measures["measure"].str.startswith("failure_rate")
    estimand = measures["parameter"].mask(component.notna() | whole, COEFFICIENTS)
    return measures.assign(estimand=estimand.mask(estimand == WHOLE), component=component)


def whole_parameter(measures: pd.DataFrame, measure: str, estimand: str | None = None) -> str:
    """Parameter of the rows of a measure that are about an estimand as a whole: a number, or a vector's length.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    measure : str
        Such as ``rmse``.
    estimand : str, optional
        Left out, it is ``beta`` where there are coefficients, else the first estimand that has the measure.

    Raises
    ------
    InputError
        The measures hold no such rows.
    """
    rows = with_estimands(measures)
    rows = rows[(rows["measure"] == measure) & rows["component"].isna() & rows["estimand"].notna()]
    there = list(dict.fromkeys(rows["estimand"]))
    if not there:
        raise InputError(
            f"no estimand has the measure {measure}: it needs a true value, and a usable fit that estimates it"
        )
    usual = COEFFICIENTS if COEFFICIENTS in there else there[0]
    wanted = usual if estimand is None else estimand
    if wanted not in there:
        raise InputError(unknown_name(f"estimand with the measure {measure}", wanted, there))
    return str(rows.loc[rows["estimand"] == wanted, "parameter"].iloc[0])


def side_by_side(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    quantities: Sequence[str],
    parameters: Sequence[str],
    predictions: pd.DataFrame | None,
) -> pd.DataFrame:
    """Several measures of the same parameters, one column group each, with their predictions.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and columns of `records.SCENARIO_SCHEMA`.
    quantities : sequence of str
        Measures to show; the first one decides on the rows.
    parameters : sequence of str
        Parameters to keep.
    predictions : DataFrame or None
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario, method and parameter: the scenario's columns, the counts, and for each quantity its
        value under the quantity's name, `_mcse`, `_lower`, `_upper`, `_predicted`, `_predicted_mcse`; NaN where the
        parameter does not have the measure or theory has no prediction.
    """
    on = ["scenario", "method", "parameter"]
    cells = with_scenarios(measure_rows(measures, quantities[0]), scenarios)
    table = cells.loc[cells["parameter"].isin(parameters), ["scenario_key", *on, *SCENARIO_COLUMNS, *COUNTS]]
    for quantity in quantities:
        parts = {"value": quantity, **{part: f"{quantity}_{part}" for part in ("mcse", "lower", "upper")}}
        rows = measure_rows(measures, quantity)[[*on, *parts]].rename(columns=parts)
        table = table.merge(rows, on=on, how="left", validate="one_to_one")
        table = with_predictions(table, of_kind(predictions, "quantity", quantity), on, f"{quantity}_predicted")
    return table


def true_values(scenarios: pd.DataFrame) -> pd.DataFrame:
    """True value of every parameter: columns scenario_key, parameter, true."""
    slopes = scenarios[["scenario_key", "beta_true"]].explode("beta_true").rename(columns={"beta_true": "true"})
    position = slopes.groupby("scenario_key").cumcount() + 1
    slopes = slopes.assign(parameter="beta_" + position.astype(str))
    intercepts = scenarios[["scenario_key", "intercept"]].rename(columns={"intercept": "true"})
    truth = pd.concat([intercepts.assign(parameter="intercept"), slopes], ignore_index=True)
    return truth.astype({"true": "float64"})


def one_of_each(beta: Sequence[float]) -> list[str]:
    """First nonzero and first zero slope of a vector of coefficients, as far as it has them."""
    nonzero = next((f"beta_{j}" for j, value in enumerate(beta, start=1) if value != 0), None)
    zero = next((f"beta_{j}" for j, value in enumerate(beta, start=1) if value == 0), None)
    return [name for name in (nonzero, zero) if name is not None]
