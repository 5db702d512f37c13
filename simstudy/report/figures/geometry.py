"""Figures of linear classifiers' geometry: pure functions of distances, coordinates, weights and images (G1-G9)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.report.figures.canvas import Axes, Figure, Line2D
from simstudy.report.figures.scales import log_axis
from simstudy.report.figures.style import (
    COLOURS,
    WIDTH,
    Look,
    columns_for,
    looks,
    named_beside,
    no_data,
    panels,
    right_ends,
)

Array = NDArray[np.float64]

#: Colours of the classes y = -1 and y = +1.
CLASSES = (COLOURS[0], COLOURS[1])
#: Panels of `levels_figure`: column, label, factor.
QUANTITIES = (
    ("theta", "tilting angle, degrees", 180.0 / np.pi),
    ("d_adv", "adversarial distance", 1.0),
    ("training_error", "training error, %", 1.0),
    ("test_error", "test error, %", 1.0),
)


@dataclass(frozen=True)
class Seen:
    """A boundary as the tilting plane shows it.

    Attributes
    ----------
    title : str
    points : (n, 2) array
        Coordinates of the data (`TiltingPlane.coordinates`).
    y : (n,) array
        Labels -1 and +1.
    theta : float
        Tilting angle in radians: w is (cos theta, sin theta) here.
    offset : float
        b/||w||.
    example : (2,) array
        The point that is shown with its mirror image.
    """

    title: str
    points: Array
    y: Array
    theta: float
    offset: float
    example: Array


def distances_figure(
    parts: Sequence[tuple[str, Array, float]], loss: Callable[[Array], Array], loss_name: str
) -> Figure:
    """Histogram of the signed distances of each part, with the loss that the size of w makes of them over it (G2).

    Parameters
    ----------
    parts : sequence of (title, distances (n,), ||w||)
        For example a low, a middle and a high level.
    loss : callable
        g, elementwise; the curve is g(||w|| d).
    loss_name : str
        As the axis says it.
    """
    figure, axes = panels(len(parts), 3, height=2.6)
    for each, (title, d, norm) in zip(axes[0], parts, strict=True):
        # An end of a bin lies at zero, so that no bin has both sides.
        width = float(np.ptp(d)) / 40.0 or 1.0
        edges = width * np.arange(np.floor(d.min() / width), np.ceil(d.max() / width) + 1.0)
        for right, colour in ((False, COLOURS[1]), (True, COLOURS[0])):
            each.hist(d[(d > 0.0) == right], bins=list(edges), color=colour, alpha=0.55)
        each.set_axisbelow(True)
        each.set_title(f"{title}\n||w|| = {norm:.3g}")
        each.set_xlabel("signed distance y d(x)")
        over = each.twinx()
        over.grid(visible=False)
        at = np.linspace(edges[0], edges[-1], 200)
        over.plot(at, loss(norm * at), color="#000000")
        over.set_ylim(bottom=0.0)
        over.spines["right"].set_visible(True)
        over.set_ylabel(loss_name if each is axes[0][-1] else "")
    axes[0][0].set_ylabel("data")
    marks = [
        Line2D([], [], color=COLOURS[0], linewidth=7, alpha=0.55, label="right side"),
        Line2D([], [], color=COLOURS[1], linewidth=7, alpha=0.55, label="wrong side"),
        Line2D([], [], color="#000000", label=f"{loss_name} at this ||w||"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=3)
    said = (f"{title}: mean {d.mean():.3g}, {np.mean(d <= 0.0):.1%} wrong" for title, d, _ in parts)
    figure.set_label(f"Signed distances to the boundary with the {loss_name} over them. {'; '.join(said)}.")
    return figure


def plane_figure(parts: Sequence[Seen]) -> Figure:
    """Data in the tilting plane with the boundary, a point and its mirror image; words where there is no plane (G6)."""
    figure, axes = panels(len(parts), 3, height=2.7)
    for each, part in zip(axes[0], parts, strict=True):
        if np.isfinite(part.points).all():
            _plane(each, part)
        else:
            each.text(0.5, 0.5, "not tilted:\nthere is no plane", ha="center", va="center", transform=each.transAxes)
            _bare(each, part.title)
    axes[0][0].set_ylabel("along n")
    marks = [
        Line2D([], [], color=colour, marker=".", linestyle="", label=f"y = {label:+d}")
        for label, colour in zip((-1, 1), CLASSES, strict=True)
    ]
    marks += [
        Line2D([], [], color="#000000", label="boundary"),
        Line2D([], [], color="#000000", marker="o", markerfacecolor="white", linestyle=":", label="x and mirror image"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=4)
    said = (f"{part.title}: {np.degrees(part.theta):.1f} degrees" for part in parts)
    figure.set_label(f"Data in the tilting plane with the boundary. Tilting angle at {'; '.join(said)}.")
    return figure


def _plane(axes: Axes, part: Seen) -> None:
    for label, colour in zip((-1.0, 1.0), CLASSES, strict=True):
        of_class = part.points[part.y == label]
        axes.plot(of_class[:, 0], of_class[:, 1], ".", color=colour, alpha=0.35, markersize=2.5, rasterized=True)
    w = np.array([np.cos(part.theta), np.sin(part.theta)])
    foot, along = -part.offset * w, np.array([-w[1], w[0]])
    mirror = part.example - 2.0 * (part.example @ w + part.offset) * w
    ends = np.array([foot - 1e3 * along, foot + 1e3 * along])
    axes.plot(ends[:, 0], ends[:, 1], color="#000000")
    axes.plot(*np.array([part.example, mirror]).T, color="#000000", marker="o", markerfacecolor="white", linestyle=":")
    shown = np.vstack([part.points, part.example, mirror])
    middle, half = (shown.max(axis=0) + shown.min(axis=0)) / 2.0, 0.55 * np.ptp(shown, axis=0).max()
    # Unequal scales would show angles and mirror images that are none.
    axes.set_xlim(middle[0] - half, middle[0] + half)
    axes.set_ylim(middle[1] - half, middle[1] + half)
    axes.set_aspect("equal")
    axes.set_title(part.title)
    axes.set_xlabel("along z")


def levels_figure(table: pd.DataFrame, series: str = "pair", by: str | None = None) -> Figure:
    """Tilting angle, adversarial distance, training and test error against lam, a line for each value of `series`.

    Parameters
    ----------
    table : DataFrame
        Columns lam, theta (radians), d_adv, training_error and test_error (%), and `series`; with columns `_mcse` lines
        have Monte Carlo bands, and published values are drawn as crosses where there are columns with `_published`
        after the name.
    series, by : str
        Columns that tell lines and columns of panels apart; without `by` the four panels are a square.
    """
    if table.empty:
        return no_data("There are no usable results to draw.")
    known = looks(table[series])
    if by is None:
        figure, axes = panels(len(QUANTITIES), 2, height=2.3)
        _levels(list(axes[0]), table, series, known)
    else:
        parts = list(table.groupby(by, sort=False))
        figure, axes = panels(len(parts), len(parts), height=1.9, rows_of=len(QUANTITIES))
        for column, (title, rows) in enumerate(parts):
            _levels(list(axes[:, column]), rows, series, known)
            axes[0, column].set_title(str(title))
            for each in axes[:, column] if column else ():
                each.set_ylabel("")
    beside = named_beside(right_ends(axes, 2 if by is None else len(parts)), known)
    marks = _line_marks(known, beside)
    if any(str(name).endswith("_published") for name in table):
        marks.append(Line2D([], [], color="#555555", marker="x", linestyle="", label="published"))
    if any(str(name).endswith("_mcse") for name in table):
        marks.append(Line2D([], [], color="#777777", linewidth=7, alpha=0.25, label="95 % Monte Carlo band"))
    if marks:
        figure.legend(handles=marks, loc="outside lower center", ncols=columns_for(marks))
    ends = (
        f"{' '.join(map(str, value))} from {np.degrees(rows['theta'].iloc[0]):.1f} to "
        f"{np.degrees(rows['theta'].iloc[-1]):.1f} degrees"
        for value, rows in table.dropna(subset=["theta"])
        .sort_values("lam", ascending=False)
        .groupby([*([by] if by else []), series], sort=False)
    )
    figure.set_label(f"Tilting angle, distance and errors against lam; angle from the largest lam: {'; '.join(ends)}.")
    return figure


def _levels(axes: list[Axes], table: pd.DataFrame, series: str, known: Mapping[str, Look]) -> None:
    """One panel below the other for each quantity."""
    for each, (name, label, factor) in zip(axes, QUANTITIES, strict=True):
        for value, rows in table.groupby(series, sort=False):
            look = known[str(value)]
            each.plot(rows["lam"], factor * rows[name], color=look.colour, linestyle=look.dashes, label=look.name)
            if f"{name}_mcse" in rows:
                half = 1.96 * factor * rows[f"{name}_mcse"].fillna(0.0)
                low, high = factor * rows[name] - half, factor * rows[name] + half
                each.fill_between(rows["lam"], low, high, color=look.colour, alpha=0.13, linewidth=0)
            if f"{name}_published" in rows:
                each.plot(rows["lam"], rows[f"{name}_published"], "x", color=look.colour, markersize=7)
        log_axis(each.xaxis)
        each.set_xlabel("lam")
        each.set_ylabel(label)
        each.set_ylim(bottom=0.0)


def weights_figure(weights: Mapping[str, Array], side: int) -> Figure:
    """Normals w as images of side x side pixels, each on its own scale: white is zero."""
    figure, axes = panels(len(weights), 5, height=1.8)
    for each, (title, w) in zip(axes[0], weights.items(), strict=True):
        top = float(np.abs(w).max()) or 1.0
        each.imshow(w.reshape(side, side), cmap="RdBu_r", vmin=-top, vmax=top, interpolation="nearest")
        _bare(each, f"{title}\n{np.count_nonzero(w)} of {w.size} pixels")
    said = (f"{title} uses {np.count_nonzero(w)} of {w.size} pixels" for title, w in weights.items())
    figure.set_label(f"Weights of the pixels: {'; '.join(said)}.")
    return figure


def mirror_figure(images: Array, mirrored: Mapping[str, Array], side: int) -> Figure:
    """Images in a row, and below them their mirror images, a row for each level (G1).

    Parameters
    ----------
    images : (k, pixels) array
        In [0, 1]; mirror images may lie outside and are cut there.
    mirrored : mapping from a row's title to (k, pixels) array
    side : int
        Pixels of a side.
    """
    rows = {"image": images, **mirrored}
    figure = Figure(figsize=(WIDTH, WIDTH * len(rows) / images.shape[0] * 0.85 + 0.3), layout="constrained")
    grid = figure.subplots(len(rows), images.shape[0], squeeze=False)
    for line, (title, row) in zip(grid, rows.items(), strict=True):
        for each, pixels in zip(line, row, strict=True):
            each.imshow(pixels.reshape(side, side), cmap="gray_r", vmin=0.0, vmax=1.0, interpolation="nearest")
            _bare(each, "")
        line[0].set_ylabel(title, rotation=0, ha="right", va="center")
    moved = (f"{title} {np.linalg.norm(row - images, axis=1).mean():.3g}" for title, row in mirrored.items())
    figure.set_label(f"Images and their mirror images; mean distance between them: {'; '.join(moved)}.")
    return figure


def robust_figure(curves: Mapping[str, Mapping[str, tuple[Array, Array]]]) -> Figure:
    """Robust accuracy against the size of the attack: a panel for each norm, a line for each method (G9).

    Parameters
    ----------
    curves : mapping of a norm's title to (mapping of a method to (sizes (k,), robust accuracy (k,)))
    """
    figure, axes = panels(len(curves), 2, height=2.7)
    known = looks(name for lines in curves.values() for name in lines)
    for each, (title, lines) in zip(axes[0], curves.items(), strict=True):
        for name, (sizes, share) in lines.items():
            each.plot(sizes, share, color=known[name].colour, linestyle=known[name].dashes, label=name)
        # Sizes at which every accuracy is zero say nothing.
        alive = max(float(sizes[share >= 0.01].max(initial=0.0)) for sizes, share in lines.values())
        each.set_xlim(left=0.0, right=1.1 * alive or None)
        each.set_title(title)
        each.set_xlabel("size of the attack")
        each.set_ylim(-0.02, 1.02)
    for each in axes[0][::2]:
        each.set_ylabel("robust accuracy")
    marks = _line_marks(known, named_beside(right_ends(axes, 2), known))
    if marks:
        figure.legend(handles=marks, loc="outside lower center", ncols=columns_for(marks))
    said = (
        f"{title}: " + ", ".join(f"{name} {share[0]:.3g} to {share[-1]:.3g}" for name, (_, share) in lines.items())
        for title, lines in curves.items()
    )
    figure.set_label(f"Robust accuracy from no attack to the largest one. {'; '.join(said)}.")
    return figure


def _line_marks(known: Mapping[str, Look], named: Collection[str]) -> list[Line2D]:
    """Entries of a legend for the lines that have no name beside them."""
    left = [(name, look) for name, look in known.items() if str(name) not in named]
    return [Line2D([], [], color=look.colour, linestyle=look.dashes, label=str(name)) for name, look in left]


def _bare(axes: Axes, title: str) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title)
