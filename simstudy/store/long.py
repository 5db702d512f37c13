"""Replicate rows in long form: one row for each component of each estimand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simstudy.records import ID_FIELDS, error_column, estimand_of

#: Columns that tell a fit from others, kept in the long form.
IDS = tuple(field.name for field in ID_FIELDS)
#: Component of a number.
NUMBER = -1

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """Numbers of a column with the row that each comes from and its component, sorted by both."""

    row: IntArray
    component: IntArray
    value: FloatArray


def long_rows(rows: pa.Table, scenarios: pa.Table, columns: Sequence[str]) -> pd.DataFrame:
    """Replicate rows in long form.

    Parameters
    ----------
    rows : Table
        Replicate rows, one scenario after the other.
    scenarios : Table
        The truth, one row a scenario.
    columns : sequence of str
        Columns of estimands in `rows`, and of their standard errors.

    Returns
    -------
    DataFrame
        The id columns, then `estimand`, `component` (0-based; null for a number), `value`, `se` (the estimator's own)
        and `truth`; NaN where there is none. A fit without a value of an estimand has NaN for each component of the
        truth, or one row where that is not known. Sorted by scenario, estimand, and then as `rows`.
    """
    errors = {error_column(estimand_of(name)) for name in columns}
    names = [name for name in columns if name not in errors]
    truths = known_truths(scenarios)
    parts = [
        of_estimand(own, name, truths.get(key, {}).get(estimand_of(name)))
        for key, own in by_scenario(rows)
        for name in names
        if own[name].null_count < len(own) or estimand_of(name) in truths.get(key, {})
    ]
    if not parts:
        return pd.DataFrame(columns=[*IDS, "estimand", "component", "value", "se", "truth"])
    return pd.concat(parts, ignore_index=True)


def by_scenario(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Rows of each scenario, in order."""
    keys = rows["scenario_key"]
    for key in pc.unique(keys).to_pylist():
        yield key, rows.filter(pc.equal(keys, key))


def known_truths(scenarios: pa.Table) -> dict[str, dict[str, Any]]:
    """True values by scenario key; those of version 0.1.0 are coefficients and intercept."""
    found = {}
    for row in scenarios.to_pylist():
        old = {"beta": row.get("beta_true"), "intercept": row.get("intercept")}
        known = {name: value for name, value in old.items() if value is not None}
        found[row["scenario_key"]] = known if row.get("truth") is None else json.loads(row["truth"])
    return found


def of_estimand(rows: pa.Table, column: str, truth: float | list[float] | None) -> pd.DataFrame:
    """Long rows of one estimand in one scenario."""
    estimand = estimand_of(column)
    size = len(truth) if isinstance(truth, list) else None
    values = components(rows[column], size)
    true = np.full(len(values.row), np.nan)
    if isinstance(truth, list):
        true = np.asarray(truth, dtype=float)[values.component]
    elif truth is not None:
        true[:] = truth
    ids = rows.select([name for name in IDS if name in rows.schema.names]).take(pa.array(values.row)).to_pandas()
    found: pd.DataFrame = ids.assign(
        estimand=estimand,
        component=pd.arrays.IntegerArray(values.component, values.component == NUMBER),
        value=values.value,
        se=aligned(rows, error_column(estimand), values),
        truth=true,
    )
    return found


def components(column: pa.ChunkedArray, size: int | None) -> Components:
    """Numbers of a column; NaN for a row without, `size` times where the estimand is a vector."""
    array = column.combine_chunks()
    everywhere = np.arange(len(array))
    if not pa.types.is_list(array.type):
        value = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return Components(everywhere, np.full(len(array), NUMBER), value)
    row = pc.list_parent_indices(array).to_numpy().astype(np.int64)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    component = np.arange(len(row)) - np.repeat(first, np.diff(first, append=len(row)))
    value = pc.list_flatten(array).to_numpy(zero_copy_only=False).astype(np.float64)
    without = np.setdiff1d(everywhere, row)
    row = np.concatenate([row, np.repeat(without, size or 1)])
    component = np.concatenate([component, np.tile(np.arange(size) if size else [NUMBER], len(without))])
    value = np.concatenate([value, np.full(len(row) - len(value), np.nan)])
    order = np.lexsort((component, row))
    return Components(row[order], component[order].astype(np.int64), value[order])


def aligned(rows: pa.Table, column: str, values: Components) -> FloatArray:
    """Standard errors of the same rows and components as the values; NaN where there are none."""
    if column not in rows.schema.names or pa.types.is_null(rows[column].type):
        return np.full(len(values.row), np.nan)
    errors = components(rows[column], None)
    width = 2 + max(int(values.component.max(initial=0)), int(errors.component.max(initial=0)))
    wanted, given = (each.row * width + each.component + 1 for each in (values, errors))
    place = np.minimum(np.searchsorted(given, wanted), len(given) - 1)
    return np.where(given[place] == wanted, errors.value[place], np.nan)
