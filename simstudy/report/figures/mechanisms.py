"""Figures on how the penalty acts: by its form, by observation, and in a training loop."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simstudy.measures.numbers import with_mcse
from simstudy.report.figures.canvas import Figure, FixedLocator, NullLocator
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.figures.panels import split
from simstudy.report.figures.style import limits, looks, no_data, panels


def penalties_figure(result: pd.DataFrame) -> Figure:
    """Share of the zero coefficients that are found, and RMSE over that of the oracle, against n for each penalty."""
    zeros = Quantity("zeros", "zeros found", share=True)
    ratio = Quantity("rmse_ratio", "RMSE / oracle's", line=1.0, shared=False)
    return curves(result, Axis("n", "n", log=True), (zeros, ratio), ["family", "prevalence"], columns=2)


def activation_figure(result: pd.DataFrame) -> Figure:
    """Weight of the penalty on observations against their margin: a panel for each scenario."""
    within = result[np.isfinite(result["lower_end"]) | np.isfinite(result["upper_end"])]
    if within.empty:
        return no_data("There are no usable results to draw.")
    ends = sorted(within["lower_end"].unique())
    names = dict(zip(within["lower_end"], within["margin"], strict=True))
    data = within.assign(place=within["lower_end"].map({end: place for place, end in enumerate(ends)}))
    weight = Quantity("weight", "weight of the penalty")
    figure = curves(data, Axis("place", "margin of the observation"), (weight,), ["scenario"], columns=2)
    for axes in figure.axes:
        axes.xaxis.set_major_locator(FixedLocator(range(len(ends))))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticklabels([names[end] for end in ends], rotation=40, ha="right", fontsize=7.5)
    first = data.groupby(["method", "place"], sort=False)["weight"].mean()
    said = (
        f"{method} from {rows.iloc[0]:.3g} to {rows.iloc[-1]:.3g}"
        for method, rows in first.groupby("method", sort=False)
    )
    across = f"from margin {names[ends[0]]} to {names[ends[-1]]}"
    figure.set_label(f"Weight of the penalty against the observation's margin; {across}: {'; '.join(said)}.")
    return figure


def training_figure(result: pd.DataFrame) -> Figure:
    """Distance of the training loop's end from the objective's minimiser for each penalty, on a logarithmic axis."""
    if result.empty or result["distance"].isna().all():
        return no_data("There are no usable results to draw.")
    parts, known = split(result, ["scenario"]), looks(result["penalty"])
    names = list(known)[::-1]
    figure, axes = panels(len(parts), 2, height=0.9 + 0.32 * len(names))
    for part, each in zip(parts, axes[0], strict=True):
        for penalty, rows in part.rows.groupby("penalty", sort=False):
            place, look = names.index(str(penalty)), known[str(penalty)]
            lower, upper = limits(rows, "distance")
            # An interval that reaches zero has no end on a logarithmic axis.
            each.hlines([place] * len(rows), np.maximum(lower, rows["distance"] / 10), upper, color=look.colour, lw=2.0)
            each.plot(rows["distance"], [place] * len(rows), color=look.colour, marker=look.marker, ls="", mfc="white")
        each.set_yticks(range(len(names)), names)
        each.set_xscale("log")
        each.set_ylim(-0.6, len(names) - 0.4)
        each.set_title(part.title)
        each.set_xlabel("largest difference, 95 % MC interval")
    said = (
        f"{row['penalty']} in {row['scenario']} {with_mcse(row['distance'], row['distance_mcse'])}"
        for row in result.to_dict("records")
    )
    figure.set_label(f"Mean distance of the training loop's end from the minimiser, by penalty: {'; '.join(said)}.")
    return figure
