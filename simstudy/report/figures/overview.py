"""The figure that every study has: a measure over the scenario variable that varies most, or over the whole grid."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.figures.nested_loop import nested_loop_figure
from simstudy.report.figures.panels import TITLES, split
from simstudy.report.figures.style import limits, looks, no_data, panels

#: More panels than this are a nested-loop plot.
MOST_PANELS = 6
#: Ratio of the largest to the smallest value from which on an axis is logarithmic.
WIDE = 8.0
#: Variables that sizes and probabilities are spread over evenly on a logarithmic axis.
LOGARITHMIC = ("n", "p", "sigma", "prevalence")


def overview_figure(rows: pd.DataFrame, label: str, columns: Sequence[str]) -> Figure:
    """A value of every scenario and method.

    Parameters
    ----------
    rows : DataFrame
        `scenario`, `method`, `value` with `value_mcse`, and `columns`.
    label : str
        What the value is.
    columns : sequence of str
        What scenarios may differ in.
    """
    if rows["value"].notna().sum() == 0:
        return no_data(f"No fit succeeded: there is no {label} to draw.")
    varying = [name for name in columns if rows[name].nunique(dropna=False) > 1]
    numeric = [name for name in varying if pd.api.types.is_numeric_dtype(rows[name]) and rows[name].notna().all()]
    if not numeric:
        return _dots(rows, label)
    axis = max(numeric, key=lambda name: rows[name].nunique())
    by = [name for name in varying if name != axis and not _follows(rows, name, axis)]
    rows = rows.assign(everything="")
    if len(split(rows, by or ["everything"])) > MOST_PANELS:
        return nested_loop_figure(rows, label, [*by, axis])
    log = axis in LOGARITHMIC and bool((rows[axis] > 0).all())
    shown = TITLES.get(axis, axis).removesuffix(" = ").strip()
    value = Quantity("value", label, log=_wide(rows), shared=False)
    return curves(rows, Axis(axis, shown, log=log), (value,), by or ["everything"])


def _wide(rows: pd.DataFrame) -> bool:
    """Whether values differ so much that only a logarithmic axis shows all of them."""
    known = rows["value"].dropna()
    return bool(known.min() > 0 and known.max() > WIDE * known.min())


def _follows(rows: pd.DataFrame, name: str, axis: str) -> bool:
    """Whether a column is known from the axis, as the intercept is from the prevalence."""
    return bool((rows.groupby(axis)[name].nunique(dropna=False) == 1).all()) and name != "family"


def _dots(rows: pd.DataFrame, label: str) -> Figure:
    """One point for each method, where nothing varies that an axis could show."""
    parts = split(rows, ["scenario"])
    known = looks(rows["method"])
    names = list(known)[::-1]
    figure, axes = panels(len(parts), 2, height=0.9 + 0.28 * len(names))
    for part, each in zip(parts, axes[0], strict=True):
        for method, own in part.rows.groupby("method", sort=False):
            place, look = names.index(str(method)), known[str(method)]
            lower, upper = limits(own, "value")
            each.hlines([place] * len(own), lower, upper, color=look.colour, linewidth=2.0)
            each.plot(own["value"], [place] * len(own), color=look.colour, marker=look.marker, ls="", mfc="white")
        each.set_yticks(range(len(names)), names)
        each.set_title(part.title)
        each.set_xlabel(f"{label}, 95 % Monte Carlo interval")
    best = rows.iloc[int(rows["value"].argmin())]
    figure.set_label(f"{label} of each method. Smallest: {best['value']:.3g}, {best['method']} in {best['scenario']}.")
    return figure
