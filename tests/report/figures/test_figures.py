"""Every figure of every analysis, drawn from one small study that is run once."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from simstudy.analyses.performance import frame as performance
from simstudy.analyses.performance import overview
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.results import Results
from simstudy.errors import ConfigError
from simstudy.report.figures.nested_loop import nested_loop_figure
from simstudy.report.figures.panels import split
from simstudy.report.figures.save import content, description, write_figure
from simstudy.report.figures.style import COLOURS, MARKERS, SETTINGS, limits, looks, no_data
from simstudy.workflow.figure import figure, figures

#: Analyses that the small study does not have.
MECHANISMS = {"penalties", "activation", "training", "existence"}
#: Analyses of linear boundaries: `test_boundaries` and `test_boundary_path` draw them.
BOUNDARIES = {"attacked", "boundary_path", "estimands", "robustness", "tilting"}
#: Kinds of figures of any study: `test_kinds` draws them.
KINDS = {"bland_altman", "forest", "heat_map", "lollipop", "nested_loop", "ridge", "zip"}
OTHERS = MECHANISMS | BOUNDARIES | KINDS
NAMES = sorted(name for each in ANALYSES.values() if each.name not in OTHERS for name in each.figures or {})


@pytest.fixture(scope="module")
def drawn(summary: Results) -> dict[str, Figure]:
    made, reasons = figures(summary)
    assert reasons == ()
    return made


def test_every_figure_of_the_analyses_is_drawn(drawn: dict[str, Figure]) -> None:
    assert sorted(drawn) == NAMES


@pytest.fixture(scope="module")
def again(summary: Results) -> dict[str, Figure]:
    """The same figures drawn a second time."""
    return figures(summary)[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_described_and_keeps_its_bytes(
    drawn: dict[str, Figure], again: dict[str, Figure], name: str
) -> None:
    svg = content(drawn[name], name, "svg")
    assert content(again[name], name, "svg") == svg
    assert len(description(svg.decode())) > 40
    assert b"<dc:date>" not in svg


def test_pdf_and_png_keep_their_bytes(drawn: dict[str, Figure], again: dict[str, Figure]) -> None:
    for ending in ("pdf", "png"):
        assert content(drawn["support"], "support", ending) == content(again["support"], "support", ending)


@pytest.mark.parametrize("name", NAMES)
def test_text_stays_inside_and_legends_do_not_cover_panels(drawn: dict[str, Figure], name: str) -> None:
    shown = drawn[name]
    with mpl.rc_context(SETTINGS):
        shown.draw_without_rendering()
    width, height = shown.get_size_inches() * shown.dpi
    panels = [axes.get_window_extent() for axes in shown.axes if axes.get_visible()]
    for legend in shown.legends:
        box = legend.get_window_extent()
        assert box.x0 >= -1
        assert box.x1 <= width + 1
        assert box.y0 >= -1
        assert not any(box.overlaps(panel) for panel in panels)
    for axes in shown.axes:
        title = axes.title.get_window_extent()
        assert title.y1 <= height + 1


def test_titles_of_panels_beside_each_other_do_not_overlap(drawn: dict[str, Figure]) -> None:
    for shown in drawn.values():
        with mpl.rc_context(SETTINGS):
            shown.draw_without_rendering()
        boxes = [axes.title.get_window_extent() for axes in shown.axes if axes.get_title()]
        for k, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[k + 1 :])


def test_series_are_told_apart_without_colour() -> None:
    assert len(set(COLOURS)) == len(set(MARKERS)) == 7
    found = looks(f"method {k}" for k in range(49)).values()
    assert len({(look.colour, look.marker) for look in found}) == 49
    assert len({(look.marker, str(look.dashes)) for look in looks("abcdefg").values()}) == 7


@pytest.mark.usefixtures("summary")
def test_without_replicates_the_published_measures_and_predictions_are_drawn(folder: Path, tmp_path: Path) -> None:
    study = (folder / "draw.toml").read_text()
    whole = study[study.index("analyses") : study.index("[[scenario]]")]
    (tmp_path / "draw.toml").write_text(study.replace(whole, 'analyses = ["support"]\n'))
    source = folder / "results" / "draw"
    copy = tmp_path / "results" / "draw"
    copy.mkdir(parents=True)
    for name in ("study.toml", "scenarios.parquet", "measures.parquet", "predictions.parquet", "provenance.json"):
        (copy / name).write_bytes((source / name).read_bytes())
    paths, _ = figure(tmp_path / "draw.toml", results=tmp_path / "results", formats=["svg", "png"])
    assert {path.name for path in paths} == {"support.svg", "support.small.svg", "support.png"}
    with pytest.raises(ConfigError, match="svgz"):
        write_figure(no_data("none"), "none", tmp_path, ["svgz"])


def test_a_study_of_failures_is_drawn_as_words(summary: Results) -> None:
    failed = summary.measures.assign(value=np.nan, mcse=np.nan, lower=np.nan, upper=np.nan, usable=0)

    def rows(key: str) -> pd.DataFrame:
        return summary.replicates(key).assign(status="no_minimiser")

    made, reasons = figures(Results(failed, summary.scenarios, rows, summary.study))
    assert len(made) + len(reasons) == len(NAMES)
    assert {"root_n", "support", "limit_law", "oracle", "dispersion"} <= set(made)
    for name, shown in made.items():
        assert content(shown, name, "svg")


def test_a_study_without_analyses_has_figures(summary: Results) -> None:
    shown = overview(performance(summary))
    assert [axes.get_title() for axes in shown.axes] == ["gaussian", "binomial"]
    one = summary.scenarios.iloc[:1]
    own = summary.measures[summary.measures["scenario_key"] == one["scenario_key"].iloc[0]]
    dots = overview(performance(replace(summary, measures=own, scenarios=one)))
    assert "Smallest" in str(dots.get_label())
    bare = replace(summary.study, analyses=())
    assert set(figures(replace(summary, study=bare))[0]) == {"performance", "measures"}


def test_a_large_grid_is_a_nested_loop(summary: Results) -> None:
    chosen = (summary.measures["measure"] == "rmse") & (summary.measures["parameter"] == "all")
    rows = summary.measures[chosen & summary.measures["reference"].isna()].merge(
        summary.scenarios[["scenario_key", "family", "n"]], on="scenario_key"
    )
    rows = rows.rename(columns={end: f"value_{end}" for end in ("mcse", "lower", "upper")})
    shown = nested_loop_figure(rows, "RMSE", ["family", "n"])
    assert "4 scenarios" in str(shown.get_label())
    assert len(shown.axes[1].lines) == 2


def test_panels_are_named_by_what_tells_them_apart() -> None:
    frame = pd.DataFrame({"group": ["a", "b"], "family": ["poisson"] * 2, "n": [9, 9], "prevalence": [0.5, 0.1]})
    assert [panel.title for panel in split(frame, ["group"])] == ["prevalence 0.5", "prevalence 0.1"]
    assert [panel.title for panel in split(frame.assign(prevalence=0.5), ["group"])] == ["a", "b"]
    assert [panel.title for panel in split(frame, ["family"])] == [""]


def test_bands_are_those_of_the_analysis_or_come_from_the_mcse() -> None:
    rows = pd.DataFrame({"a": [1.0, np.nan], "a_mcse": [0.1, np.nan], "b": [1.0, 2.0], "b_mcse": [0.1, 0.1]})
    assert limits(rows, "a")[0][0] == pytest.approx(0.804)
    known = limits(rows.assign(b_lower=[0.0, np.nan], b_upper=[3.0, 3.0]), "b")
    assert known[0].tolist() == [0.0, 2.0]
    assert known[1].tolist() == [3.0, 3.0]


def test_a_file_that_is_no_figure_has_no_description() -> None:
    assert description("no svg") == ""


def test_matplotlib_is_loaded_by_the_first_figure_and_not_before() -> None:
    code = (
        "import sys, simstudy.cli, simstudy.workflow.figure\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from simstudy.report.figures.style import no_data\n"
        "no_data('nothing')\n"
        "assert 'matplotlib.figure' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
