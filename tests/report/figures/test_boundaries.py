"""Figures of the analyses of linear boundaries, drawn from one small study."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

import simstudy as ss
from simstudy.report.figures.save import content, description
from simstudy.report.figures.style import SETTINGS
from simstudy.workflow.figure import figures

STUDY = """
replicates = 4
analyses = ["tilting", "robustness", "attacked", "estimands"]
laws = ["geometry"]
estimands = [
    "test_error", "training_error", "tilting_angle", "adversarial_distance", "adversarial_distance_linf",
    "robust_accuracy_l2", "robust_accuracy_linf",
]
scenario = [{ source = "mixture", n = 60, p = 3, test = 40, balanced = true, noise = [0.0, 0.1] }]
method = [
    { name = "strong", label = "SVM, lam = 5", estimator = "svm", lam = 5.0 },
    { name = "weak", label = "SVM, lam = .01", estimator = "svm", lam = 0.01 },
    { name = "fgsm", label = "FGSM-LASSO, lam = .2", estimator = "fgsm", penalty = "lasso", lam = 0.2 },
    { name = "zero", label = "FGSM-LASSO, lam = 9", estimator = "fgsm", penalty = "lasso", lam = 9.0 },
    { name = "centroid", label = "Nearest centroid", estimator = "nearest_centroid" },
]
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Figure]]:
    """The figures, twice."""
    folder: Path = tmp_path_factory.mktemp("boundaries")
    path = folder / "boundaries.toml"
    path.write_text(STUDY)
    ss.run(path, results=folder / "results")
    _, found = ss.table(path, results=folder / "results")
    made = []
    for _ in range(2):
        shown, reasons = figures(found)
        assert reasons == ()
        made.append(shown)
    return made


@pytest.mark.parametrize("name", ["tilting", "robustness", "attacked", "estimands"])
def test_a_figure_is_described_and_nothing_covers_a_panel(drawn: list[dict[str, Figure]], name: str) -> None:
    first, again = (each[name] for each in drawn)
    svg = content(first, name, "svg")
    assert content(again, name, "svg") == svg
    assert len(description(svg.decode())) > 40
    with mpl.rc_context(SETTINGS):
        first.draw_without_rendering()
    panels = [axes.get_window_extent() for axes in first.axes if axes.get_visible()]
    assert len(panels) > 1
    for legend in first.legends:
        assert not any(legend.get_window_extent().overlaps(panel) for panel in panels)
    titles = [axes.title.get_window_extent() for axes in first.axes if axes.get_title()]
    for k, box in enumerate(titles):
        assert not any(box.overlaps(other) for other in titles[k + 1 :])
