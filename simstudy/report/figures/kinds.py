"""Kinds of figures that people know from rsimsum, of any study: heat map, ridge of densities, Bland-Altman."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.report.figures.canvas import Axes, Figure
from simstudy.report.figures.scales import log_axis
from simstudy.report.figures.style import COLOURS, WIDTH, no_data

#: Scenarios and pairs that are drawn, and points of a cloud; more cannot be told apart.
MOST_PANELS, MOST_POINTS = 4, 1500
#: Points of a density, and its reach in standard deviations.
GRID, REACH = 160, 4.0
#: Ratio of the values of a heat map from which on its colours are logarithmic.
WIDE = 8.0


def heat_map(rows: pd.DataFrame, label: str) -> Figure:
    """Values as colours, a row for each scenario and a column for each method, with the numbers written in.

    Parameters
    ----------
    rows : DataFrame
        `scenario`, `method`, `value`; one row for each cell.
    label : str
        What the value is.
    """
    if rows.empty or rows["value"].isna().all():
        return no_data(f"No fit succeeded: there is no {label} to draw.")
    table = rows.pivot_table(index="scenario", columns="method", values="value", sort=False, observed=True)
    height = 1.4 + 0.27 * len(table)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    values = table.to_numpy(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    wide = low > 0 and high > WIDE * low
    middle = np.sqrt(low * high) if wide else (low + high) / 2
    image = axes.imshow(values, aspect="auto", cmap="cividis", norm="log" if wide else "linear")
    for (line, column), value in np.ndenumerate(values):
        colour = "black" if value > middle else "white"
        axes.text(column, line, f"{value:.3g}", ha="center", va="center", fontsize=7.5, color=colour)
    axes.set_xticks(range(len(table.columns)), [str(name) for name in table.columns], rotation=25, ha="right")
    axes.set_yticks(range(len(table)), [str(name) for name in table.index], fontsize=7.5)
    axes.grid(visible=False)
    bar = figure.colorbar(image, ax=axes, label=label, shrink=0.8)
    if wide:
        log_axis(bar.ax.yaxis)
    first = rows.iloc[int(np.nanargmin(rows["value"].to_numpy(float)))]
    figure.set_label(f"{label} by scenario and method. Smallest: {first['value']:.3g} ({first['method']}).")
    return figure


def ridge(errors: pd.DataFrame, label: str) -> Figure:
    """Densities of the errors of each method, one above the other, a panel for each scenario; zero is the truth.

    Parameters
    ----------
    errors : DataFrame
        `scenario`, `method`, `error`; one row for each replicate.
    label : str
        What the error is that of.
    """
    if errors.empty:
        return no_data("No fit succeeded: there is nothing to draw.")
    scenarios = list(dict.fromkeys(errors["scenario"]))[:MOST_PANELS]
    methods = list(dict.fromkeys(errors["method"]))
    figure = Figure(figsize=(WIDTH, 1.0 + 0.42 * len(methods)), layout="constrained")
    grid = figure.subplots(1, len(scenarios), squeeze=False, sharey=True)
    for axes, scenario in zip(grid[0], scenarios, strict=True):
        own = errors[errors["scenario"] == scenario]
        for place, method in enumerate(methods[::-1]):
            values = own.loc[own["method"] == method, "error"].to_numpy(float)
            _density(axes, values, place, COLOURS[(len(methods) - 1 - place) % len(COLOURS)])
        axes.axvline(0.0, color="#333333", linewidth=0.9)
        axes.set_title(str(scenario), fontsize=8)
        axes.set_xlabel(f"error of {label}")
    grid[0, 0].set_yticks(range(len(methods)), methods[::-1], fontsize=7.5)
    spread = errors.groupby("method", sort=False)["error"].std()
    said = "; ".join(f"{method} {value:.3g}" for method, value in spread.items())
    figure.set_label(f"Densities of the error of {label}. Standard deviations over all scenarios: {said}.")
    return figure


def _density(axes: Axes, values: NDArray[np.float64], place: int, colour: str) -> None:
    """Gaussian kernel density (Silverman's width) on top of a line at a place; a stem where all values agree."""
    if len(values) < 2:
        return
    spread = float(values.std(ddof=1))
    if spread == 0.0:
        axes.vlines(values[0], place, place + 0.8, color=colour)
        return
    width = 0.9 * spread * len(values) ** -0.2
    middle = float(np.median(values))
    x = np.linspace(middle - REACH * spread, middle + REACH * spread, GRID)
    height = np.exp(-0.5 * ((x[:, np.newaxis] - values) / width) ** 2).mean(axis=1)
    axes.fill_between(x, place, place + 0.85 * height / height.max(), color=colour, alpha=0.35, linewidth=0)
    axes.plot(x, place + 0.85 * height / height.max(), color=colour, linewidth=1.0)


def bland_altman(pairs: pd.DataFrame, label: str) -> Figure:
    """Difference of two methods against their mean, a point for each data set; limits of agreement at 1.96 sd.

    Parameters
    ----------
    pairs : DataFrame
        `pair`, `scenario`, `first`, `second`; one row for each data set on which both are usable.
    label : str
        What is estimated.
    """
    if pairs.empty:
        return no_data("No two methods are usable on the same data.")
    names = list(dict.fromkeys(zip(pairs["pair"], pairs["scenario"], strict=True)))[:MOST_PANELS]
    columns = min(2, len(names))
    lines = -(-len(names) // columns)
    figure = Figure(figsize=(WIDTH, 2.6 * lines + 0.3), layout="constrained")
    grid = figure.subplots(lines, columns, squeeze=False)
    said = []
    for axes, name in zip(grid.flat, names, strict=False):
        own = pairs[(pairs["pair"] == name[0]) & (pairs["scenario"] == name[1])]
        apart = (own["first"] - own["second"]).to_numpy(float)
        mean, spread = float(apart.mean()), float(apart.std(ddof=1)) if len(apart) > 1 else 0.0
        shown = own.head(MOST_POINTS)
        axes.scatter((shown["first"] + shown["second"]) / 2, shown["first"] - shown["second"], s=5, alpha=0.35)
        for level, dashes in ((mean, "-"), (mean - 1.96 * spread, "--"), (mean + 1.96 * spread, "--")):
            axes.axhline(level, color="#333333", linestyle=dashes, linewidth=0.9)
        axes.set_title(f"{name[0]}\n{name[1]}", fontsize=8)
        axes.set_xlabel(f"mean of the two, {label}")
        axes.set_ylabel("difference")
        said.append(f"{name[0]} in {name[1]} {mean:.3g} ± {1.96 * spread:.3g}")
    for axes in list(grid.flat)[len(names) :]:
        axes.set_visible(False)
    figure.set_label(f"Difference of two methods on the same data against their mean: {'; '.join(said)}.")
    return figure
