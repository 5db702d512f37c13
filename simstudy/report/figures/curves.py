"""Curves over one scenario variable: a line for each method, the theory below it, a panel for each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simstudy.errors import InputError
from simstudy.report.figures.canvas import Axes, Figure
from simstudy.report.figures.panels import Panel, split
from simstudy.report.figures.scales import crosses_far, log_axis, symmetric_log_axis
from simstudy.report.figures.style import (
    THEORY,
    Look,
    legend,
    looks,
    no_data,
    panels,
    predicted,
    right_ends,
    simulated,
    size_axis,
)

#: Ratio of the ends of an axis from which on it can be logarithmic; below it would have a single mark.
WIDE = 2.0


@dataclass(frozen=True)
class Quantity:
    """What is drawn on a vertical axis.

    Parameters
    ----------
    name : str
        Column of the values; `<name>_mcse`, and where there are `<name>_lower`, `<name>_upper` and `<name>_predicted`,
        go with it.
    label : str
        Label of the axis.
    share : bool
        Whether values lie between 0 and 1.
    line : float, optional
        Where a horizontal line of reference is drawn.
    log : bool
        Whether the axis is logarithmic where the values differ by more than a factor of two. Values of either sign
        that differ much have a symmetric logarithmic axis in any case.
    shared : bool
        Whether all panels have one scale.
    least : float, optional
        Smallest upper end of the axis, so that nothing is not blown up.
    """

    name: str
    label: str
    share: bool = False
    line: float | None = None
    log: bool = False
    shared: bool = True
    least: float | None = None


@dataclass(frozen=True)
class Axis:
    """Horizontal axis: a column, its label, whether it is logarithmic, and a column with places to mark on it.

    `marks` is where theory puts a jump of a line: a vertical line of its colour.
    """

    name: str
    label: str
    log: bool = False
    marks: str = ""


def curves(
    frame: pd.DataFrame,
    axis: Axis,
    quantities: Sequence[Quantity],
    by: Sequence[str],
    series: str = "method",
    columns: int = 3,
) -> Figure:
    """Figure with one column of panels for each combination of `by`, one row for each quantity.

    Parameters
    ----------
    frame : DataFrame
        One row for each point.
    axis : Axis
    quantities : sequence of Quantity
    by : sequence of str
        Columns that tell panels apart.
    series : str
        Column that tells lines apart.
    columns : int
        Most panels beside each other.

    Raises
    ------
    InputError
        Two points of a line lie at one place of the axis.
    """
    if not frame[[quantity.name for quantity in quantities]].notna().to_numpy().any():
        return no_data("No fit succeeded: there is nothing to draw.")
    parts = split(frame, by)
    for part in parts:
        _check_lines(part, axis, series)
    # A panel in which nothing varies along the axis has points and no curve; the table has its numbers.
    parts = [part for part in parts if part.rows[axis.name].nunique() > 1] or parts
    known = looks(frame[series])
    figure, axes = panels(len(parts), columns, rows_of=len(quantities))
    for row, quantity in enumerate(quantities):
        for k, part in enumerate(parts):
            _draw(axes[row, k], part, axis, quantity, (series, known))
            if row == 0:
                axes[row, k].set_title(part.title)
            if k % min(len(parts), columns) == 0:
                axes[row, k].set_ylabel(quantity.label)
        scale(list(axes[row]), quantity)
    has_marks = bool(axis.marks) and bool(frame[axis.marks].notna().any())
    has_theory = has_marks or any(_has_theory(frame, quantity) for quantity in quantities)
    legend(figure, known, theory=has_theory, ends=right_ends(axes, columns))
    figure.set_label(described(frame, axis, quantities, series))
    return figure


def _check_lines(part: Panel, axis: Axis, series: str) -> None:
    """Refuse a line that would join points which differ in more than what is drawn."""
    again = part.rows[part.rows.duplicated([series, axis.name], keep=False)]
    if again.empty:
        return
    first = again.iloc[0]
    alike = again[(again[series] == first[series]) & (again[axis.name] == first[axis.name])]
    labels = ", ".join(dict.fromkeys(map(str, alike["scenario"]))) if "scenario" in alike else f"{len(alike)} rows"
    raise InputError(
        f"{first[series]} has several values at {axis.label} = {first[axis.name]}: {labels} differ in what is not shown"
    )


def _draw(axes: Axes, part: Panel, axis: Axis, quantity: Quantity, series: tuple[str, dict[str, Look]]) -> None:
    column, known = series
    for name, rows in part.rows.groupby(column, sort=False):
        own = rows.sort_values(axis.name, kind="stable")
        simulated(axes, own[axis.name], own, quantity.name, known[str(name)])
        if _has_theory(own, quantity):
            predicted(axes, own[axis.name], own[f"{quantity.name}_predicted"], known[str(name)])
        for place in own[axis.marks].dropna().unique() if axis.marks else ():
            axes.axvline(place, color=known[str(name)].colour, zorder=0.5, **THEORY)
    if quantity.line is not None:
        axes.axhline(quantity.line, color="#555555", linewidth=0.9, zorder=0)
    if axis.log:
        size_axis(axes, part.rows[axis.name], axis.label)
    else:
        axes.set_xlabel(axis.label)


def scale(axes: Sequence[Axes], quantity: Quantity) -> None:
    """Vertical scales of the panels of one quantity."""
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for each in axes for line in each.lines])
    known = values[np.isfinite(values)]
    for each in axes:
        if crosses_far(known):
            symmetric_log_axis(each.yaxis, known)
        elif quantity.log and known.min() > 0.0 and known.max() > WIDE * known.min():
            log_axis(each.yaxis)
    ends = [each.get_ylim() for each in axes]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    for each in axes:
        if quantity.least is not None:
            each.set_ylim(top=max(each.get_ylim()[1], quantity.least))
        if quantity.share or quantity.shared:
            each.set_ylim((-0.04, 1.04) if quantity.share else (low, high))


def _has_theory(frame: pd.DataFrame, quantity: Quantity) -> bool:
    name = f"{quantity.name}_predicted"
    return name in frame and bool(frame[name].notna().any())


def described(frame: pd.DataFrame, axis: Axis, quantities: Sequence[Quantity], series: str) -> str:
    """The figure in words, for readers who do not see it: what is drawn, and the ends of each line."""
    first = quantities[0]
    ends = []
    for name, rows in frame.groupby(series, sort=False):
        means = rows.groupby(axis.name)[first.name].mean().dropna()
        if len(means):
            left, right = ((means.index[k], means.iloc[k]) for k in (0, -1))
            ends.append(f"{name} {left[1]:.3g} at {left[0]:.4g} and {right[1]:.3g} at {right[0]:.4g}")
    drawn = ", ".join(quantity.label for quantity in quantities)
    kind = "method" if series == "method" else "comparison"
    found = f"Mean over panels of {first.label}: {'; '.join(ends)}."
    return f"{drawn} against {axis.label}, one line for each {kind}. {found}"
