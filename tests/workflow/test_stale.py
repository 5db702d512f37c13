"""What was made from other rows, another definition or another version is made again, whatever its date."""

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import simstudy as ss
from simstudy.errors import ResultsError
from simstudy.plugins import Plugin
from simstudy.runner.options import Options
from simstudy.runner.runner import run_study
from simstudy.store.fingerprint import noted, stored
from simstudy.store.layout import Layout
from simstudy.study.claim import Claim, Law
from simstudy.study.study import study_toml
from simstudy.workflow import current
from simstudy.workflow.claims import claims
from simstudy.workflow.current import current_measures, fingerprint, maker
from simstudy.workflow.figure import figure
from simstudy.workflow.measuring import measures
from simstudy.workflow.report import report
from simstudy.workflow.table import table

SCENARIO = ss.Scenario("gaussian", 60, [1.0, 0.0], intercept=0.5)
METHODS = (ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.1)), ss.Method("mle", "mle"))
CLAIM = Claim("bias", "FGSM shrinks.", "T17", "bias_difference", "f", Law("T17"), 0.04, SCENARIO.label, "mle", "beta_1")
STUDY = ss.Study("tiny", "aim", 1, 5, (SCENARIO,), METHODS, ("coefficients",), claims=(CLAIM,))


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measures, tables, verdicts and figures of 5 replicates, beside 10: a run was killed before it made measures."""
    folder = tmp_path_factory.mktemp("killed")
    ss.run(STUDY, results=folder)
    report([study_file(folder)], results=folder)
    run_study(replace(STUDY, replicates=10), folder / "tiny")
    return folder


@pytest.fixture
def layout(killed: Path, tmp_path: Path) -> Layout:
    """A copy of that folder."""
    shutil.copytree(killed, tmp_path, dirs_exist_ok=True)
    return Layout(tmp_path / "tiny")


def study_file(folder: Path) -> Path:
    path = folder / "tiny.toml"
    path.write_text(study_toml(STUDY), encoding="utf-8")
    return path


def undisturbed(folder: Path) -> Layout:
    """Everything made once, of 10 replicates."""
    ss.run(STUDY, results=folder, replicates=10)
    report([study_file(folder)], results=folder)
    return Layout(folder / "tiny")


def products(layout: Layout) -> dict[str, bytes]:
    """Every file that is made from rows, by name."""
    paths = [layout.measures, layout.predictions, layout.claims, *layout.tables.iterdir(), *layout.figures.iterdir()]
    return {path.name: path.read_bytes() for path in paths}


def test_a_run_that_was_killed_before_its_measures_makes_them_when_it_is_started_again(layout: Layout) -> None:
    done = ss.run(STUDY, results=layout.folder.parent, replicates=10)
    assert (done.replicates, done.remade) == (0, True)
    assert_frame_equal(pd.read_parquet(layout.measures), measures(STUDY, layout.folder))
    assert set(pd.read_parquet(layout.measures)["attempted"]) == {10}
    assert not ss.run(STUDY, results=layout.folder.parent, replicates=10).remade


def test_a_report_makes_everything_again_and_ends_in_the_files_of_an_undisturbed_run(
    layout: Layout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hour = time.time() + 3600
    for path in layout.folder.rglob("*"):
        os.utime(path, (hour, hour))
    path, notes = report([layout.folder.parent / "tiny.toml"], results=layout.folder.parent)
    assert notes == ()
    assert "10 replicates" in path.read_text(encoding="utf-8")
    assert products(layout) == products(undisturbed(tmp_path_factory.mktemp("undisturbed")))


@pytest.mark.parametrize("verb", [ss.table, claims, figure])
def test_each_verb_makes_the_measures_again(layout: Layout, verb: object) -> None:
    verb(STUDY, results=layout.folder.parent)  # type: ignore[operator]
    assert stored(layout.measures) == fingerprint(STUDY, layout)
    assert set(pd.read_parquet(layout.measures)["attempted"]) == {10}


def test_a_report_makes_a_table_again_that_was_changed_by_hand_and_nothing_else(layout: Layout) -> None:
    file = layout.folder.parent / "tiny.toml"
    report([file], results=layout.folder.parent)
    before = {path: path.stat().st_ino for path in layout.folder.rglob("*.*") if path.is_file()}
    table = layout.tables / "coefficients.md"
    text = table.read_text(encoding="utf-8")
    table.write_text("forged", encoding="utf-8")
    report([file], results=layout.folder.parent)
    assert table.read_text(encoding="utf-8") == text
    changed = {path.name for path, inode in before.items() if path.stat().st_ino != inode}
    assert changed == {"made.json", *(f"coefficients.{ending}" for ending in ("md", "tex", "csv", "json"))}


def test_a_page_leaves_out_what_goes_with_other_measures(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ss.ResultsError("no room")

    for verb in ("table", "claims", "figure"):
        monkeypatch.setattr(f"simstudy.workflow.report.{verb}", refused)
    path, notes = report([layout.folder.parent / "tiny.toml"], results=layout.folder.parent)
    left_out = {Path(note.split()[3].rstrip(":")).name for note in notes if "left out" in note}
    assert left_out == {"claims.parquet", "coefficients.json", "measures.svg", "performance.svg"}
    assert "10 replicates" in path.read_text(encoding="utf-8")


def test_measures_that_were_kept_are_those_that_would_be_computed(layout: Layout) -> None:
    made, first = current_measures(STUDY, layout)
    kept, second = current_measures(STUDY, layout)
    assert first == second
    assert_frame_equal(made, kept, check_exact=True)


def test_a_table_that_is_made_again_computes_no_prediction(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    ss.table(STUDY, results=layout.folder.parent)
    before = products(layout)
    monkeypatch.setattr(current, "predictions", None)
    ss.table(STUDY, results=layout.folder.parent)
    assert products(layout) == before


def test_other_analyses_methods_or_plug_ins_make_it_anew_but_not_other_words(layout: Layout) -> None:
    plugin = Plugin("p.py", "/p.py", "", ("code",), "version")
    other = [
        STUDY,
        replace(STUDY, analyses=("root_n",)),
        replace(STUDY, methods=METHODS[1:], claims=()),
        replace(STUDY, claims=()),
        replace(STUDY, plugins=(plugin,)),
        replace(STUDY, plugins=(replace(plugin, version="another"),)),
    ]
    assert len({maker(each) for each in other}) == len(other)
    assert maker(replace(STUDY, replicates=9, aim="in other words")) == maker(STUDY)
    assert current_measures(STUDY, layout)[1] == current_measures(replace(STUDY, replicates=9), layout)[1]


def test_measures_of_rows_that_are_computed_anew_are_gone_before_the_rows_are(layout: Layout) -> None:
    ss.run(STUDY, results=layout.folder.parent)
    ss.table(STUDY, results=layout.folder.parent)
    run_study(replace(STUDY, replicates=10), layout.folder, options=Options(fresh=("mle",)))
    assert not layout.measures.exists()
    assert set(noted(layout, layout.tables.glob("coefficients.*")).values()) == {None}
    assert not layout.made.exists() or not json.loads(layout.made.read_text())


@pytest.mark.parametrize("place", ["tables/mine.md", "figures/mine.svg", "replicates/mine.parquet", "mine.json"])
@pytest.mark.parametrize("verb", [table, claims, figure, lambda study, results: report([study], results=results)])
def test_a_link_in_a_results_folder_is_refused_before_anything_is_written(
    layout: Layout, tmp_path: Path, place: str, verb: Callable[..., object]
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("whole")
    (layout.folder / place).symlink_to(outside)
    before = {path: path.read_bytes() for path in layout.folder.rglob("*") if path.is_file()}
    with pytest.raises(ResultsError, match=f"{Path(place).name} is a symbolic link"):
        verb(study_file(tmp_path), results=tmp_path)
    assert {path: path.read_bytes() for path in layout.folder.rglob("*") if path.is_file()} == before
