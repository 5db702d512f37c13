"""Blocks whose workers die or hang: what is lost, what is kept, and that nothing else changes."""

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simstudy.errors import ResultsError
from simstudy.runner import guard, template, watch
from simstudy.runner.block import Block, BlockResult, run_block
from simstudy.runner.execute import execute
from simstudy.runner.guard import run_guarded
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.runner.options import Options
from simstudy.runner.pool import MOST_LOSSES, Pool, drive
from simstudy.runner.processes import in_processes
from simstudy.runner.replicate import data
from simstudy.runner.template import RETRIES, close_current, current
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method

SCENARIO = Scenario("binomial", 40, [1.0, 0.0], intercept=0.5)
METHODS = (Method("mle", "mle"), Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05)))
BLOCK = Block("s", 5, SCENARIO, resolve(SCENARIO, METHODS), 2, 8)
GUILTY = 5

#: A method that hangs, dies, or dies the first time only, on the data set with a given first covariate.
DANGEROUS = """
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from simstudy.estimators.mle import mle
from simstudy.runner.methods import ResolvedMethod


@dataclass(frozen=True)
class Dangerous(ResolvedMethod):
    how: str = ""
    guilty: float = 0.0
    flag: str = ""

    def fit(self, data, rng=None):
        if self.how == "always":
            time.sleep(3600)
        if data.X[0, 0] == self.guilty:
            if self.how == "hang":
                time.sleep(3600)
            if self.how == "stop once" and not Path(self.flag).exists():
                Path(self.flag).touch()
                os.kill(os.getpid(), signal.SIGSTOP)
                return mle(data.X, data.y, **self.arguments)
            if self.how == "die" or not Path(self.flag).exists():
                Path(self.flag).touch()
                os._exit(7)
        return mle(data.X, data.y, **self.arguments)
"""


def same_table(a: BlockResult, b: BlockResult) -> bool:
    left, right = (result.table.drop_columns(["seconds"]) for result in (a, b))
    return bool(left.equals(right))


@pytest.fixture
def dangerous(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Block]]:
    """Maker of a block in which the fit of the first method in replicate GUILTY is dangerous."""
    (tmp_path / "dangerous.py").write_text(DANGEROUS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    module = importlib.import_module("dangerous")
    guilty = float(data(5, SCENARIO, GUILTY).X[0, 0])

    def make(how: str) -> Block:
        plain: ResolvedMethod = BLOCK.methods[0]
        method = module.Dangerous(
            plain.name, plain.estimator, None, plain.arguments, how, guilty, str(tmp_path / "flag")
        )
        return replace(BLOCK, methods=(method, BLOCK.methods[1]))

    yield make
    close_current()
    monkeypatch.delitem(sys.modules, "dangerous")


def assert_only_guilty(result: BlockResult, status: str, words: str) -> None:
    """The guilty fit has this status; every other row is that of an undisturbed block."""
    rows, undisturbed = (each.table.drop_columns(["seconds"]).to_pylist() for each in (result, run_block(BLOCK)))
    (guilty,) = (row for row in rows if row["replicate"] == GUILTY and row["method"] == "mle")
    assert guilty["status"] == status
    assert words in guilty["message"]
    assert np.isnan(guilty["beta_hat"]).tolist() == [True, True]
    others = [k for k, row in enumerate(rows) if row is not guilty]
    assert [rows[k] for k in others] == [undisturbed[k] for k in others]


def test_a_guarded_block_has_the_same_bits_and_keeps_its_process() -> None:
    first = run_guarded(BLOCK)
    assert same_table(first, run_block(BLOCK))
    (child,) = current().idle
    assert same_table(run_guarded(replace(BLOCK, timeout=60.0)), replace(first))
    assert [child] == current().idle
    process = current().process
    close_current()
    assert process is not None
    assert process.poll() is not None
    assert not is_alive(child.pid)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has just been killed is given a second."""
    path = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        if not path.exists() or path.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.01)
    return True


def test_timeouts_start_no_new_process_but_copies_of_the_one_that_is_warm(
    dangerous: Callable[[str], Block], monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[int] = []
    started = template.started
    monkeypatch.setattr(template, "started", lambda: (starts.append(1), started())[1])
    hanging = replace(dangerous("hang").methods[0], how="always", name="hangs")
    block = replace(BLOCK, methods=(hanging, BLOCK.methods[1]), timeout=0.3)
    result = run_guarded(block)
    assert [row["status"] for row in result.table.to_pylist()] == ["timeout", "ok"] * BLOCK.replicates
    assert starts == [1]


def test_a_fit_that_hangs_is_a_timeout_and_the_others_stay(dangerous: Callable[[str], Block]) -> None:
    (result,) = execute([replace(dangerous("hang"), timeout=1.0)], Options())
    assert_only_guilty(result, "timeout", "stopped after 1 s")
    row = result.table.to_pylist()[2 * (GUILTY - BLOCK.start)]
    assert row["seconds"] == 1.0


@pytest.mark.slow
def test_a_fit_that_kills_its_process_is_crashed_in_the_end(
    dangerous: Callable[[str], Block], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "RETRIES", 1)
    assert_only_guilty(run_guarded(dangerous("die")), "crashed", "died 2 times in this fit, at last by exit code 7")


@pytest.mark.slow
def test_a_worker_that_dies_once_costs_nothing(dangerous: Callable[[str], Block]) -> None:
    blocks = [dangerous("die once"), replace(BLOCK, start=10, stop=12), replace(BLOCK, start=12, stop=14)]
    results = sorted(execute(blocks, Options(jobs=2)), key=lambda result: result.block.start)
    expected = [run_block(replace(block, methods=BLOCK.methods)) for block in blocks]
    assert all(map(same_table, results, expected))


@pytest.mark.slow
def test_a_fit_that_always_kills_its_worker_is_crashed_and_the_others_stay(dangerous: Callable[[str], Block]) -> None:
    blocks = [dangerous("die"), replace(BLOCK, start=10, stop=12)]
    results = {result.block.start: result for result in execute(blocks, Options(jobs=2))}
    assert_only_guilty(results[BLOCK.start], "crashed", f"died {RETRIES + 1} times")
    assert same_table(results[10], run_block(blocks[1]))


class LostError(Exception):
    """A worker is lost."""


def losing(times: int, calls: list[bool]) -> Pool:
    """Pool of one thread that loses its worker so many times."""
    executor = ThreadPoolExecutor(1)

    def work(block: Block, guarded: bool) -> BlockResult:
        calls.append(guarded)
        if len(calls) <= times:
            raise LostError
        return run_block(block)

    def submit(block: Block, guarded: bool) -> Future[BlockResult]:
        return executor.submit(work, block, guarded)

    return Pool(submit, lambda: 1, (LostError,))


def test_a_lost_block_is_tried_again_and_guarded_from_the_third_loss_on() -> None:
    calls: list[bool] = []
    (result,) = drive(losing(RETRIES + 2, calls), [BLOCK])
    assert calls == [False] * (RETRIES + 1) + [True, True]
    assert same_table(result, run_block(BLOCK))


def test_a_block_that_no_worker_survives_is_crashed_rows() -> None:
    calls: list[bool] = []
    (result,) = drive(losing(100, calls), [BLOCK])
    assert len(calls) == MOST_LOSSES + 1
    assert set(result.table["status"].to_pylist()) == {"crashed"}
    assert len(result.table) == BLOCK.fits


def test_a_pool_that_breaks_while_it_is_handed_a_block_counts_as_a_loss() -> None:
    calls: list[bool] = []
    whole = losing(0, calls)

    def submit(block: Block, guarded: bool) -> Future[BlockResult]:
        if not calls:
            calls.append(guarded)
            raise LostError
        return whole.submit(block, guarded)

    (result,) = drive(replace(whole, submit=submit), [BLOCK])
    assert same_table(result, run_block(BLOCK))


def test_a_mistake_of_ours_is_not_taken_for_a_lost_worker() -> None:
    broken = replace(losing(0, []), lost=())
    with pytest.raises(AttributeError):
        list(drive(broken, [replace(BLOCK, scenario=None)]))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for stopped processes that follow each other soon."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.1)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("timeout", [None, 0.4])
def test_a_guarded_process_that_is_stopped_is_replaced_and_its_fit_made_again(
    dangerous: Callable[[str], Block], timeout: float | None
) -> None:
    result = run_guarded(replace(dangerous("stop once"), timeout=timeout))
    assert same_table(result, run_block(BLOCK))


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
def test_a_worker_that_is_stopped_is_replaced_and_costs_nothing(dangerous: Callable[[str], Block]) -> None:
    blocks = [dangerous("stop once"), replace(BLOCK, start=10, stop=12), replace(BLOCK, start=12, stop=14)]
    results = sorted(execute(blocks, Options(jobs=2)), key=lambda result: result.block.start)
    expected = [run_block(replace(block, methods=BLOCK.methods)) for block in blocks]
    assert all(map(same_table, results, expected))


@pytest.mark.usefixtures("hasty")
def test_a_template_that_is_stopped_is_replaced() -> None:
    run_guarded(BLOCK)
    process = current().process
    assert process is not None
    current().idle.clear()
    os.kill(process.pid, signal.SIGSTOP)
    assert same_table(run_guarded(BLOCK), run_block(BLOCK))
    assert process.poll() == -signal.SIGKILL
    close_current()


@pytest.mark.usefixtures("hasty")
def test_a_process_that_computes_is_not_taken_for_a_stopped_one() -> None:
    stopped: list[int] = []
    with pytest.MonkeyPatch.context() as patch, watch.watched(lambda: [os.getpid()]):
        patch.setattr(os, "kill", lambda pid, _: stopped.append(pid))
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            pass
    assert stopped == []


def die(_: int) -> int:
    os._exit(3)


def test_a_computation_whose_processes_die_is_a_sentence() -> None:
    with pytest.raises(ResultsError, match=f"processes of this computation were lost {RETRIES + 1} times"):
        in_processes(2, die, [(1,), (2,)], "deaths")


def test_an_abandoned_pool_of_guarded_processes_ends_at_once(dangerous: Callable[[str], Block]) -> None:
    block = replace(dangerous("hang"), timeout=3600.0)
    results = execute([replace(BLOCK, timeout=3600.0, stop=3), block], Options(jobs=2))
    next(results)
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < 5.0, "it would be an hour"
