"""Which rows of a result share a panel, and what the panel is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from simstudy.records import DEFINITION_FIELDS, TRUTH_FIELDS

#: Columns that a panel's title may name, with the words before the value.
TITLES = {
    "family": "",
    "n": "n = ",
    "p": "p = ",
    "s": "s = ",
    "design": "",
    "rho": "rho = ",
    "sigma": "sigma = ",
    "prevalence": "prevalence ",
    "intercept": "intercept ",
}


#: Columns of the truth that are none of its source.
NOT_OF_THE_SOURCE = {field.name for field in (*TRUTH_FIELDS, *DEFINITION_FIELDS)}


@dataclass(frozen=True)
class Panel:
    """Rows that are drawn together, and the panel's title (empty where there is one panel only)."""

    title: str
    rows: pd.DataFrame


def split(frame: pd.DataFrame, by: Sequence[str]) -> list[Panel]:
    """Panels of the rows that agree in the columns `by`, in order of first appearance."""
    parts = [rows for _, rows in frame.groupby(list(by), sort=False, dropna=False)]
    names = titles(parts, frame)
    for columns in (by[:1], by):
        if len(set(names)) < len(names):
            names = [", ".join(worded(rows[column].iloc[0], column) for column in columns) for rows in parts]
    if len(set(names)) < len(names):
        names = [f"{name} ({k})" for k, name in enumerate(names, start=1)]
    return [Panel(name, rows) for name, rows in zip(names, parts, strict=True)]


def source_columns(truth: pd.DataFrame) -> list[str]:
    """Columns of the truth that describe a scenario's source, those that titles have words for first."""
    others = [str(name) for name in truth if name not in TITLES and name not in NOT_OF_THE_SOURCE]
    return [*(name for name in TITLES if name in truth), *others]


def worded(value: object, column: str) -> str:
    """A value of a column as a title says it."""
    return f"{column} = {plain_value(value)}" if isinstance(value, int | float) else str(value)


def plain_value(number: float) -> str:
    """A setting as people write it: 16,000, 0.05."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:.4g}"


def titles(parts: Sequence[pd.DataFrame], frame: pd.DataFrame) -> list[str]:
    """Names of the parts by as few columns as tell them apart."""
    names = [""] * len(parts)
    for column, words in TITLES.items():
        if len(set(names)) == len(names):
            break
        values = [value(rows, column) for rows in parts]
        if column not in frame or len(set(values)) < 2:
            continue
        told = ["" if each is None else f"{words}{each}" for each in values]
        longer = [", ".join(filter(None, both)) for both in zip(names, told, strict=True)]
        if len(set(longer)) > len(set(names)):
            names = longer
    return names


def value(rows: pd.DataFrame, column: str) -> str | None:
    """The value that all rows share in a column, None where they differ or have none."""
    if column not in rows or rows[column].nunique(dropna=False) > 1 or pd.isna(rows[column].iloc[0]):
        return None
    first = rows[column].iloc[0]
    return first if isinstance(first, str) else plain_value(first)
