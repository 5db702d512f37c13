from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simstudy.errors import ResultsError
from simstudy.records import REPLICATE_SCHEMA
from simstudy.store.layout import Layout
from simstudy.store.shards import Shard, read_shard, scan, set_aside, write_shard

SHARD = Shard(study="s", seed=1, scenario_key="abc", methods=("mle", "fgsm"), start=3, stop=5)


def rows(shard: Shard) -> pa.Table:
    pairs = [(replicate, method) for replicate in range(shard.start, shard.stop) for method in shard.methods]
    values = {
        "study": shard.study, "scenario": "label", "scenario_key": shard.scenario_key, "status": "ok", "message": "",
        "family": "poisson", "n": 10, "p": 2, "s": 1, "design": "normal", "sigma": 1.0, "beta_hat": [0.5, -0.25],
    }  # fmt: skip
    return pa.Table.from_pylist([{**values, "replicate": r, "method": m} for r, m in pairs], REPLICATE_SCHEMA)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "s")


def test_a_shard_comes_back_with_its_description(layout: Layout) -> None:
    path = write_shard(layout, SHARD, rows(SHARD))
    shard, table = read_shard(path)
    assert shard == SHARD
    assert table.equals(rows(SHARD))


@pytest.mark.parametrize("columns", [["method", "se_hat"], ["method"]])
def test_a_shard_from_before_standard_errors_has_none(layout: Layout, columns: list[str]) -> None:
    path = write_shard(layout, SHARD, rows(SHARD).drop_columns(["se_hat", "intercept_se"]))
    shard, table = read_shard(path, columns)
    assert shard == SHARD
    assert table.select(columns).equals(rows(SHARD).select(columns))


def test_shards_of_other_blocks_and_methods_have_other_names() -> None:
    others = [replace(SHARD, start=0), replace(SHARD, stop=6), replace(SHARD, methods=("mle",))]
    others += [replace(SHARD, methods=("mlef", "gsm")), replace(SHARD, scenario_key="abd")]
    assert len({shard.file_name for shard in [SHARD, *others]}) == 6


def test_pandas_reads_the_folder_while_a_temporary_file_lies_in_it(layout: Layout) -> None:
    write_shard(layout, SHARD, rows(SHARD))
    write_shard(layout, replace(SHARD, start=5, stop=7), rows(replace(SHARD, start=5, stop=7)))
    (layout.replicates / ".half.parquet.tmp").write_bytes(b"PAR1 half")
    (layout.replicates / ".half.parquet").write_bytes(b"PAR1 half")
    frame = pd.read_parquet(layout.replicates)
    assert sorted(frame["replicate"]) == [3, 3, 4, 4, 5, 5, 6, 6]
    assert list(frame.columns) == REPLICATE_SCHEMA.names
    assert len(scan(layout).shards) == 2
    assert scan(layout).damaged == ()


def test_a_truncated_shard_is_named_and_set_aside_and_the_others_stay(layout: Layout) -> None:
    path = write_shard(layout, SHARD, rows(SHARD))
    other = replace(SHARD, start=5, stop=7)
    write_shard(layout, other, rows(other))
    path.write_bytes(path.read_bytes()[:-7])
    found = scan(layout)
    assert found.shards == (other,)
    assert [damaged.path for damaged in found.damaged] == [path]
    assert path.name in found.damaged[0].reason
    set_aside(layout, found.damaged)
    assert not path.exists()
    assert (layout.set_aside / path.name).exists()


def test_a_shard_under_another_name_is_damaged(layout: Layout) -> None:
    path = write_shard(layout, SHARD, rows(SHARD))
    moved = path.replace(path.with_name(replace(SHARD, start=0).file_name))
    with pytest.raises(ResultsError, match="promises"):
        read_shard(moved)


def test_a_shard_with_too_few_rows_is_damaged(layout: Layout) -> None:
    path = write_shard(layout, SHARD, rows(SHARD).slice(1))
    with pytest.raises(ResultsError, match="promises"):
        read_shard(path)


def test_a_foreign_parquet_file_is_damaged(layout: Layout) -> None:
    layout.replicates.mkdir(parents=True)
    pq.write_table(pa.table({"x": [1]}), layout.replicates / "foreign.parquet")
    assert "does not say what it holds" in scan(layout).damaged[0].reason


def test_other_columns_are_damage(layout: Layout) -> None:
    path = write_shard(layout, SHARD, rows(SHARD).drop_columns(["seconds"]))
    with pytest.raises(ResultsError, match="columns"):
        read_shard(path)
