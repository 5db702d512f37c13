"""Simulated laws next to the predicted ones: histograms with the atom at zero, and QQ plots, for growing n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure, Line2D, Patch
from simstudy.report.figures.style import COLOURS, WIDTH, Look, looks, no_data

#: Sample sizes that get a histogram.
MOST_SIZES = 3
#: Shares of exact zeros up to this one are not drawn.
SMALLEST_ATOM = 0.02
SIMULATED, PREDICTED = "#9db8cc", COLOURS[1]


def limit_law_figure(histograms: Mapping[str, pd.DataFrame], quantiles: pd.DataFrame, method: str) -> Figure:
    """A row for each coefficient: histograms of sqrt(n)(betahat - beta0) with the law, n growing, then the QQ plot.

    Parameters
    ----------
    histograms : mapping of coefficient to DataFrame
        What `analysis.law_samples.law_histograms` returns, of scenarios that differ in n only.
    quantiles : DataFrame
        `LawDistances.quantiles` of the same law, method and scenarios.
    method : str
        For the title.
    """
    rows = {parameter: frame for parameter, frame in histograms.items() if len(frame)}
    if not rows:
        return no_data("No method of this study has both usable replicates and a predicted law.")
    sizes = _spread(sorted({int(n) for frame in rows.values() for n in frame["n"]}))
    figure = Figure(figsize=(WIDTH, 2.25 * len(rows) + 0.9), layout="constrained")
    axes = figure.subplots(len(rows), len(sizes) + 1, squeeze=False)
    known = looks([f"n = {n}" for n in sizes])
    for line, (parameter, frame) in zip(axes, rows.items(), strict=True):
        for each, n in zip(line, sizes, strict=False):
            _histogram(each, frame[frame["n"] == n])
            each.set_title(f"{parameter}, n = {n}")
        _quantiles(line[-1], quantiles[quantiles["parameter"] == parameter], known)
        line[-1].set_title(f"{parameter}, QQ")
        line[0].set_ylabel("density")
    for each in axes[-1][:-1]:
        each.set_xlabel("√n (estimate − truth)")
    axes[-1][-1].set_xlabel("quantile, law")
    figure.suptitle(method, fontsize=10)
    _legend(figure, known)
    figure.set_label(_described(rows, method))
    return figure


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
    axes.text(0.98, 0.97, text, transform=axes.transAxes, ha="right", va="top", fontsize=7, linespacing=1.15)
    axes.set_ylim(0, top * 1.25)


def _quantiles(axes: Axes, rows: pd.DataFrame, known: Mapping[str, Look]) -> None:
    ends = [rows["predicted"].min(), rows["predicted"].max()]
    axes.plot(ends, ends, color="#555555", linewidth=0.9, zorder=0)
    for n, own in rows.groupby("n"):
        look = known.get(f"n = {n}")
        if look is not None:
            style: Any = {"marker": look.marker, "color": look.colour, "markersize": 3.0, "mfc": "white", "ls": ""}
            axes.plot(own["predicted"], own["simulated"], **style, markevery=4)
    axes.set_ylabel("quantile, simulated")


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


def _described(rows: Mapping[str, pd.DataFrame], method: str) -> str:
    atoms = "; ".join(
        f"{parameter} at n = {n}: P(zero) {own['atom'].iloc[0]:.3f}, law {own['atom_predicted'].iloc[0]:.3f}"
        for parameter, frame in rows.items()
        for n, own in frame.groupby("n")
    )
    return (
        f"Histograms of root n times (estimate minus truth) of {method} with the predicted law, and QQ plots. {atoms}."
    )
