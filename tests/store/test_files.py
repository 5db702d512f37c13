import errno
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simstudy.errors import ResultsError
from simstudy.store.files import (
    UnreadableError,
    read_bytes,
    read_table,
    read_text,
    write_bytes,
    write_table,
    write_text,
)
from unprivileged import unprivileged


def test_text_is_written_with_its_folder_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text(path, "first, longer")
    write_text(path, "zweites ü")
    assert path.read_text(encoding="utf-8") == "zweites ü"
    assert list(path.parent.iterdir()) == [path]


def test_a_table_comes_back_equal(tmp_path: Path) -> None:
    table = pa.table({"x": [1.0, None, 0.1 + 0.2], "beta": [[1.0, 2.0], [], [3.0]]})
    write_table(tmp_path / "t.parquet", table)
    assert read_table(tmp_path / "t.parquet").equals(table)


def test_any_flipped_byte_in_the_data_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, pa.table({"x": [float(k) ** 1.5 for k in range(2000)]}))
    whole = path.read_bytes()
    for position in range(100, len(whole) - 1500, 997):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(ResultsError, match="cannot read"):
            read_table(path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_table_is_noticed(tmp_path: Path, share: float) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, pa.table({"x": list(range(1000))}))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ResultsError, match=r"t\.parquet"):
        read_table(path)


def test_a_missing_table_is_a_results_error(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"nothing\.parquet"):
        read_table(tmp_path / "nothing.parquet")


def test_an_unwritable_folder_is_a_results_error_and_keeps_the_old_file(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("old")
    with pytest.raises(ResultsError, match="cannot write"):
        write_bytes(blocked / "below.txt", b"new")
    assert blocked.read_text() == "old"


def test_every_flipped_bit_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    """All bits of a small file, those of the footer with names, types and metadata included."""
    path = tmp_path / "t.parquet"
    table = pa.table({"x": [1.0, 2.0], "name": ["a", None]})
    write_table(path, table, {b"key": b"value"})
    whole = path.read_bytes()
    expected = read_table(path)
    assert expected.schema.metadata == {b"key": b"value"}
    silent = []
    for position in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1 :])
            try:
                found = read_table(path)
            except ResultsError:
                continue
            if not found.equals(expected, check_metadata=True):
                silent.append((position, bit))
    assert silent == []


def test_others_read_a_sealed_file_and_we_read_one_without_a_seal(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    write_table(tmp_path / "t.parquet", pa.Table.from_pandas(frame))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), frame)
    frame.to_parquet(tmp_path / "other.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "other.parquet").to_pandas(), frame)


def test_a_file_without_a_needed_column_is_somebody_elses(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "t.parquet")
    with pytest.raises(ResultsError, match=r"t\.parquet: it is not a file of simstudy, for it has no column 'y'"):
        read_table(tmp_path / "t.parquet", needs=("x", "y"))


def test_a_link_is_neither_written_through_nor_read(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (outside / "a").write_text("precious")
    inside.mkdir()
    (inside / "a").symlink_to(outside / "a")
    (inside / "folder").symlink_to(outside)
    for path in (inside / "a", inside / "folder" / "a", inside / "folder" / "new"):
        for act in (lambda path: write_text(path, "new"), read_text):
            with pytest.raises(ResultsError, match="is a symbolic link"):
                act(path)
    assert [path.name for path in outside.iterdir()] == ["a"]
    assert (outside / "a").read_text() == "precious"


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(ResultsError, match="not a regular file"):
        read_bytes(path)


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    before = path.lstat()
    with pytest.raises(ResultsError, match="cannot write .*a: it is not a regular file"):
        write_bytes(path, b"new")
    assert path.lstat() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, pa.table({"x": [1]}))
    path.chmod(0)
    with unprivileged(), pytest.raises(UnreadableError, match=r"t\.parquet: Permission denied"):
        read_table(path)


@pytest.mark.parametrize("failing", ["write_new", "rename"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "a.md"
    write_text(path, "old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync") if failing == "write_new" else (os, "rename")), full)
    with pytest.raises(ResultsError, match=r"cannot write .*a\.md: No space left on device; what was written before"):
        write_text(path, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["a.md"]
    assert path.read_text() == "old"


def test_what_a_dead_writer_of_the_same_number_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_text(path, "old")
    temporary = tmp_path / f".a.{os.uname().nodename}-{os.getpid()}.tmp"
    victim = tmp_path / "victim"
    victim.write_text("precious")
    temporary.symlink_to(victim)
    write_text(path, "new")
    assert (path.read_text(), victim.read_text()) == ("new", "precious")
