from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from simstudy.errors import ResultsError
from simstudy.records import REPLICATE_SCHEMA, SCENARIO_SCHEMA
from simstudy.store.files import write_table, write_text
from simstudy.store.layout import Layout
from simstudy.store.load import load, load_scenarios
from simstudy.store.shards import Shard, write_shard


def make_shard(layout: Layout, key: str, start: int, stop: int) -> Path:
    shard = Shard("s", 1, key, ("mle", "fgsm"), start, stop)
    pairs = [(r, m) for r in range(start, stop) for m in shard.methods]
    values = {"study": "s", "scenario": key, "scenario_key": key, "status": "ok"}
    records = [{**values, "replicate": r, "method": m, "beta_hat": [float(r), 0.0]} for r, m in pairs]
    return write_shard(layout, shard, pa.Table.from_pylist(records, REPLICATE_SCHEMA))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Two scenarios whose order in the study is not alphabetical, in shards of unequal size."""
    layout = Layout(tmp_path / "s")
    write_text(layout.study, 'replicates = 3\n[[method]]\nname = "mle"\n[[method]]\nname = "fgsm"\n')
    truth = [{"scenario_key": key, "beta_true": [1.0, 0.0]} for key in ("z", "a")]
    write_table(layout.scenarios, pa.Table.from_pylist(truth, SCENARIO_SCHEMA))
    for key, start, stop in [("a", 1, 3), ("z", 0, 3), ("a", 0, 1)]:
        make_shard(layout, key, start, stop)
    return layout


def test_rows_come_in_the_order_of_the_study(layout: Layout) -> None:
    frame = load(layout.folder)
    expected = [(key, r, m) for key in ("z", "a") for r in range(3) for m in ("mle", "fgsm")]
    assert list(zip(frame["scenario"], frame["replicate"], frame["method"], strict=True)) == expected
    assert isinstance(frame["beta_hat"][2], np.ndarray)
    assert frame["beta_hat"][2].tolist() == [1.0, 0.0]


def test_the_truth_comes_with_its_vectors(layout: Layout) -> None:
    assert load_scenarios(str(layout.folder))["beta_true"][0].tolist() == [1.0, 0.0]


def test_a_damaged_shard_is_named_and_not_passed_over(layout: Layout) -> None:
    path = make_shard(layout, "a", 3, 4)
    path.write_bytes(b"PAR1")
    with pytest.raises(ResultsError, match=f"{path.name}.*Run the study again"):
        load(layout.folder)


def test_an_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="simstudy run"):
        load(tmp_path)
