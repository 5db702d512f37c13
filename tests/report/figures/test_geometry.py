"""Figures of the geometry: what each shows, and that pictures keep angles and zero where they belong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simstudy import geometry
from simstudy.report.figures.geometry import (
    Seen,
    distances_figure,
    levels_figure,
    mirror_figure,
    plane_figure,
    robust_figure,
    weights_figure,
)

RNG = np.random.default_rng(8)


def test_no_bin_of_distances_has_both_sides_and_the_loss_is_scaled_by_the_norm() -> None:
    d = RNG.normal(0.5, 1.0, 400)
    shown = distances_figure([("lam = 1", d, 2.0), ("lam = 9", d, 0.1)], geometry.LOSSES["hinge"].value, "hinge")
    axes, over = shown.axes[0], shown.axes[2]
    heights = {True: 0.0, False: 0.0}
    for bar in axes.patches:
        assert bar.get_x() >= -1e-9 or bar.get_x() + bar.get_width() <= 1e-9 or bar.get_height() == 0.0
        heights[bar.get_x() >= -1e-9] += bar.get_height()
    assert heights == {True: np.sum(d > 0), False: np.sum(d <= 0)}
    x, y = over.lines[0].get_data()
    np.testing.assert_allclose(y, np.maximum(0.0, 1.0 - 2.0 * x))
    assert f"{d.mean():.3g}" in str(shown.get_label())


def test_the_tilting_plane_keeps_right_angles() -> None:
    points, theta = RNG.normal(size=(40, 2)), 0.7
    part = Seen("lam = 1", points, np.repeat([-1.0, 1.0], 20), theta, 0.3, np.array([-1.0, 0.5]))
    axes = plane_figure([part]).axes[0]
    assert axes.get_aspect() == 1.0
    boundary, pair = (np.array(line.get_data()).T for line in axes.lines[-2:])
    assert (boundary[1] - boundary[0]) @ (pair[1] - pair[0]) == pytest.approx(0.0, abs=1e-9)
    w = np.array([np.cos(theta), np.sin(theta)])
    assert pair.mean(axis=0) @ w + 0.3 == pytest.approx(0.0, abs=1e-12)


def test_a_boundary_that_is_not_tilted_has_no_plane() -> None:
    """G6: n is undefined where theta is zero."""
    points = np.column_stack([RNG.normal(size=4), np.full(4, np.nan)])
    axes = plane_figure([Seen("lam = 9", points, np.repeat([-1.0, 1.0], 2), 0.0, np.nan, points[0])]).axes[0]
    assert [each.get_text() for each in axes.texts] == ["not tilted:\nthere is no plane"]


def test_levels_show_published_values_where_there_are_some() -> None:
    table = pd.DataFrame(
        {"pair": "7v9", "lam": [1.0, 0.1], "theta": [0.1, 0.5], "d_adv": [1.4, 1.2], "training_error": [5.0, 4.0],
         "test_error": [6.0, 5.0], "d_adv_published": [1.41, np.nan]}
    )  # fmt: skip
    shown = levels_figure(table)
    assert [len(axes.lines) for axes in shown.axes] == [1, 2, 1, 1]
    assert "7v9 from 5.7 to 28.6 degrees" in str(shown.get_label())
    assert "no usable results" in str(levels_figure(table.iloc[:0]).get_label())


def test_weights_have_white_at_zero_and_count_their_pixels() -> None:
    w = np.zeros(16)
    w[3], w[7] = -2.0, 0.5
    shown = weights_figure({"svm": w, "none": np.zeros(16)}, 4)
    assert shown.axes[0].images[0].get_clim() == (-2.0, 2.0)
    assert "svm uses 2 of 16 pixels" in str(shown.get_label())


def test_mirror_images_have_a_row_for_each_level() -> None:
    images = RNG.uniform(size=(3, 16))
    shown = mirror_figure(images, {"lam = 1": images + 0.25, "lam = 2": images}, 4)
    assert len(shown.axes) == 9
    assert [axes.get_ylabel() for axes in shown.axes[::3]] == ["image", "lam = 1", "lam = 2"]
    assert "lam = 1 1, lam = 2 0" in str(shown.get_label()).replace(";", ",")


def test_robust_accuracy_has_a_panel_for_each_norm() -> None:
    sizes = np.array([0.0, 0.1])
    line = (sizes, np.array([0.9, 0.2]))
    shown = robust_figure({"l_2": {"svm": line, "fgsm": line}, "l_inf": {"svm": line}})
    assert [len(axes.lines) for axes in shown.axes] == [2, 1]
    assert "svm 0.9 to 0.2" in str(shown.get_label())
