import math
from dataclasses import replace
from pathlib import Path

import pytest

import simstudy as ss
from simstudy.runner.plan import cells
from simstudy.runner.runner import run_study
from simstudy.store import shards
from simstudy.store.layout import Layout
from simstudy.store.load import load, rows
from simstudy.store.overlap import merged
from simstudy.store.shards import read_shard, scan, shard_paths, write_shard
from simstudy.store.versions import fits_by_version, version_note

SCENARIO = ss.Scenario("binomial", 20, [1.0, 0.0], prevalence=0.4)
METHODS = (ss.Method("a", "fgsm", "lasso", lam=ss.FixedLambda(0.05)), ss.Method("b", "mle"))
STUDY = ss.Study("s", "aim", 1, 12, (SCENARIO,), METHODS)
KEYS = {SCENARIO.key}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Layout, Layout]:
    """The study in blocks of 4, and its results merged with those in blocks of 5 and of one method alone."""
    for name, size, study in (
        ("whole", 4, STUDY),
        ("other", 5, STUDY),
        ("one", 7, replace(STUDY, methods=METHODS[:1])),
        ("merged", 4, STUDY),
    ):
        run_study(study, tmp_path / name / "s", size=size)
    both = Layout(tmp_path / "merged" / "s")
    for name in ("other", "one"):
        for path in shard_paths(Layout(tmp_path / name / "s")):
            (both.replicates / path.name).write_bytes(path.read_bytes())
    return Layout(tmp_path / "whole" / "s"), both


def test_ranges_are_merged() -> None:
    assert merged([(4, 6), (0, 2), (2, 3), (5, 5), (9, 10)]) == [(0, 3), (4, 6), (9, 10)]


def test_equal_rows_of_overlapping_shards_count_once(folders: tuple[Layout, Layout]) -> None:
    whole, both = (load(layout.folder).drop(columns="seconds") for layout in folders)
    assert len(shard_paths(folders[1])) > len(shard_paths(folders[0]))
    for name in whole:
        assert [*map(repr, whole[name])] == [*map(repr, both[name])], name
    assert [cell.present for cell in cells(STUDY, scan(folders[1]).shards)] == [12, 12]


def test_different_rows_for_the_same_fit_are_refused_and_the_files_named(folders: tuple[Layout, Layout]) -> None:
    _, both = folders
    path = next(path for path in shard_paths(both) if read_shard(path)[0].start == 5)
    shard, table = read_shard(path)
    lam = table["lam"].to_pylist()
    place = table.schema.get_field_index("lam")
    changed = [math.nextafter(lam[0], 1.0), *lam[1:]]
    write_shard(both, shard, table.set_column(place, table.schema.field(place), [changed]))
    with pytest.raises(ss.ResultsError, match=rf"{path.name}.*replicate 5, a: lam is 0\.05.*remove one") as error:
        rows(both)
    assert str(error.value).count(".parquet") == 2
    with pytest.raises(ss.ResultsError, match=path.name):
        ss.run(STUDY, results=both.folder.parent)


def test_fits_are_counted_by_the_version_that_made_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path / "s")
    run_study(STUDY, layout.folder)
    assert version_note(layout, KEYS, {"a", "b"}) == ""
    own = shards.own_version()
    monkeypatch.setattr(shards, "own_version", lambda: "0.0.1")
    run_study(replace(STUDY, replicates=16), layout.folder)
    assert fits_by_version(layout, KEYS, {"a", "b"}) == {own: 24, "0.0.1": 8}
    assert fits_by_version(layout, KEYS, {"a", "c"}) == {own: 12, "0.0.1": 4}
    assert not fits_by_version(layout, set(), {"a"})
    assert f"8 by 0.0.1 and 24 by {own}" in version_note(layout, KEYS, {"a", "b"})


def test_run_and_table_say_that_rows_are_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ss.run(STUDY, results=tmp_path).versions == ""
    monkeypatch.setattr("simstudy.store.versions.own_version", lambda: "9.9.9")
    assert "than this one (9.9.9): 24 by" in ss.run(STUDY, results=tmp_path).versions
    tables, _ = ss.table(STUDY, results=tmp_path)
    assert all("than this one (9.9.9)" in table.notes[-1] for table in tables)
