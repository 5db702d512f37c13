"""Names beside lines, plain numbers on logarithmic axes, and axes for values of either sign."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.optimize import minimize

from simstudy.analyses.results import Results
from simstudy.report.figures.compact import compact
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.figures.direct import MARK, spread
from simstudy.report.figures.scales import crosses_far, log_axis, symmetric_log_axis
from simstudy.report.figures.style import SETTINGS, THEORY
from simstudy.workflow.figure import figures


def points(methods: int) -> pd.DataFrame:
    rows = [
        {"method": f"method {k}", "n": n, "case": case, "rmse": (k + 1.0) / n, "rmse_mcse": 0.01 / n}
        for k in range(methods)
        for n in (100, 400)
        for case in ("left", "right")
    ]
    return pd.DataFrame(rows)


def drawn(methods: int) -> Figure:
    with mpl.rc_context(SETTINGS):
        return curves(points(methods), Axis("n", "n", log=True), (Quantity("rmse", "RMSE", log=True),), ["case"])


def direct(figure: Figure) -> list[list[str]]:
    return [[text.get_text() for text in axes.texts if text.get_gid() == MARK] for axes in figure.axes]


def in_legend(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_up_to_five_lines_have_their_names_beside_them_at_the_right_edge_alone() -> None:
    figure = drawn(5)
    assert direct(figure) == [[], [f"method {k}" for k in range(5)]]
    assert in_legend(figure) == ["95 % Monte Carlo band"]


def test_six_lines_have_a_legend() -> None:
    figure = drawn(6)
    assert direct(figure) == [[], []]
    assert in_legend(figure)[:6] == [f"method {k}" for k in range(6)]


def test_names_do_not_overlap_and_stay_inside_the_figure() -> None:
    figure = drawn(5)
    with mpl.rc_context(SETTINGS):
        figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    # Without the line to its point, which a text's extent has in it.
    boxes = [mpl.text.Text.get_window_extent(text) for text in figure.axes[1].texts]
    assert all(box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1 for box in boxes)
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[k + 1 :])


def test_the_narrow_form_has_the_names_in_its_legend() -> None:
    figure = drawn(3)
    with mpl.rc_context(SETTINGS):
        small = compact(figure)
    assert direct(small) == [[]]
    assert in_legend(small) == ["method 0", "method 1", "method 2", "95 % Monte Carlo band"]


@pytest.mark.parametrize("wanted", [[0.1, 0.5, 0.9], [0.5, 0.5, 0.5], [0.2, 0.21, 0.8, 0.81, 0.82], [0.3]])
def test_heights_are_the_nearest_without_overlap(wanted: list[float]) -> None:
    """Against a quadratic programme by SLSQP."""
    needed = [0.1 + 0.02 * k for k in range(len(wanted))]
    room = [(a + b) / 2 for a, b in pairwise(needed)]
    apart = [{"type": "ineq", "fun": lambda h, k=k, r=r: h[k + 1] - h[k] - r} for k, r in enumerate(room)]
    start = np.arange(len(wanted), dtype=float)
    found = minimize(lambda h: float(np.sum((h - wanted) ** 2)), start, constraints=apart, tol=1e-12)
    assert spread(wanted, needed) == pytest.approx(found.x, abs=1e-5)


@pytest.mark.parametrize("ends", [(0.0001, 1.0), (0.02, 0.5), (1.0, 16000.0), (0.9, 7.0)])
def test_marks_of_a_logarithmic_axis_are_plain_numbers(ends: tuple[float, float]) -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], ends)
    log_axis(axes.yaxis)
    figure.draw_without_rendering()
    low, high = axes.get_ylim()
    shown = [
        text.get_text()
        for value, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
        if low <= value <= high
    ]
    assert 2 <= len(shown) <= 8
    assert [float(text.replace(",", "")) for text in shown] == [
        pytest.approx(value) for value in axes.get_yticks() if low <= value <= high
    ]
    assert not any(sign in text for text in shown for sign in "e$^")


def test_values_of_either_sign_have_a_symmetric_axis_where_a_linear_one_hides_most_of_them() -> None:
    values = [-4.0, -0.001, -0.002, 0.0015, 0.002, 0.0, 3.0]
    assert crosses_far(values)
    assert not crosses_far([-0.04, -0.02, 0.01, 0.03])
    assert not crosses_far([0.001, 0.002, 0.001, 5.0])
    assert not crosses_far([float("nan"), 0.0])
    axes = Figure().subplots()
    axes.plot(range(len(values)), values)
    symmetric_log_axis(axes.yaxis, values)
    assert axes.get_yscale() == "symlog"
    heights = axes.transData.transform([(0, value) for value in (-4.0, -0.002, 0.0, 0.002, 3.0)])[:, 1]
    assert np.diff(heights).min() > 0.05 * np.ptp(heights)
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert "0" in labels
    assert "0.001" in labels
    assert "−0.001" in labels


def test_a_line_of_theory_is_broken_and_a_band_is_not() -> None:
    assert THEORY["linestyle"][1]


def test_the_law_figure_has_points_in_every_qq_plot(summary: Results) -> None:
    law = figures(summary)[0]["limit_law"]
    plots = [axes for axes in law.axes if axes.get_title() == "QQ"]
    assert plots
    for axes in plots:
        simulated = [line for line in axes.lines if line.get_marker() not in {"None", None, ""}]
        assert sum(len(line.get_ydata()) for line in simulated) > 20
