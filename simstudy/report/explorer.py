"""Measures of a study in the form that the report's interactive figure draws from."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from simstudy.measures.names import COEFFICIENTS
from simstudy.report.figures.panels import source_columns

#: Measures that can be chosen.
MEASURES = (
    "rmse", "bias", "empirical_se", "zero_probability", "coverage", "exact_support", "false_positives",
    "false_negatives", "bias_difference", "rmse_ratio", "failure_rate",
)  # fmt: skip
#: Significant digits of a drawn value and of the distances of its interval's ends; more cannot be seen.
DIGITS, OF_DISTANCE = 4, 2


def explorer(measures: pd.DataFrame, scenarios: pd.DataFrame) -> dict[str, Any] | None:
    """What the interactive figure needs: scenarios, names, and one row for each number; None without any number.

    A row is [scenario, series, measure, parameter, value, below, above] with the first four as places in the lists;
    below and above are the distances of the ends of the 95 % interval from the value.
    A series is a method, or a method with the one that it is compared with.
    """
    rows = without_unknown_coefficients(measures[measures["measure"].isin(MEASURES) & measures["value"].notna()])
    if rows.empty:
        return None
    series = rows["method"].astype(str)
    series = series.where(rows["reference"].isna(), series + " against " + rows["reference"].astype(str))
    names = {
        "scenarios": list(dict.fromkeys(rows["scenario_key"])),
        "series": list(dict.fromkeys(series)),
        "measures": [name for name in MEASURES if name in set(rows["measure"])],
        "parameters": list(dict.fromkeys(rows["parameter"])),
    }
    places = {kind: {name: place for place, name in enumerate(found)} for kind, found in names.items()}
    columns = (rows["scenario_key"], series, rows["measure"], rows["parameter"])
    indices = [column.map(places[kind]) for kind, column in zip(names, columns, strict=True)]
    distances = (rows["value"] - rows["lower"], rows["upper"] - rows["value"])
    numbers = [
        [short(value) for value in rows["value"]],
        *([short(value, OF_DISTANCE) for value in each] for each in distances),
    ]
    drawn = [list(row) for row in zip(*indices, *numbers, strict=True)]
    truth = scenarios.set_index("scenario_key").loc[names["scenarios"]]
    varying = [name for name in source_columns(truth) if truth[name].nunique(dropna=False) > 1]
    shown = [
        {"label": str(row["scenario"]), **{name: plain(row[name]) for name in varying}} for _, row in truth.iterrows()
    ]
    return {**names, "scenarios": shown, "columns": varying, "rows": drawn}


def without_unknown_coefficients(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without coefficients whose truth nobody knows, one for each pixel, of which there is only the spread."""
    if "estimand" not in rows:
        return rows
    coefficients = rows["estimand"] == COEFFICIENTS
    known = rows.loc[coefficients & (rows["measure"] == "bias"), "scenario_key"]
    return rows[~coefficients | rows["scenario_key"].isin(set(known))]


def short(value: float, digits: int = DIGITS) -> float | None:
    """The value with as many digits as can be drawn, whole numbers without a fraction; None where there is none."""
    if not math.isfinite(value):
        return None
    found = float(f"{value:.{digits}g}")
    return int(found) if found.is_integer() else found


def plain(value: Any) -> str | float | None:
    """A scenario's column in terms of JSON."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
