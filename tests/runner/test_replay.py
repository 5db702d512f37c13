from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from simstudy.errors import ConfigError
from simstudy.runner.replay import find_scenario, replay
from simstudy.runner.runner import run_study
from simstudy.sources.glm import Scenario
from simstudy.store.layout import Layout
from simstudy.store.shards import read_shard, shard_paths, write_shard
from simstudy.study.method import FixedLambda, MatchedLambda, Method
from simstudy.study.study import Study

METHODS = (
    Method("mle", "mle"),
    Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05)),
    Method("pen", "penalized", "lasso", lam=MatchedLambda("fgsm")),
)
SCENARIOS = (Scenario("gaussian", 30, [1.0, 0.0], label="g"), Scenario("binomial", 5, [0.0], 20.0, label="constant"))
STUDY = Study("s", "aim", 11, 5, SCENARIOS, METHODS)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    run_study(STUDY, tmp_path)
    return Layout(tmp_path)


@pytest.mark.parametrize("name", ["g", SCENARIOS[0].key, SCENARIOS[0].key[:7], "constant"])
def test_a_replicate_made_again_equals_its_rows_failed_or_not(layout: Layout, name: str) -> None:
    found = replay(STUDY, layout, name, 3)
    assert [each.row["method"] for each in found] == ["mle", "fgsm", "pen"]
    assert all(each.equal for each in found)
    statuses = {each.row["status"] for each in found}
    assert statuses == ({"degenerate_response"} if name == "constant" else {"ok"})


def test_one_method_is_enough(layout: Layout) -> None:
    (found,) = replay(STUDY, layout, "g", 0, "pen")
    assert found.equal
    assert found.row["lam"] == pytest.approx(0.05 * np.sqrt(2 / np.pi), rel=1e-6)


def test_a_row_that_differs_in_the_last_bit_is_told(layout: Layout) -> None:
    path = shard_paths(layout, SCENARIOS[0].key)[0]
    shard, table = read_shard(path)
    values = table["beta_hat"].to_pylist()
    values[0][0] = float(np.nextafter(values[0][0], 2.0))
    position = table.schema.get_field_index("beta_hat")
    changed = table.set_column(position, table.schema.field("beta_hat"), pa.array(values, pa.list_(pa.float64())))
    write_shard(layout, shard, changed)
    first, second, _ = replay(STUDY, layout, "g", 0)
    assert (first.equal, first.different) == (False, ("beta_hat",))
    assert second.equal


def test_a_replicate_that_has_not_been_run_is_fitted_all_the_same(tmp_path: Path) -> None:
    (found,) = replay(STUDY, Layout(tmp_path), "g", 4, "mle")
    assert found.stored is None
    assert not found.equal
    assert found.row["status"] == "ok"


@pytest.mark.parametrize(
    ("scenario", "replicate", "method", "words"),
    [
        ("gg", 0, None, "nearest of 2 is 'g'"),
        ("constnt", 0, None, "'constant'"),
        ("g", 5, None, r"replicate = 5 .* 0, \.\.\., 4; the nearest is 4"),
        ("g", -1, None, "the nearest is 0"),
        ("g", 0, "fgms", "did you mean 'fgsm'"),
    ],
)
def test_what_does_not_exist_is_named_with_the_nearest(
    layout: Layout, scenario: str, replicate: int, method: str | None, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        replay(STUDY, layout, scenario, replicate, method)


def test_a_short_beginning_of_a_key_is_not_taken_for_a_scenario() -> None:
    with pytest.raises(ConfigError):
        find_scenario(STUDY, SCENARIOS[0].key[:3])
