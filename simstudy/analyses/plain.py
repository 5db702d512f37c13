"""The table of an analysis that brings none: every column as it is, numbers with what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from simstudy.errors import ConfigError, bad_value
from simstudy.report.columns import estimate, failures, number, text, theory
from simstudy.report.notes import FAILED, PARENTHESES
from simstudy.report.table import Column, Table

#: Ends of the names of columns that are shown with another one.
PARTS = ("_mcse", "_lower", "_upper", "_predicted")
#: Columns behind "failed of attempted".
COUNTS = ("attempted", "usable", "failed", "conditional")


def plain_table(name: str, caption: str, frame: pd.DataFrame) -> Table:
    """Table of all columns of a frame: `x_mcse` is printed with `x`, the counts as failed of attempted.

    Raises
    ------
    ConfigError
        The analysis returned something else than a DataFrame.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ConfigError(bad_value(f"analysis {name}", type(frame).__name__, "a DataFrame, or given a table function"))
    columns = tuple(_columns(frame))
    notes = [note for note, there in ((PARENTHESES, _has(frame, "_mcse")), (FAILED, _is_counted(frame))) if there]
    return Table(name, caption or name, columns, tuple(notes), frame)


def _columns(frame: pd.DataFrame) -> Iterator[Column]:
    names = [str(name) for name in frame.columns]
    for name in names:
        belongs = any(name.endswith(part) and name.removesuffix(part) in names for part in PARTS)
        if belongs or (_is_counted(frame) and name in COUNTS):
            continue
        if not is_numeric_dtype(frame[name]) or is_bool_dtype(frame[name]):
            yield text(name, name)
        else:
            yield estimate(name, name) if f"{name}_mcse" in names else number(name, name)
        if {f"{name}_mcse", f"{name}_predicted", f"{name}_predicted_mcse"} <= set(names):
            yield theory(f"{name}, theory", f"{name}_predicted", name)
    if _is_counted(frame):
        yield failures()


def _has(frame: pd.DataFrame, ending: str) -> bool:
    return any(str(name).endswith(ending) for name in frame.columns)


def _is_counted(frame: pd.DataFrame) -> bool:
    return set(COUNTS) <= set(frame.columns)
