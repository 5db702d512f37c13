"""How every figure looks: colours that colour-blind readers tell apart, and marks that tell them apart in grey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure, FixedLocator, FuncFormatter, Line2D, NullLocator
from simstudy.report.figures.direct import MOST_DIRECT, label_ends
from simstudy.report.figures.scales import plain_tick

#: Colours of Okabe & Ito (2008) without yellow, which is too light for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)))
#: Settings of every figure; text in SVG is drawn, so that it looks the same without the font.
SETTINGS: Any = {
    "svg.hashsalt": "simstudy",
    "svg.fonttype": "path",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.formatter.useoffset": False,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 4.5,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
}
#: A line of the theory.
THEORY: Any = {"alpha": 0.45, "linewidth": 4.0, "linestyle": (0, (0.9, 0.45)), "dash_capstyle": "butt"}
#: Width of a figure in inches, as wide as a column of the report.
WIDTH = 7.6
#: Most marks on an axis of sample sizes.
MOST_TICKS = 5


@dataclass(frozen=True)
class Look:
    """Colour, marker and dashes of one series, and its name."""

    colour: str
    marker: str
    dashes: Any
    name: str = ""


def looks(names: Iterable[str]) -> dict[str, Look]:
    """Look of each name, in order of first appearance; no two of the first 49 agree in colour and marker."""
    found = {}
    for k, name in enumerate(dict.fromkeys(names)):
        again = k // len(COLOURS)
        marker, dashes = MARKERS[(k + again) % len(MARKERS)], DASHES[(k + again) % len(DASHES)]
        found[name] = Look(COLOURS[k % len(COLOURS)], marker, dashes, str(name))
    return found


def panels(count: int, columns: int, height: float = 2.4, rows_of: int = 1) -> tuple[Figure, np.ndarray]:
    """Figure with `count` panels in rows of `columns`, each row of `rows_of` panels below each other.

    Returns
    -------
    figure : Figure
    axes : ndarray of Axes, shape (rows_of, count)
    """
    columns = max(1, min(count, columns))
    blocks = -(-count // columns)
    figure = Figure(figsize=(WIDTH, height * blocks * rows_of + 0.7), layout="constrained")
    grid = figure.subplots(blocks * rows_of, columns, squeeze=False)
    found = np.empty((rows_of, count), dtype=object)
    for k in range(blocks * columns):
        block, column = divmod(k, columns)
        for row in range(rows_of):
            axes = grid[block * rows_of + row, column]
            if k < count:
                found[row, k] = axes
            else:
                axes.set_visible(False)
    return figure, found


def simulated(axes: Axes, x: Any, rows: pd.DataFrame, name: str, look: Look, *, offset: float = 0.0) -> None:
    """Draw simulated values with their 95 % Monte Carlo band and error bars; columns `name`, `<name>_mcse`."""
    x = np.asarray(x, dtype=float) + offset
    value = rows[name].to_numpy(float)
    lower, upper = limits(rows, name)
    style = {"color": look.colour, "marker": look.marker, "linestyle": look.dashes}
    axes.plot(x, value, **style, markerfacecolor="white", zorder=3, label=look.name)
    axes.fill_between(x, lower, upper, color=look.colour, alpha=0.13, linewidth=0, zorder=1)
    axes.vlines(x, lower, upper, color=look.colour, linewidth=1.0, zorder=2)


def limits(rows: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the 95 % interval: the columns of the analysis, or 1.96 MCSE on both sides; the value where unknown."""
    value, mcse = rows[name].to_numpy(float), np.nan_to_num(rows[f"{name}_mcse"].to_numpy(float))
    if f"{name}_lower" not in rows:
        return value - 1.96 * mcse, value + 1.96 * mcse
    ends = (rows[f"{name}_{side}"].to_numpy(float) for side in ("lower", "upper"))
    lower, upper = (np.where(np.isnan(end), value, end) for end in ends)
    return lower, upper


def predicted(axes: Axes, x: Any, value: Any, look: Look) -> None:
    """Draw the theory: a thick pale line of the series' colour below its marks, dotted unlike a band."""
    axes.plot(x, np.asarray(value, dtype=float), color=look.colour, zorder=0.5, **THEORY)


def size_axis(axes: Axes, sizes: Iterable[float], name: str = "n") -> None:
    """Logarithmic horizontal axis with marks at the sample sizes themselves."""
    known = sorted({float(size) for size in sizes})
    step = -(-len(known) // MOST_TICKS)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(known[::-1][::step]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))
    axes.set_xlabel(name)


def right_ends(axes: np.ndarray, columns: int) -> list[Axes]:
    """Panels of `panels` that have no other at their right."""
    count = axes.shape[1]
    columns = max(1, min(count, columns))
    return [axes[row, k] for k in range(count) if (k + 1) % columns == 0 or k == count - 1 for row in range(len(axes))]


def legend(
    figure: Figure, known: Mapping[str, Look], *, theory: bool, more: Sequence[Line2D] = (), ends: Sequence[Axes] = ()
) -> None:
    """Legend of the series below the panels, with what bands and pale lines mean, and `more` entries.

    Where there are fewer than six series, those of the panels `ends` have their names beside their lines instead.
    """
    beside = named_beside(ends, known)
    handles = [
        Line2D(
            [], [], color=look.colour, marker=look.marker, linestyle=look.dashes, markerfacecolor="white", label=name
        )
        for name, look in known.items()
        if str(name) not in beside
    ]
    handles.append(Line2D([], [], color="#777777", linewidth=7, alpha=0.25, label="95 % Monte Carlo band"))
    if theory:
        handles.append(Line2D([], [], color="#555555", label="theory (pale dotted line)", **THEORY))
    handles += more
    figure.legend(handles=handles, loc="outside lower center", ncols=columns_for(handles), handlelength=3.2)


def named_beside(ends: Sequence[Axes], known: Mapping[str, Look]) -> set[str]:
    """Write names beside the lines of the panels `ends` where there are few, and return those names."""
    few = {str(name) for name in known} if len(known) <= MOST_DIRECT else set()
    return {name for each in ends for name in label_ends(each, few)}


def columns_for(handles: Sequence[Line2D]) -> int:
    """Columns of a legend that is as wide as the figure at most."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return max(1, min(len(handles), int(WIDTH * 13.0 / (longest + 8))))


def no_data(reason: str) -> Figure:
    """Figure that says in words why it is empty."""
    figure = Figure(figsize=(WIDTH, 1.2), layout="constrained")
    figure.text(0.5, 0.5, reason, ha="center", va="center")
    figure.set_label(reason)
    return figure


def families(frame: pd.DataFrame) -> list[str]:
    """Values of the column `family` in order of first appearance."""
    return [str(name) for name in dict.fromkeys(frame["family"])]
