from pathlib import Path

import pyarrow as pa
import pytest

from simstudy.errors import ResultsError
from simstudy.store.files import read_table, write_bytes, write_table, write_text


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
