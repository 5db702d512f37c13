"""Performance of every method at every estimand: each measure with its Monte Carlo standard error, failures always."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from simstudy.analyses.joins import COUNTS, with_estimands
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, measured, of_row, place, span
from simstudy.report.columns import estimate, failures, text, theory, where_known, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.forest import forest_figure
from simstudy.report.figures.overview import overview_figure
from simstudy.report.figures.panels import source_columns
from simstudy.report.figures.style import no_data
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Column, Table
from simstudy.theory.registry import LAWS

#: Headings of measures in the order of the columns; other measures follow under their own names.
HEADINGS = {
    "bias": "Bias",
    "median_bias": "Median error",
    "mean": "Mean",
    "median": "Median",
    "quantile_05": "5 % quantile",
    "quantile_95": "95 % quantile",
    "empirical_se": "Empirical SE",
    "model_se": "Model SE",
    "rmse": "RMSE",
    "coverage": "Coverage",
    "zero_probability": "P(zero)",
}
#: The law at n of the limit theory among the laws of a prediction.
AT_N = "law"
PREDICTED = "predicted_"
#: Measure that says whether a handful of replicates carries a mean.
CARRIED = "top_share"
KEYS = ["scenario", "scenario_key", "estimand", "component", "parameter", "method"]
PARTS = ("mcse", "lower", "upper")
ENDS = ("_lower", "_upper")


def performance(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Measures of each estimand side by side.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and the truth, one row a scenario.
    predictions : DataFrame, optional
        Columns of `theory.predictions.Prediction`. Of several laws for a number, one of a plug-in comes before the
        theory's own, and of these the law at n before others.

    Returns
    -------
    DataFrame
        One row for each scenario, component of an estimand and method: `scenario`, `scenario_key`, the scenario's
        columns, `estimand`, `component` (0-based; null for a number and for a vector as a whole, of which the RMSE is
        shown), `parameter`, `method`, and for each measure its value under its name, `_mcse`, `_lower`, `_upper` (NaN
        where there is none), and where it is predicted `predicted_<name>` with its `_mcse`; the counts, of the first
        measure of the row.
    """
    rows = with_estimands(measures)
    rows = rows[rows["reference"].isna() & rows["estimand"].notna()]
    # A vector as a whole has the RMSE of its length; what is selected of it has analyses of its own.
    vectors = set(rows.loc[rows["component"].notna(), "estimand"])
    whole = rows["component"].isna() & rows["estimand"].isin(vectors)
    rows = rows[~whole | (rows["measure"] == "rmse")]
    table = rows[[*KEYS, *COUNTS]].drop_duplicates(KEYS)
    for name in ordered(rows):
        parts = {"value": name, **{part: f"{name}_{part}" for part in PARTS}}
        own = rows.loc[rows["measure"] == name, [*KEYS, *parts]].rename(columns=parts)
        table = table.merge(own, on=KEYS, how="left", validate="one_to_one")
        table = with_prediction(table, name, predictions)
    columns = [name for name in source_columns(scenarios) if name not in table]
    table = table.merge(scenarios[["scenario_key", *columns]], on="scenario_key", validate="many_to_one")
    place = {key: rank for rank, key in enumerate(dict.fromkeys(rows["scenario_key"]))}
    numbers = {name: rank for rank, name in enumerate(dict.fromkeys(rows["parameter"]))}
    order = pd.DataFrame({"scenario": table["scenario_key"].map(place), "parameter": table["parameter"].map(numbers)})
    return table.loc[order.sort_values(["scenario", "parameter"], kind="stable").index].reset_index(drop=True)


def with_prediction(table: pd.DataFrame, name: str, predictions: pd.DataFrame | None) -> pd.DataFrame:
    """The table with what is predicted for a measure."""
    if predictions is None:
        return table
    keys = ["scenario", "method", "parameter"]
    own = predictions[(predictions["quantity"] == name) & predictions["reference"].isna()]
    rank = own["law"].map(lambda law: 0 if law in LAWS else 1 if law == AT_N else 2)
    own = own.loc[rank.sort_values(kind="stable").index].drop_duplicates(keys)
    columns = {"predicted": f"{PREDICTED}{name}", "predicted_mcse": f"{PREDICTED}{name}_mcse"}
    return table.merge(own[[*keys, *columns]].rename(columns=columns), on=keys, how="left", validate="one_to_one")


def ordered(rows: pd.DataFrame) -> list[str]:
    """Measures that occur, those with a heading first."""
    there = list(dict.fromkeys(rows["measure"]))
    return [*(name for name in HEADINGS if name in there), *(name for name in there if name not in HEADINGS)]


def table(result: pd.DataFrame) -> Table:
    """Performance: one row for each scenario, component and method."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Estimand", "parameter"),
        text("Method", "method"),
        *where_known(result, *_measures(result)),
        failures(),
    )
    notes = (replicates(result), PARENTHESES, *_carried(result), FAILED)
    return Table("performance", "Performance of each method", columns, notes, result)


def _measures(result: pd.DataFrame) -> Iterator[Column]:
    for name in result.columns:
        if f"{name}_mcse" in result and name != CARRIED and not name.startswith(PREDICTED):
            heading = HEADINGS.get(name, name.replace("_", " "))
            yield estimate(heading, name)
            if f"{PREDICTED}{name}" in result:
                yield theory(f"{heading}, theory", f"{PREDICTED}{name}", name)


def _carried(result: pd.DataFrame) -> list[str]:
    """Sentence on the rows whose mean is that of a handful of replicates."""
    if CARRIED not in result or result[CARRIED].isna().all():
        return []
    rows = result[result[CARRIED].notna()]
    named = dict.fromkeys(f"{row['parameter']} of {row['method']} in {row['scenario']}" for _, row in rows.iterrows())
    listed = "; ".join(list(named)[:5]) + ("; ..." if len(named) > 5 else "")
    return [f"A handful of replicates carries the mean of {listed}: look at the median beside it."]


def sentence(result: pd.DataFrame) -> str:
    """The largest bias in units of its standard error, and the range of coverage."""
    numbers = result[[name for name in ("bias", "mean") if name in result]]
    if result.empty or numbers.isna().all(axis=None):
        return NOTHING
    return " ".join([*_bias(result), *_coverage(result)]) or NOTHING


def _bias(result: pd.DataFrame) -> Iterator[str]:
    known = result.dropna(subset=["bias", "empirical_se"]) if "bias" in result else result.iloc[:0]
    known = known[known["empirical_se"] > 0] if len(known) else known
    if len(known):
        row = known.iloc[int((known["bias"] / known["empirical_se"]).abs().argmax())]
        size = measured(abs(row["bias"] / row["empirical_se"]), row["bias_mcse"] / row["empirical_se"])
        where = place(row, "parameter", "method", "scenario")
        yield f"The largest bias is {size} standard errors of the estimate ({where})."
    if "mean" in result and result["mean"].notna().any():
        rows = result.dropna(subset=["mean"]).sort_values("mean", kind="stable").iloc[[0, -1]]
        ends = [f"{of_row(row, 'mean')} ({row['parameter']}, {row['method']})" for _, row in rows.iterrows()]
        one = f"the mean is {ends[0]}" if ends[0] == ends[1] else f"the means run from {ends[0]} to {ends[1]}"
        yield f"Where the truth is not known {one}."


def _coverage(result: pd.DataFrame) -> Iterator[str]:
    if "coverage" in result and result["coverage"].notna().any():
        rows = result.dropna(subset=["coverage"]).sort_values("coverage", kind="stable").iloc[[0, -1]]
        yield f"95 % intervals cover with probability {span(*(of_row(row, 'coverage') for _, row in rows.iterrows()))}."


def forest(result: pd.DataFrame) -> Figure:
    """Bias of each component, or its mean where there is no truth, with Monte Carlo intervals."""
    name = "bias" if "bias" in result and result["bias"].notna().any() else "mean"
    if name not in result:
        return forest_figure(result.assign(panel=result["parameter"], value=float("nan")), name, zero=True)
    rows = result[[*KEYS, name, *(f"{name}_{part}" for part in PARTS)]].rename(
        columns={name: "value", **{f"{name}_{part}": f"value_{part}" for part in PARTS}}
    )
    return forest_figure(rows.assign(panel=rows["parameter"]), name, zero=name == "bias")


def overview(result: pd.DataFrame) -> Figure:
    """RMSE, of the whole vector where there is one, over what varies between scenarios."""
    if result.empty:
        return no_data("There are no estimates to draw.")
    whole = result["component"].isna() & (result["parameter"] != "intercept")
    chosen = result[whole] if whole.any() else result
    rows = chosen[chosen["estimand"] == chosen["estimand"].iloc[0]]
    spread = next((name for name in ("rmse", "empirical_se") if name in rows and rows[name].notna().any()), "")
    if not spread:
        return no_data("No fit succeeded: there is no error to draw.")
    rows = rows.rename(columns={spread: "value", **{f"{spread}_{part}": f"value_{part}" for part in PARTS}})
    rows = rows[rows["parameter"] == rows["parameter"].iloc[0]]
    about = "whole vector" if rows["parameter"].iloc[0] == "all" else str(rows["parameter"].iloc[0])
    return overview_figure(rows, f"{HEADINGS[spread]} ({about})", of_the_source(result))


def of_the_source(result: pd.DataFrame) -> list[str]:
    """Columns of the scenarios among those of the result."""
    numbers = {f"{name}{part}" for name in result if f"{name}_mcse" in result for part in ("", "_mcse", *ENDS)}
    return [str(name) for name in result if name not in numbers and name not in {*KEYS, *COUNTS}]


@analysis("performance", table=table, sentence=sentence, figure={"performance": forest, "measures": overview})
def frame(results: Results) -> pd.DataFrame:
    """Performance of each method at each estimand."""
    return performance(results.measures, results.scenarios, results.predictions)
