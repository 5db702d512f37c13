"""Zip plot of coverage (Morris, White & Crowther 2019): all intervals, ranked by their distance from the truth."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd

from simstudy.report.figures.canvas import Axes, Figure, Line2D
from simstudy.report.figures.panels import split
from simstudy.report.figures.style import WIDTH, no_data

COVERS, MISSES = "#56B4E9", "#B03A00"
#: Most intervals that are drawn in a panel; more cannot be told apart at the height of one.
MOST_LINES = 300
#: The axis starts at this centile of distance, or ten below the smallest coverage.
LOWEST = 60.0


def zip_figure(intervals: pd.DataFrame, parameter: str) -> Figure:
    """Intervals of one coefficient for each scenario (columns) and method (rows); those that miss are on top.

    An estimate of exactly zero has an interval of no width, drawn as a point.

    Parameters
    ----------
    intervals : DataFrame
        What `analysis.law_samples.intervals` returns, of as many scenarios as there is room for.
    parameter : str
        For the title.
    """
    if intervals.empty:
        return no_data("No method of this study has standard errors, so there are no intervals.")
    parts = split(intervals, ["family", "n", "scenario"])
    methods = list(dict.fromkeys(intervals["method"]))
    figure = Figure(figsize=(WIDTH, 1.75 * len(methods) + 0.9), layout="constrained")
    axes = figure.subplots(len(methods), len(parts), squeeze=False, sharey=True, sharex="col")
    shares = 100.0 * intervals.groupby(["method", "scenario"])["covers"].mean()
    lowest = float(np.clip(shares.min() - 10.0, 0.0, LOWEST))
    for column, part in enumerate(parts):
        for row, method in enumerate(methods):
            _zip(axes[row, column], part.rows[part.rows["method"] == method], lowest)
        axes[0, column].set_title(part.title)
        axes[-1, column].set_xlabel("estimate − truth")
    for row, method in enumerate(methods):
        axes[row, 0].set_ylabel(f"{fill(str(method), 22)}\ncentile of |z|", fontsize=7.5)
    handles = [
        Line2D([], [], color=COVERS, label="95 % interval that covers"),
        Line2D([], [], color=MISSES, linewidth=2.0, label="misses"),
        Line2D([], [], color="#333333", linestyle="--", label="95th centile"),
    ]
    figure.suptitle(f"Intervals of {parameter}", fontsize=10)
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    figure.set_label(_described(intervals, parameter))
    return figure


def _zip(axes: Axes, rows: pd.DataFrame, lowest: float) -> None:
    drawn = rows[rows["centile"] >= lowest]
    drawn = drawn.iloc[:: -(-len(drawn) // MOST_LINES) or 1]
    for covers, own in drawn.groupby("covers"):
        axes.hlines(
            own["centile"], own["lower"], own["upper"], color=COVERS if covers else MISSES,
            linewidth=0.5 if covers else 0.9, rasterized=True,
        )  # fmt: skip
    points = drawn[drawn["lower"] == drawn["upper"]]
    colours = [COVERS if covers else MISSES for covers in points["covers"]]
    axes.scatter(points["lower"], points["centile"], c=colours, marker="|", s=9, linewidths=0.9)
    axes.axvline(0.0, color="black", linewidth=0.9)
    axes.axhline(95.0, color="#333333", linestyle="--", linewidth=0.9)
    axes.set_ylim(lowest, 100.5)
    if len(rows):
        share = float(rows["covers"].mean())
        error = np.sqrt(share * (1 - share) / len(rows))
        box = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.0}
        text = f"covers {share:.3f} ({error:.3f})"
        axes.text(0.02, 0.04, text, transform=axes.transAxes, fontsize=7.5, bbox=box)


def _described(intervals: pd.DataFrame, parameter: str) -> str:
    found = intervals.groupby(["method", "scenario"], sort=False)["covers"].mean().reset_index()
    shares = (f"{method} in {scenario} {share:.3f}" for method, scenario, share in found.itertuples(index=False))
    ranked = f"95 % intervals of {parameter}, ranked by their distance from the truth."
    return f"{ranked} Coverage: {'; '.join(shares)}."
