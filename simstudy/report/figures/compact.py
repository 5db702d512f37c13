"""The one-panel form of a figure, for narrow screens and for overviews."""

from __future__ import annotations

from typing import Any

from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.direct import MARK

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
    for text in [each for each in first.texts if each.get_gid() == MARK]:
        text.remove()
    figure.set_size_inches(*SIZE)
    _legends(figure, first)
    return figure


def content(axes: Any) -> int:
    """Points of the lines of a panel, and its other marks."""
    return sum(len(line.get_xdata()) for line in axes.lines) + len(axes.collections) + len(axes.patches)


def _legends(figure: Any, panel: Any) -> None:
    """One legend below the panel, in as many columns as fit: what has a name in the panel, and what legends say."""
    entries = {str(label): handle for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)}
    for legend in list(figure.legends):
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            entries.setdefault(text.get_text(), handle)
        legend.remove()
    if entries:
        labels, handles = (list(each)[:MOST_ENTRIES] for each in (entries, entries.values()))
        shown = [each if len(each) <= LONGEST else f"{each[: LONGEST - 1]}…" for each in labels]
        columns = 2 if max(map(len, shown), default=0) <= LONGEST // 2 + 4 else 1
        figure.legend(
            handles, shown, loc="outside lower center", ncols=columns, fontsize=7.0, handlelength=2.6, labelspacing=0.25
        )
