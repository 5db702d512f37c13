"""Forest of values with their Monte Carlo intervals: a panel for each quantity, a row for each scenario and method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure
from simstudy.report.figures.scales import crosses_far, symmetric_log_axis
from simstudy.report.figures.style import WIDTH, Look, legend, limits, looks, no_data

#: Panels, and lines of one panel, that are drawn; a title says how many are left out.
MOST_PANELS, MOST_LINES = 6, 36
COLUMNS = 3


def forest_figure(rows: pd.DataFrame, label: str, zero: bool) -> Figure:
    """Values with 95 % Monte Carlo intervals.

    Parameters
    ----------
    rows : DataFrame
        `panel`, `scenario`, `method`, `value` with `value_mcse`, and `value_lower`, `value_upper` where they are known;
        one row for each panel, scenario and method.
    label : str
        What the value is.
    zero : bool
        Whether stems start at zero, as those of a bias do.
    """
    known = rows.dropna(subset=["value"])
    if known.empty:
        return no_data(f"No fit succeeded: there is no {label} to draw.")
    panels, scenarios = (list(dict.fromkeys(known[name])) for name in ("panel", "scenario"))
    methods = looks(known["method"])
    drawn, shown = panels[:MOST_PANELS], scenarios[: max(1, MOST_LINES // (len(methods) + 1))]
    columns = min(COLUMNS, len(drawn))
    lines = -(-len(drawn) // columns)
    height = 0.7 + 0.16 * len(shown) * (len(methods) + 1)
    figure = Figure(figsize=(WIDTH, lines * height + 0.8), layout="constrained")
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    for place, axes in enumerate(grid.flat):
        if place >= len(drawn):
            axes.set_visible(False)
            continue
        _panel(axes, known[known["panel"] == drawn[place]], shown, methods, zero)
        axes.set_title(str(drawn[place]).replace("_", " "))
        axes.set_xlabel(label)
    left = [(panels, drawn, "quantities"), (scenarios, shown, "scenarios")]
    cut = [f"{len(some)} of {len(every)} {what}" for every, some, what in left if len(some) < len(every)]
    if cut:
        figure.suptitle(f"the first {' and the first '.join(cut)}", fontsize=9)
    legend(figure, methods, theory=False)
    figure.set_label(_described(known, label))
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, scenarios: list[str], methods: dict[str, Look], zero: bool) -> None:
    step = 1.0 / (len(methods) + 1)
    for offset, (method, look) in enumerate(methods.items(), start=1):
        own = rows[(rows["method"] == method) & rows["scenario"].isin(scenarios)]
        if own.empty:
            continue
        place = np.array([scenarios.index(name) for name in own["scenario"]]) + step * offset
        lower, upper = limits(own, "value")
        if zero:
            axes.hlines(place, 0.0, own["value"], color=look.colour, linewidth=0.8, alpha=0.5)
        axes.hlines(place, lower, upper, color=look.colour, linewidth=2.0)
        axes.plot(own["value"], place, color=look.colour, marker=look.marker, ls="", mfc="white", zorder=3)
    if zero:
        axes.axvline(0.0, color="#555555", linewidth=0.9, zorder=0)
    if crosses_far(rows["value"]):
        symmetric_log_axis(axes.xaxis, rows["value"])
    axes.set_yticks(np.arange(len(scenarios)) + 0.5, scenarios)
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_ylim(len(scenarios), 0.0)


def _described(rows: pd.DataFrame, label: str) -> str:
    first = rows.iloc[int(rows["value"].abs().argmax())]
    where = f"{first['panel']}, {first['method']}, {first['scenario']}"
    return f"{label} of each method with 95 % Monte Carlo intervals. Largest in size: {first['value']:.3g} ({where})."
