import json
from pathlib import Path

import pyarrow as pa
import pytest

from simstudy.errors import ResultsError
from simstudy.records import REPLICATE_SCHEMA
from simstudy.store import shards
from simstudy.store.files import write_text
from simstudy.store.fingerprint import noted, of_maker, of_rows, record, recorded, stored
from simstudy.store.layout import Layout
from simstudy.store.shards import Shard, write_shard

Blocks = list[tuple[int, int]]


def rows_of(
    folder: Path, blocks: Blocks, failed: int = -1, cost: float = 0.0, methods: tuple[str, ...] = ("a", "b")
) -> str:
    """Fingerprint of a folder with these blocks of one scenario; the replicate `failed` has no usable fit."""
    layout = Layout(folder)
    for start, stop in blocks:
        shard = Shard("s", 1, "key", methods, start, stop)
        records = [
            {"study": "s", "scenario": "x", "scenario_key": "key", "replicate": r, "method": m}
            | {"status": "error" if r == failed else "ok"}
            for r in range(start, stop)
            for m in methods
        ]
        write_shard(layout, shard, pa.Table.from_pylist(records, REPLICATE_SCHEMA), cost)
    return of_rows(layout)


def test_rows_are_the_same_however_they_are_divided_and_whatever_they_cost(tmp_path: Path) -> None:
    whole = rows_of(tmp_path / "whole", [(0, 9)], failed=4)
    assert rows_of(tmp_path / "parts", [(6, 9), (0, 2), (2, 6)], failed=4, cost=3.0) == whole


def test_replicates_outcomes_methods_and_versions_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        of_rows(Layout(tmp_path / "none")),
        rows_of(tmp_path / "whole", [(0, 9)]),
        rows_of(tmp_path / "fewer", [(0, 8)]),
        rows_of(tmp_path / "gap", [(0, 4), (5, 10)]),
        rows_of(tmp_path / "failed", [(0, 9)], failed=4),
        rows_of(tmp_path / "methods", [(0, 9)], methods=("a",)),
    ]
    maker = of_maker({})
    monkeypatch.setattr(shards, "own_version", lambda: "0.0.1")
    found.append(rows_of(tmp_path / "version", [(0, 9)]))
    assert len(set(found)) == len(found)
    monkeypatch.setattr("simstudy.store.fingerprint.own_version", lambda: "0.0.1")
    assert of_maker({}) != maker


def test_a_file_that_is_missing_torn_or_unknown_was_made_from_nothing_known(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    one, other, gone = (layout.tables / name for name in ("one.md", "other.md", "gone.md"))
    write_text(one, "a")
    write_text(other, "b")
    record(layout, [one], "f")
    record(layout, [other], "g")
    assert noted(layout, [one, other, gone]) == {one: "f", other: "g", gone: None}
    other.write_text("c")
    assert noted(layout, [one, other]) == {one: "f", other: None}
    with pytest.raises(ResultsError, match=r"gone\.md"):
        record(layout, [gone], "f")


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 10_000, '{"tables/one.md": 3}', "\xff"])
def test_garbage_in_the_notes_is_passed_over_and_replaced(tmp_path: Path, text: str) -> None:
    layout = Layout(tmp_path)
    path = layout.tables / "one.md"
    write_text(path, "a")
    layout.made.write_bytes(text.encode("latin-1"))
    assert noted(layout, [path]) == {path: None}
    record(layout, [path], "f")
    assert dict(recorded(layout)).keys() == json.loads(layout.made.read_text()).keys() == {"tables/one.md"}


def test_a_parquet_file_without_a_fingerprint_or_that_is_none_has_none(tmp_path: Path) -> None:
    (tmp_path / "measures.parquet").write_bytes(b"PAR1")
    assert stored(tmp_path / "measures.parquet") is None
    assert stored(tmp_path / "nothing.parquet") is None
