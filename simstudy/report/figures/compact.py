"""The one-panel form of a figure, for narrow screens and for overviews."""

from __future__ import annotations

from typing import Any

from simstudy.report.figures.canvas import Figure

#: Size in inches, most entries of the legend, and most characters of an entry.
SIZE = (3.9, 3.5)
MOST_ENTRIES, LONGEST = 9, 34


def compact(figure: Figure) -> Figure:
    """The figure with its first panel alone; it is changed in place, so that it must have been written before.

    What the legend has no room for is left out of it: lines keep their marks, and the whole figure has it all.
    """
    drawn = [each for each in figure.axes if each.get_visible()]
    if not drawn:
        return figure
    # Of panels alike in content the first, as people read.
    first = max(drawn, key=content)
    label, ticks = next((each.get_ylabel() for each in drawn if each.get_ylabel()), ""), first.get_xlabel()
    below = [each.get_xlabel() for each in drawn if each.get_xlabel()]
    for each in figure.axes:
        if each is not first:
            each.remove()
    first.set_subplotspec(figure.add_gridspec(1, 1)[0])
    first.tick_params(labelbottom=True, labelleft=True)
    first.set_ylabel(first.get_ylabel() or label)
    first.set_xlabel(ticks or (below[0] if below else ""))
    figure.set_size_inches(*SIZE)
    _legends(figure)
    return figure


def content(axes: Any) -> int:
    """Points of the lines of a panel, and its other marks."""
    return sum(len(line.get_xdata()) for line in axes.lines) + len(axes.collections) + len(axes.patches)


def _legends(figure: Any) -> None:
    """Legends below the panel, in as many columns as fit."""
    for legend in list(figure.legends):
        handles = list(legend.legend_handles)[:MOST_ENTRIES]
        labels = [text.get_text() for text in legend.get_texts()][:MOST_ENTRIES]
        legend.remove()
        shown = [each if len(each) <= LONGEST else f"{each[: LONGEST - 1]}…" for each in labels]
        columns = 2 if max(map(len, shown), default=0) <= LONGEST // 2 + 4 else 1
        figure.legend(
            handles, shown, loc="outside lower center", ncols=columns, fontsize=7.0, handlelength=2.6, labelspacing=0.25
        )
