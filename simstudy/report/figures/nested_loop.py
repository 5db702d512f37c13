"""Nested-loop plot for large grids (Ruecker & Schwarzer 2014): every scenario beside the next, its factors as steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure
from simstudy.report.figures.panels import TITLES, plain_value
from simstudy.report.figures.scales import crosses_far, log_axis, symmetric_log_axis
from simstudy.report.figures.style import WIDTH, Look, legend, limits, looks, no_data

#: Share of the height that the factors take up, for each of them.
FACTOR = 0.42


def nested_loop_figure(frame: pd.DataFrame, label: str, factors: Sequence[str]) -> Figure:
    """Steps of one measure over all scenarios, ordered by their factors, which are drawn as steps below.

    Parameters
    ----------
    frame : DataFrame
        One row for each scenario and method: `method`, `value` with `value_mcse`, and the factors.
    label : str
        What the value is.
    factors : sequence of str
        Columns that tell scenarios apart, the slowest first.
    """
    if frame["value"].notna().sum() == 0:
        return no_data("No fit succeeded: there is nothing to draw.")
    keys = frame[list(factors)].drop_duplicates().sort_values(list(factors), kind="stable").reset_index(drop=True)
    data = frame.merge(keys.assign(position=np.arange(len(keys))), on=list(factors))
    known = looks(data["method"])
    figure = Figure(figsize=(WIDTH, 3.2 + FACTOR * len(factors) + 0.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, FACTOR * len(factors)])
    for method, rows in data.groupby("method", sort=False):
        _steps(upper, rows.sort_values("position"), known[str(method)])
    _factors(lower, keys)
    if data["value"].min() > 0:
        log_axis(upper.yaxis)
    elif crosses_far(data["value"]):
        symmetric_log_axis(upper.yaxis, data["value"])
    upper.set_ylabel(label)
    # A scenario's place in the order is no number to read.
    lower.set_xticks([])
    lower.set_xlabel(f"{len(keys)} scenarios, ordered by {', then '.join(factors)}")
    legend(figure, known, theory=False, ends=[upper])
    ranges = (
        f"{name} from {rows['value'].min():.3g} to {rows['value'].max():.3g}" for name, rows in data.groupby("method")
    )
    figure.set_label(f"{label} of each method over {len(keys)} scenarios. {'; '.join(ranges)}.")
    return figure


def _steps(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    # A step is as wide as its scenario: from position - 1/2 to position + 1/2.
    x = rows["position"].to_numpy(float)
    edges = np.repeat(x, 2) + np.tile([-0.5, 0.5], len(x))
    lower, upper = (np.repeat(end, 2) for end in limits(rows, "value"))
    axes.plot(
        edges, np.repeat(rows["value"].to_numpy(float), 2), color=look.colour, linestyle=look.dashes, label=look.name
    )
    axes.plot(x, rows["value"], color=look.colour, linestyle="", marker=look.marker, markersize=3.2, mfc="white")
    axes.fill_between(edges, lower, upper, color=look.colour, alpha=0.2, linewidth=0)


def _factors(axes: Axes, keys: pd.DataFrame) -> None:
    x = np.repeat(np.arange(len(keys), dtype=float), 2) + np.tile([-0.5, 0.5], len(keys))
    for place, name in enumerate(keys.columns[::-1]):
        levels = list(dict.fromkeys(keys[name]))
        ranks = keys[name].map({level: rank for rank, level in enumerate(levels)}).to_numpy(float)
        axes.plot(x, np.repeat(place + 0.55 * ranks / max(1, len(levels) - 1), 2), color="#333333", linewidth=1.0)
        shown = ", ".join(level if isinstance(level, str) else plain_value(level) for level in levels)
        words = TITLES.get(str(name), "").removesuffix(" = ").strip() or str(name)
        axes.text(-0.4, place + 0.6, f"{words}: {shown}", fontsize=7.5, va="bottom", color="#333333")
    axes.set_ylim(-0.2, len(keys.columns) + 0.1)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
