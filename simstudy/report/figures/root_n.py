"""Error against sample size: on logarithmic axes with its slope, and scaled by root n next to the theory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simstudy.analyses import RootN
from simstudy.measures.numbers import with_mcse
from simstudy.report.figures.canvas import Axes, Figure, Line2D, LogLocator, NullFormatter, ScalarFormatter
from simstudy.report.figures.panels import Panel, split
from simstudy.report.figures.style import Look, legend, looks, no_data, panels, predicted, simulated, size_axis


def root_n_figure(result: RootN) -> Figure:
    """RMSE against n with slopes (above), sqrt(n) RMSE with the theory (below), a column for each kind of scenario."""
    points = result.points
    if points["rmse"].notna().sum() == 0:
        return no_data("No fit succeeded: there is no error to draw.")
    parts, known = split(points, ["group"]), looks(points["method"])
    figure, axes = panels(len(parts), 3, height=2.9, rows_of=2)
    for k, part in enumerate(parts):
        upper, lower = axes[:, k]
        upper.set_title(part.title)
        _errors(upper, part, known, result.slopes)
        _scaled(lower, part, known)
        if k % min(len(parts), 3) == 0:
            upper.set_ylabel("RMSE (whole vector)")
            lower.set_ylabel("√n · RMSE")
    legend(figure, known, theory=bool(points["predicted"].notna().any()))
    figure.set_label(_described(result))
    return figure


def _errors(axes: Axes, part: Panel, known: dict[str, Look], slopes: pd.DataFrame) -> None:
    handles = []
    for method, rows in part.rows.groupby("method", sort=False):
        own, look = rows.sort_values("n"), known[str(method)]
        simulated(axes, own["n"], own, "rmse", look)
        predicted(axes, own["n"], own["predicted"], look)
        handles.append(
            Line2D([], [], color=look.colour, marker=look.marker, ls="", mfc="white", label=_slope(own, slopes))
        )
    _reference(axes, part.rows)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    size_axis(axes, part.rows["n"])
    # Below the lines there has to be room for the slopes.
    low, high = axes.get_ylim()
    axes.set_ylim(low * (low / high) ** 0.45, high)
    axes.legend(
        handles=handles, title="slope", title_fontsize=7.5, fontsize=7.5, loc="lower left",
        handletextpad=0.1, borderaxespad=0.2, labelspacing=0.25, alignment="left",
    )  # fmt: skip


def _slope(own: pd.DataFrame, slopes: pd.DataFrame) -> str:
    first = own.iloc[0]
    row = slopes[(slopes["group"] == first["group"]) & (slopes["method"] == first["method"])].iloc[0]
    return "–" if np.isnan(row["slope"]) else f"{row['slope']:.2f}".replace("-", "−")


def _reference(axes: Axes, rows: pd.DataFrame) -> None:
    """Line of slope -1/2 above the points, for the eye."""
    n = np.sort(rows["n"].unique().astype(float))
    top = 1.35 * np.nanmax(rows["rmse"].to_numpy(float) * np.sqrt(rows["n"].to_numpy(float)))
    axes.plot(n, top / np.sqrt(n), color="#555555", linewidth=0.9, linestyle=(0, (6, 3)), zorder=0)
    middle = np.sqrt(n[0] * n[-1])
    axes.annotate(
        "slope −½",
        (middle, top / np.sqrt(middle)),
        xytext=(3, 3),
        textcoords="offset points",
        fontsize=7.5,
        color="#333333",
    )


def _scaled(axes: Axes, part: Panel, known: dict[str, Look]) -> None:
    for method, rows in part.rows.groupby("method", sort=False):
        own, look = rows.sort_values("n"), known[str(method)]
        simulated(axes, own["n"], own, "scaled", look)
        predicted(axes, own["n"], own["predicted_scaled"], look)
    size_axis(axes, part.rows["n"])
    axes.set_ylim(bottom=0.0)


def _described(result: RootN) -> str:
    slopes = "; ".join(
        f"{row['method']} in {row['group']} {with_mcse(row['slope'], row['slope_mcse'])}"
        for row in result.slopes.to_dict("records")
    )
    return f"RMSE against n on logarithmic axes, and root n times RMSE next to the theory. Slopes: {slopes}."
