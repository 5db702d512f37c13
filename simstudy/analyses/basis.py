"""On how many fits an answer rests, what it leaves out, and when there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pandas as pd

from simstudy.analyses.sentences import NOTHING, listed

#: An answer speaks of the cells of which at least this share of the fits is usable: of the others the failures are
#: the finding, and what is left may be the easy data.
FEWEST_USABLE = 0.5
#: Columns that tell the cells of an analysis apart, and that of a frame whose rows compare methods on whole data sets.
CELLS = ("scenario_key", "scenario", "group", "method", "series", "grid", "reference")
DATA_SETS = ("scenario_key", "scenario")


def answered(sentence: Callable[[Any], str], numbers: Any) -> str:
    """The answer of an analysis with the count of fits behind it and what it leaves out.

    Parameters
    ----------
    sentence : callable
        From the numbers to an answer; empty for none.
    numbers : DataFrame, or a dataclass with DataFrames among its fields
        Frames with the columns `attempted` and `usable` are counted: a row belongs to a cell, which is what `CELLS`
        tell apart, and the best row of a cell says how many of its fits are usable.

    Returns
    -------
    str
        The answer from the cells in which at least half of the fits are usable. A refusal where of all cells together
        fewer are; as it is for numbers without counts.
    """
    frame = next(filter(is_counted, parts(numbers)), None)
    if frame is None:
        return sentence(numbers)
    cells = cells_of(frame)
    usable, attempted = int(cells["usable"].sum()), int(cells["attempted"].sum())
    if not usable:
        return NOTHING
    what = noun(frame)
    if usable < FEWEST_USABLE * attempted:
        return f"No answer: only {usable:,} of {attempted:,} {what} are usable, under half."
    if cells["usable"].max() == 1:
        return "No answer: one replicate does not tell its error."
    said = sentence(kept(numbers))
    if said == NOTHING:
        return f"No answer: the {usable:,} usable {what} do not have the numbers that it needs."
    out = cells[~is_usable(cells)]
    left = cells.drop(out.index)
    return " ".join([said, rests(left, what), *left_out(out)]) if said else ""


def parts(numbers: Any) -> list[Any]:
    """The numbers, or their parts where they are a dataclass."""
    has_parts = is_dataclass(numbers) and not isinstance(numbers, type)
    return [getattr(numbers, each.name) for each in fields(numbers)] if has_parts else [numbers]


def is_counted(numbers: Any) -> bool:
    """Whether these are rows that say how many fits they rest on."""
    return isinstance(numbers, pd.DataFrame) and {"attempted", "usable"} <= set(numbers.columns)


def names_of(frame: pd.DataFrame) -> list[str]:
    """Columns that tell the cells of a frame apart."""
    return [name for name in (CELLS if "method" in frame else DATA_SETS) if name in frame]


def cells_of(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a cell: its names, and how many fits were attempted and are usable; none where that is not known."""
    counts = frame[["attempted", "usable"]].astype(float).fillna(0.0)
    names = names_of(frame)
    if not names:
        return counts
    return counts.groupby([frame[name] for name in names], sort=False, dropna=False).max().reset_index()


def is_usable(cells: pd.DataFrame) -> pd.Series:
    """Whether at least half of each cell's fits are usable."""
    return (cells["usable"] > 0) & (cells["usable"] >= FEWEST_USABLE * cells["attempted"])


def kept(numbers: Any) -> Any:
    """The numbers of the cells in which at least half of the fits are usable."""
    if is_counted(numbers):
        counts = numbers[["attempted", "usable"]].astype(float).fillna(0.0)
        names = names_of(numbers)
        if names:
            counts = counts.groupby([numbers[name] for name in names], sort=False, dropna=False).transform("max")
        return numbers[is_usable(counts)]
    if is_dataclass(numbers) and not isinstance(numbers, type):
        changed = {each.name: getattr(numbers, each.name) for each in fields(numbers)}
        return replace(numbers, **{name: kept(each) for name, each in changed.items() if is_counted(each)})
    return numbers


def noun(frame: pd.DataFrame) -> str:
    """What is counted."""
    if "method" not in frame:
        return "data sets"
    return "pairs of fits" if "reference" in frame and frame["reference"].notna().any() else "fits"


def rests(cells: pd.DataFrame, what: str) -> str:
    """The count of fits behind an answer."""
    usable, attempted = int(cells["usable"].sum()), int(cells["attempted"].sum())
    return f"It rests on {f'all {usable:,}' if usable == attempted else f'{usable:,} of {attempted:,}'} {what}."


def left_out(cells: pd.DataFrame) -> list[str]:
    """What an answer leaves out, with counts; empty where that is nothing."""
    if cells.empty:
        return []
    named = listed([cell_name(cell) for cell in cells.to_dict("records")], "cells")
    return [f"Left out, as under half of the fits are usable: {named}."]


def cell_name(cell: Mapping[Any, Any]) -> str:
    """A cell as a sentence names it, with its counts."""
    known = {name: str(value) for name, value in cell.items() if isinstance(value, str)}
    who = next((known[name] for name in ("method", "grid", "series") if name in known), "")
    against = f" beside {known['reference']}" if "reference" in known else ""
    where = next((known[name] for name in ("scenario", "group") if name in known), "")
    name = " in ".join(filter(None, [f"{who}{against}", where]))
    return f"{name} ({cell['usable']:.0f} of {cell['attempted']:.0f})"
