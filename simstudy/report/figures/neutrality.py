"""FGSM's extra bias against class balance, coefficient by coefficient, next to the theory."""

from __future__ import annotations

import pandas as pd

from simstudy.measures.numbers import with_mcse
from simstudy.report.figures.canvas import Axes, Figure, FixedLocator, Line2D, NullLocator, ScalarFormatter
from simstudy.report.figures.panels import split
from simstudy.report.figures.style import Look, legend, looks, panels, predicted, simulated


def neutrality_figure(result: pd.DataFrame) -> Figure:
    """Bias difference of each coefficient over prevalence: a panel for each pair of methods (and family, n)."""
    data = result.assign(pair=result["method"] + " minus " + result["reference"])
    parts, known = split(data, ["pair", "family", "n"]), looks(data["parameter"])
    figure, axes = panels(len(parts), 2, height=3.6)
    for part, each in zip(parts, axes[0], strict=True):
        pair = str(part.rows["pair"].iloc[0])
        each.set_title(pair if part.title in {"", pair} else f"{pair}\n{part.title}")
        _draw(each, part.rows, known)
    axes[0, 0].set_ylabel("extra bias")
    legend(figure, known, theory=bool(data["t17"].notna().any()), more=_leading(data))
    figure.set_label(_described(data))
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, known: dict[str, Look]) -> None:
    for parameter, own in rows.groupby("parameter", sort=False):
        points, look = own.sort_values("prevalence"), known[str(parameter)]
        simulated(axes, points["prevalence"], points, "difference", look)
        predicted(axes, points["prevalence"], points["t17"], look)
        axes.plot(points["prevalence"], points["leading"], color=look.colour, linestyle=":", linewidth=0.9, zorder=0.6)
    axes.axhline(0.0, color="#555555", linewidth=0.9, zorder=0)
    axes.set_xlabel("prevalence P(Y = 1)")
    if (rows["prevalence"] > 0).all() and rows["prevalence"].nunique() > 1:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(sorted(rows["prevalence"].unique())))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(ScalarFormatter())


def _leading(data: pd.DataFrame) -> list[Line2D]:
    """Entry of the legend for the leading term, where theory gives one."""
    known = bool(data["leading"].notna().any())
    return [Line2D([], [], color="#555555", linestyle=":", linewidth=0.9, label="leading term")] if known else []


def _described(data: pd.DataFrame) -> str:
    balanced = data[data["prevalence"] == data["prevalence"].max()]
    found = "; ".join(
        f"{row['pair']}, {row['parameter']} {with_mcse(row['difference'], row['difference_mcse'])}"
        for row in balanced.to_dict("records")
    )
    return f"Extra bias of each coefficient against prevalence. At prevalence {data['prevalence'].max():.4g}: {found}."
