"""Names of lines beside their ends, in place of a legend that a reader has to go back and forth to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from textwrap import fill

import numpy as np

from simstudy.report.figures.canvas import Axes, Line2D

#: Lines of a panel that can have their names beside them, and characters of a line of a name.
MOST_DIRECT, LONGEST = 5, 18
SIZE = 7.5
#: What tells these names from other texts of a panel.
MARK = "direct label"
#: Inches of a panel's share of the height that its ticks, labels and title take up.
AROUND = 0.65
#: Share of a colour's brightness that its name keeps: paler text would be too weak on white.
DARKER = 0.68


def label_ends(axes: Axes, names: Collection[str]) -> list[str]:
    """Write the names of lines at the right of a panel, each as high as its line ends, as far as there is room.

    Parameters
    ----------
    axes : Axes
        Whose scales no longer change.
    names : collection of str
        Labels of the lines that are to be named.

    Returns
    -------
    list of str
        Those that the panel has, from the lowest to the highest.
    """
    found = {str(line.get_label()): line for line in axes.lines if line.get_label() in names and len(_finite(line))}
    if not found:
        return []
    low, high = axes.get_ylim()
    # The last point may lie outside of the panel, its name may not.
    ends = {name: _last_seen(line, axes) for name, line in found.items()}
    ends = {name: (x, min(max(y, min(low, high)), max(low, high))) for name, (x, y) in ends.items()}
    heights = {name: _share(axes, end) for name, end in ends.items()}
    order = sorted(found, key=heights.__getitem__)
    texts = [fill(name.replace(" = ", "\u00a0=\u00a0"), LONGEST, break_long_words=False) for name in order]
    needed = [(text.count("\n") + 1) * SIZE * 1.3 / _points_of_height(axes) for text in texts]
    for name, text, height in zip(order, texts, spread([heights[name] for name in order], needed), strict=True):
        colour = str(found[name].get_color())
        axes.annotate(
            text, ends[name], xytext=(1.03, height), textcoords="axes fraction", fontsize=SIZE, va="center", ha="left",
            color=tuple(DARKER * part for part in _rgb(colour)), gid=MARK, linespacing=1.1, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "alpha": 0.7, "shrinkA": 1, "shrinkB": 3},
        )  # fmt: skip
    return order


def spread(wanted: Sequence[float], needed: Sequence[float]) -> list[float]:
    """Rising heights as near to those wanted as texts of the sizes needed allow without overlap.

    Neighbours that are too close share their mean place (pool adjacent violators on the places less the room below).
    """
    room = np.concatenate([[0.0], np.cumsum([(a + b) / 2.0 for a, b in pairwise(needed)])])
    blocks: list[tuple[float, int]] = []
    for place in np.asarray(wanted) - room:
        blocks.append((float(place), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (first, some), (second, more) = blocks[-2:]
            blocks[-2:] = [((some * first + more * second) / (some + more), some + more)]
    pooled = np.repeat([place for place, _ in blocks], [count for _, count in blocks])
    return [float(each) for each in pooled + room]


def _finite(line: Line2D) -> np.ndarray:
    x, y = (np.asarray(each, dtype=float) for each in (line.get_xdata(), line.get_ydata()))
    points = np.column_stack([x, y])
    finite: np.ndarray = points[np.isfinite(points).all(axis=1)]
    return finite


def _last_seen(line: Line2D, axes: Axes) -> tuple[float, float]:
    """The right-most point of a line within the panel's width."""
    points = _finite(line)
    inside = points[points[:, 0] <= max(axes.get_xlim())]
    chosen = inside if len(inside) else points[:1]
    x, y = chosen[np.argmax(chosen[:, 0])]
    return float(x), float(y)


def _share(axes: Axes, point: tuple[float, float]) -> float:
    """Height of a point as a share of the panel's."""
    return float(axes.transAxes.inverted().transform(axes.transData.transform(point))[1])


def _points_of_height(axes: Axes) -> float:
    """About how many points high a panel will be when it is laid out."""
    figure, place = axes.get_figure(root=True), axes.get_subplotspec()
    height = figure.get_size_inches()[1] if figure is not None else 4.0
    rows = place.get_gridspec().nrows if place is not None else 1
    return 72.0 * float(max(height / rows - AROUND, 0.6))


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5))
