"""The kinds of columns that the tables are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.measures import numbers
from simstudy.measures.estimate import Z_95, FloatArray
from simstudy.report.table import Column

#: Columns of a frame that hold names of methods.
METHODS = ("method", "reference")


def text(heading: str, name: str) -> Column:
    """Column of names; those of methods are printed as their labels."""
    return Column(heading, lambda data: [str(value) for value in data[name]], numeric=False, labelled=name in METHODS)


def number(heading: str, name: str, latex: str | None = None) -> Column:
    """Column of numbers known without error."""
    return _column(heading, numbers.setting, [name], latex)


def estimate(heading: str, name: str, latex: str | None = None) -> Column:
    """Simulated value with its MCSE in parentheses; the MCSE is in the column `<name>_mcse`."""
    return _column(heading, numbers.with_mcse, [name, f"{name}_mcse"], latex)


def interval(heading: str, name: str, latex: str | None = None) -> Column:
    """Simulated value with its 95 % interval in brackets, from `<name>_lower`, `<name>_upper` and `<name>_mcse`."""
    return _column(heading, numbers.with_interval, [name, f"{name}_lower", f"{name}_upper", f"{name}_mcse"], latex)


def bounds(heading: str, name: str, latex: str | None = None) -> Column:
    """Ends of the 95 % interval in brackets, with the digits of the MCSE."""
    return _column(heading, numbers.bounds, [f"{name}_lower", f"{name}_upper", f"{name}_mcse"], latex)


def theory(heading: str, name: str, simulated: str, latex: str | None = None) -> Column:
    """Prediction, with the digits that compare with the simulated column of that name."""
    return _column(heading, numbers.beside, [name, f"{name}_mcse", f"{simulated}_mcse"], latex)


def p_value(heading: str, name: str, latex: str | None = None) -> Column:
    """Column of p-values."""
    return _column(heading, numbers.p_value, [name], latex)


def best(column: Column, name: str, by: Sequence[str], *, largest: bool = False) -> Column:
    """The column with its best cells marked: those of the rows that agree in `by`.

    Marked are the smallest (or largest) value and those that its MCSE and theirs do not tell apart from it; none where
    that is every row.
    """

    def marks(data: pd.DataFrame) -> list[bool]:
        groups = data.groupby(list(by), sort=False, dropna=False).ngroup()
        found = pd.Series(False, index=data.index)
        for _, rows in data.groupby(groups, sort=False):
            found[rows.index] = _best(rows[name].to_numpy(float), rows[f"{name}_mcse"].to_numpy(float), largest)
        return found.tolist()

    return replace(column, marks=marks)


def _best(values: FloatArray, mcse: FloatArray, largest: bool) -> NDArray[np.bool_]:
    if np.isnan(values).all():
        return np.zeros(len(values), dtype=bool)
    place = int(np.nanargmax(values) if largest else np.nanargmin(values))
    spread = np.hypot(np.nan_to_num(mcse), np.nan_to_num(mcse[place]))
    chosen = np.abs(values - values[place]) <= Z_95 * spread
    return np.zeros(len(values), dtype=bool) if chosen.all() else chosen


def where_known(rows: pd.DataFrame, *columns: Column) -> list[Column]:
    """Columns that show a number in some row: theory does not cover everything."""
    return [column for column in columns if any(cell != numbers.MISSING for cell in column.cells(rows))]


def where_varying(rows: pd.DataFrame, *columns: Column) -> list[Column]:
    """Columns that tell rows apart."""
    return [column for column in columns if len(set(column.cells(rows))) > 1]


def failures() -> Column:
    """Failed fits of attempted ones, always shown; an asterisk says that the row's numbers are conditional."""

    def cell(failed: int, attempted: int, conditional: bool) -> str:
        return f"{failed}/{attempted}{'*' if conditional else ''}"

    return _column("Failed", cell, ["failed", "attempted", "conditional"], None)


def _column(heading: str, cell: Callable[..., str], names: list[str], latex: str | None) -> Column:
    def cells(data: pd.DataFrame) -> list[str]:
        return [cell(*values) for values in data[names].itertuples(index=False, name=None)]

    return Column(heading, cells, latex)
