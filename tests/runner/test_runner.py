"""A study on disk: the same rows, bit for bit, however and in how many goes it was run."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from simstudy.errors import ConfigError, ResultsError
from simstudy.runner import runner
from simstudy.runner.block import Block, BlockResult
from simstudy.runner.execute import execute
from simstudy.runner.options import Options
from simstudy.runner.runner import run_study, simulate
from simstudy.sources.glm import Scenario
from simstudy.store.layout import Layout
from simstudy.store.load import load, load_scenarios
from simstudy.study.method import FixedLambda, MatchedLambda, Method
from simstudy.study.study import Study

SCENARIOS = (
    Scenario("gaussian", 30, [1.0, -1.0, 0.0], label="g"),
    Scenario("binomial", 20, [1.0, 0.0], intercept=-1.0, label="b"),
    Scenario("poisson", 25, [0.5], prevalence=None, intercept=0.2, design="rademacher", label="p"),
)
METHODS = (
    Method("mle", "mle"),
    Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05)),
    Method("pen", "penalized", "lasso", lam=MatchedLambda("fgsm")),
    Method("oracle", "oracle"),
)
STUDY = Study("small", "to test", 11, 9, SCENARIOS, METHODS)


def assert_same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Equal bit for bit in every column but seconds."""
    columns = ["seconds", "beta_hat"]
    assert_frame_equal(a.drop(columns=columns), b.drop(columns=columns), check_exact=True)
    assert np.concatenate(a["beta_hat"].to_list()).tobytes() == np.concatenate(b["beta_hat"].to_list()).tobytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Rows of an uninterrupted serial run."""
    folder = tmp_path_factory.mktemp("whole")
    run_study(STUDY, folder)
    return load(folder)


def test_every_attempt_has_its_row(whole: pd.DataFrame) -> None:
    expected = [(s.label, r, m.name) for s in SCENARIOS for r in range(9) for m in METHODS]
    assert list(zip(whole["scenario"], whole["replicate"], whole["method"], strict=True)) == expected
    assert set(whole["study"]) == {"small"}
    assert (whole["status"] == "ok").sum() > 90


def test_columns_hold_what_they_say(whole: pd.DataFrame) -> None:
    row = whole[(whole["scenario"] == "b") & (whole["method"] == "fgsm")].iloc[0]
    assert (row["family"], row["n"], row["p"], row["s"], row["lam"]) == ("binomial", 20, 2, 1, 0.05)
    assert row["beta_hat"].shape == (2,)
    no_intercept = whole[whole["scenario"] == "g"]
    assert no_intercept["intercept_hat"].isna().all()
    assert whole[whole["method"] == "mle"]["lam"].isna().all()
    assert (whole["seconds"] > 0).all()


def test_block_size_does_not_change_a_bit(tmp_path: Path, whole: pd.DataFrame) -> None:
    for size in (1, 4, 100):
        run_study(STUDY, tmp_path / str(size), size=size)
        assert_same_rows(load(tmp_path / str(size)), whole)


def test_two_processes_give_the_same_bits(tmp_path: Path, whole: pd.DataFrame) -> None:
    run_study(STUDY, tmp_path, options=Options(jobs=2), size=2)
    assert_same_rows(load(tmp_path), whole)


def test_memory_gives_the_same_bits(whole: pd.DataFrame) -> None:
    replicates, scenarios = simulate(STUDY)
    assert_same_rows(replicates, whole)
    assert list(scenarios["scenario"]) == ["g", "b", "p"]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.integers(1, 9),
    sizes=st.tuples(st.integers(1, 10), st.integers(1, 10)),
    only=st.sampled_from([[], ["family=poisson"], ["method=mle"], ["n=30", "method=fgsm"]]),
)
def test_any_history_ends_in_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, whole: pd.DataFrame, first: int, sizes: tuple[int, int], only: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    run_study(replace(STUDY, replicates=first), folder, size=sizes[0], only=only)
    run_study(STUDY, folder, size=sizes[1])
    assert_same_rows(load(folder), whole)


def test_an_interrupted_run_keeps_its_blocks_and_is_completed(
    tmp_path: Path, whole: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(blocks: list[Block], options: Options) -> Iterator[BlockResult]:
        for done, result in enumerate(execute(blocks, options)):
            if done == 4:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(runner, "execute", broken)
    with pytest.raises(KeyboardInterrupt):
        run_study(STUDY, tmp_path, size=2)
    monkeypatch.undo()
    assert len(list(Layout(tmp_path).replicates.glob("*.parquet"))) == 4
    report = run_study(STUDY, tmp_path, size=2)
    assert report.replicates == 3 * 9 - 4 * 2
    assert_same_rows(load(tmp_path), whole)
    recorded = json.loads(Layout(tmp_path).provenance.read_text())["runs"]
    assert [run["finished"] for run in recorded] == [False, True]
    assert sum(run["fits"].get("ok", 0) for run in recorded) == (whole["status"] == "ok").sum()


def test_a_second_run_computes_nothing(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    report = run_study(STUDY, tmp_path)
    assert report.replicates == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert run_study(replace(STUDY, replicates=3), tmp_path).replicates == 0


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, flip, empty])
def test_a_damaged_shard_is_set_aside_and_its_block_redone(
    tmp_path: Path, whole: pd.DataFrame, damage: Callable[[Path], None]
) -> None:
    run_study(STUDY, tmp_path, size=4)
    victim = sorted(Layout(tmp_path).replicates.glob("*.parquet"))[3]
    damage(victim)
    report = run_study(STUDY, tmp_path, size=100)
    assert [shard.path.name for shard in report.set_aside] == [victim.name]
    assert 0 < report.replicates <= 4
    assert (Layout(tmp_path).set_aside / victim.name).exists()
    assert_same_rows(load(tmp_path), whole)


def test_another_study_of_the_same_name_is_refused(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    other = replace(STUDY, methods=(*METHODS[:1], replace(METHODS[1], lam=FixedLambda(0.06)), *METHODS[2:]))
    with pytest.raises(ResultsError, match=r"method\[1\]\.lam was 0\.05, is 0\.06"):
        run_study(other, tmp_path)


def test_a_shard_of_another_seed_is_refused(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path / "a")
    run_study(replace(STUDY, seed=12), tmp_path / "b")
    foreign = next(Layout(tmp_path / "b").replicates.glob("*.parquet"))
    foreign.replace(Layout(tmp_path / "a").replicates / foreign.name)
    with pytest.raises(ResultsError, match="seed 12"):
        run_study(STUDY, tmp_path / "a")


def test_a_lost_scenarios_file_is_written_again(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    Layout(tmp_path).scenarios.write_bytes(b"PAR1")
    run_study(STUDY, tmp_path)
    assert load_scenarios(tmp_path)["beta_true"][0].tolist() == [1.0, -1.0, 0.0]


def test_a_mistake_in_the_call_touches_nothing(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    truncate(next(Layout(tmp_path).replicates.iterdir()))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match="did you mean 'family'"):
        run_study(replace(STUDY, replicates=20), tmp_path, only=["famly=poisson"])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_jobs_must_make_sense(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="jobs = 0 is not allowed"):
        run_study(STUDY, tmp_path, options=Options(jobs=0))
    assert list(tmp_path.iterdir()) == []


def test_results_are_read_by_pandas_from_the_folder(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    assert len(pd.read_parquet(Layout(tmp_path).replicates)) == 3 * 9 * 4


def test_progress_counts_every_replicate(tmp_path: Path) -> None:
    seen: list[int] = []

    class Counter:
        def __init__(self, total: int) -> None:
            seen.append(total)

        def __enter__(self) -> Callable[[int], None]:
            return seen.append

        def __exit__(self, *_: object) -> None:
            pass

    run_study(STUDY, tmp_path, size=5, progress=Counter)
    assert seen[0] == sum(seen[1:]) == 27


def test_somebody_elses_scenarios_file_is_kept_aside_and_written_anew(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path)
    layout = Layout(tmp_path)
    whole = layout.scenarios.read_bytes()
    pq.write_table(pa.table({"a": [1]}), layout.scenarios)
    foreign = layout.scenarios.read_bytes()
    run_study(STUDY, tmp_path)
    assert layout.scenarios.read_bytes() == whole
    assert (layout.set_aside / "scenarios.parquet").read_bytes() == foreign
