"""Columns of numbers and of vectors as flat arrays, so that nothing is done row by row."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.measures.estimate import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: What a column of an estimand may hold.
ALLOWED = "numbers, or vectors of numbers"


@dataclass(frozen=True)
class Column:
    """Values of one estimand in N rows.

    Parameters
    ----------
    flat : ndarray
        Components of all rows one after the other.
    start, length : ndarray of int, shape (N,)
        Where those of a row begin and how many there are; 0 where a row has no value.
    number : bool
        Whether the values are numbers, of length 1, and not vectors.
    """

    flat: FloatArray
    start: IntArray
    length: IntArray
    number: bool

    def take(self, rows: IntArray, size: int) -> FloatArray:
        """Values of `rows`, shape (m, R), each of `size` components, as (R, m, size).

        The replicates of a component are neighbours in memory, so that sums over them do not depend on which other
        components are there.
        """
        parts = self.flat[self.start[rows][:, np.newaxis, :] + np.arange(size)[:, np.newaxis]]
        return np.moveaxis(parts, -1, 0)

    def count(self, hits: BoolArray) -> IntArray:
        """How many components of each row are among `hits`, as long as `flat`; shape (N,)."""
        before = np.concatenate([[0], np.cumsum(hits)])
        return np.asarray(before[self.start + self.length] - before[self.start])

    @property
    def finite(self) -> BoolArray:
        """Rows whose components are all finite, shape (N,); False for rows without a value."""
        return np.asarray((self.length > 0) & (self.count(~np.isfinite(self.flat)) == 0))


def column(name: str, values: pd.Series) -> Column:
    """Column of a frame as flat array; null, NaN and vectors with a NaN are no value.

    Raises
    ------
    InputError
        It holds something other than numbers or vectors of numbers; the sentence names the column.
    """
    try:
        array = pa.array(values, from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_null(array.type):
            return _vectors(pa.nulls(len(array), pa.list_(pa.float64())))
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            return _vectors(array.cast(pa.list_(pa.float64())))
        if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type) or pa.types.is_boolean(array.type)):
            raise InputError(bad_value(f"column {name}", str(array.type), ALLOWED))
        return _numbers(array.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{bad_value(f'column {name}', 'a mixture', ALLOWED)} ({error})") from None


def _numbers(flat: FloatArray) -> Column:
    return Column(flat, np.arange(len(flat)), (~np.isnan(flat)).astype(np.int64), number=True)


def _vectors(array: pa.ListArray) -> Column:
    offsets = array.offsets.to_numpy().astype(np.int64)
    flat = array.values.to_numpy(zero_copy_only=False).astype(np.float64)
    missing = np.concatenate([[0], np.cumsum(np.isnan(flat))])
    there = np.asarray(array.is_valid()) & (missing[offsets[1:]] == missing[offsets[:-1]])
    return Column(flat, offsets[:-1], np.where(there, np.diff(offsets), 0), number=False)


def truths(scenarios: pd.DataFrame) -> dict[str, Column]:
    """True values of each estimand in each scenario; length 0 where they are not known.

    Parameters
    ----------
    scenarios : DataFrame
        With a column `truth`, JSON text of {estimand: number or list}; where there is none (results of version 0.1.0)
        the truth is `beta_true` and `intercept`.

    Raises
    ------
    InputError
        A truth that is neither a number nor a list of numbers.
    """
    known = [_truth(row) for row in scenarios.to_dict("records")]
    names = dict.fromkeys(name for each in known for name in each)
    return {
        name: column(f"truth of {name}", pd.Series([each.get(name) for each in known], dtype=object)) for name in names
    }


def _truth(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """True values of one scenario."""
    if isinstance(row.get("truth"), str):
        found: dict[str, Any] = json.loads(row["truth"])
        return found
    beta, intercept = row.get("beta_true"), row.get("intercept")
    truth = {} if beta is None else {"beta": np.asarray(beta, dtype=np.float64)}
    return truth if intercept is None or pd.isna(intercept) else {"intercept": float(intercept), **truth}
