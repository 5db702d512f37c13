"""Simulated laws next to the predicted ones: histograms with the atom at zero, and QQ plots, for growing n."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure, Line2D, Patch
from simstudy.report.figures.panels import plain_value
from simstudy.report.figures.style import COLOURS, WIDTH, Look, looks

#: Sample sizes that get a histogram.
MOST_SIZES = 3
#: Inches of a line of panels.
HEIGHT = 1.65
#: Shares of exact zeros up to this one are not drawn.
SMALLEST_ATOM = 0.02
SIMULATED, PREDICTED = "#9db8cc", COLOURS[1]


def limit_law_figure(histograms: pd.DataFrame, quantiles: pd.DataFrame) -> Figure:
    """A block of panels for each law: histograms of sqrt(n)(betahat - beta0) with the law, n growing, then the QQ plot.

    Parameters
    ----------
    histograms : DataFrame
        Rows of `analyses.histograms.law_histograms` with `method` and `parameter`; a block for each in each `group`.
    quantiles : DataFrame
        `LawDistances.quantiles` of the same law.
    """
    blocks = [_block(rows, quantiles) for _, rows in histograms.groupby(["group", "method", "parameter"], sort=False)]
    lines = _packed([len(block.sizes) + 1 for block in blocks])
    height = HEIGHT * len(lines) + 0.9
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(len(lines), MOST_SIZES + 1, squeeze=False)
    known = looks([f"n = {plain_value(n)}" for n in sorted(set(histograms["n"]))])
    groups = histograms["group"].nunique() > 1
    for panels, places in zip(axes, lines, strict=True):
        left = iter(panels)
        for block in (blocks[place] for place in places):
            _draw_block([next(left) for _ in range(len(block.sizes) + 1)], block, known, groups)
        for each in left:
            each.set_visible(False)
    _legend(figure, known)
    figure.set_label(_described(histograms))
    return figure


@dataclass(frozen=True)
class Block:
    """A law: its rows of histograms and quantiles, and the sample sizes that get a histogram."""

    rows: pd.DataFrame
    quantiles: pd.DataFrame
    sizes: list[int]


def _block(rows: pd.DataFrame, quantiles: pd.DataFrame) -> Block:
    first = rows.iloc[0]
    own = quantiles["scenario"].isin(rows["scenario"])
    own &= (quantiles["method"] == first["method"]) & (quantiles["parameter"] == first["parameter"])
    return Block(rows, quantiles[own], _spread(sorted({int(n) for n in rows["n"]})))


def _packed(widths: Sequence[int]) -> list[list[int]]:
    """Places of the blocks on each line: as many as have room, in their order."""
    lines: list[list[int]] = []
    for place, width in enumerate(widths):
        if lines and sum(widths[other] for other in lines[-1]) + width <= MOST_SIZES + 1:
            lines[-1].append(place)
        else:
            lines.append([place])
    return lines


def _draw_block(panels: Sequence[Axes], block: Block, known: Mapping[str, Look], groups: bool) -> None:
    first = block.rows.iloc[0]
    for each, n in zip(panels, block.sizes, strict=False):
        _histogram(each, block.rows[block.rows["n"] == n])
        each.set_title(f"n = {plain_value(n)}", fontsize=8)
        each.set_xlabel("√n (estimate − truth)", fontsize=7.5)
        each.set_yticks([])
    group = str(first["group"]).replace("_", " ")
    words = [str(first["parameter"]), str(first["method"]), *([group] if groups else [])]
    panels[0].set_ylabel("\n".join(fill(each, 20) for each in words), fontsize=7.5)
    _quantiles(panels[-1], block.quantiles, known)
    panels[-1].set_title("QQ", fontsize=8)
    panels[-1].set_xlabel("quantile, law", fontsize=7.5)
    for each in panels:
        each.tick_params(labelsize=7)


def _spread(sizes: list[int]) -> list[int]:
    """At most three sizes, the first and the last among them."""
    places = np.unique(np.linspace(0, len(sizes) - 1, min(MOST_SIZES, len(sizes))).round().astype(int))
    return [sizes[place] for place in places]


def _histogram(axes: Axes, rows: pd.DataFrame) -> None:
    if rows.empty:
        axes.set_axis_off()
        return
    edges = np.append(rows["left"].to_numpy(), rows["right"].iloc[-1])
    middle = (edges[:-1] + edges[1:]) / 2
    axes.stairs(rows["simulated"], edges, fill=True, color=SIMULATED, zorder=1)
    axes.vlines(
        middle,
        rows["simulated"] - 1.96 * rows["simulated_mcse"],
        rows["simulated"] + 1.96 * rows["simulated_mcse"],
        color="#5b7c94", linewidth=0.7, zorder=2,
    )  # fmt: skip
    axes.plot(middle, rows["predicted"], color=PREDICTED, zorder=3)
    axes.set_ylim(bottom=0.0)
    first = rows.iloc[0]
    if max(first["atom"], first["atom_predicted"]) > SMALLEST_ATOM:
        _atom(axes, first)


def _atom(axes: Axes, row: pd.Series) -> None:
    """The atom as a stem at zero, on the scale of the density's highest bar, with both probabilities in words."""
    top = axes.get_ylim()[1]
    axes.vlines(row["zero"], 0, top * row["atom"], color="#5b7c94", linewidth=4.0, zorder=4)
    axes.plot(
        [row["zero"]], [top * row["atom_predicted"]], marker="_", markersize=13, mew=2.2, color=PREDICTED, zorder=5
    )
    text = f"P(zero)\n{row['atom']:.3f} ({row['atom_mcse']:.3f})\nlaw {row['atom_predicted']:.3f}"
    axes.text(0.98, 0.97, text, transform=axes.transAxes, ha="right", va="top", fontsize=6.5, linespacing=1.1)
    axes.set_ylim(0, top * 1.25)


def _quantiles(axes: Axes, rows: pd.DataFrame, known: Mapping[str, Look]) -> None:
    ends = [rows["predicted"].min(), rows["predicted"].max()]
    axes.plot(ends, ends, color="#555555", linewidth=0.9, zorder=0)
    for n in sorted(set(rows["n"])):
        own, look = rows[rows["n"] == n], known[f"n = {plain_value(n)}"]
        style: Any = {"marker": look.marker, "color": look.colour, "markersize": 3.0, "mfc": "white", "ls": ""}
        axes.plot(own["predicted"], own["simulated"], **style, markevery=4)
    axes.set_ylabel("simulated", fontsize=7.5)


def _legend(figure: Figure, known: Mapping[str, Look]) -> None:
    handles: list[Line2D | Patch] = [
        Patch(color=SIMULATED, label="simulated"),
        Line2D([], [], color="#5b7c94", marker="|", ls="", label="95 % Monte Carlo band"),
        Line2D([], [], color=PREDICTED, label="predicted law"),
        Line2D([], [], color="#5b7c94", linewidth=4.0, label="P(zero): full height is 1"),
    ]
    handles += [
        Line2D([], [], color=look.colour, marker=look.marker, ls="", mfc="white", label=f"QQ, {name}")
        for name, look in known.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)


def _described(histograms: pd.DataFrame) -> str:
    atoms = "; ".join(
        f"{parameter} of {method} in {scenario}: P(zero) {atom:.3f}, law {law:.3f}"
        for (parameter, method, scenario), own in histograms.groupby(["parameter", "method", "scenario"], sort=False)
        for atom, law in own[["atom", "atom_predicted"]].head(1).itertuples(index=False)
    )
    return f"Histograms of root n times (estimate minus truth) with the predicted law, and QQ plots. {atoms}."
