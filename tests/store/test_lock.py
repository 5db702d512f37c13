import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from simstudy.errors import ResultsError
from simstudy.store.layout import Layout
from simstudy.store.lock import Holder, holders, locked


def holder(part: str, pid: int = 1) -> Holder:
    return Holder(pid, "here", "2030-01-01T00:00:00+00:00", 2, part)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "s")


def test_nobody_holds_a_new_folder(layout: Layout) -> None:
    assert holders(layout) == []
    assert not layout.folder.exists()


def test_a_lock_names_its_holder_and_ends_with_its_context(layout: Layout) -> None:
    with locked(layout, holder("1/1")):
        assert holders(layout) == [holder("1/1")]
    assert holders(layout) == []
    with locked(layout, holder("1/1")):
        pass


@pytest.mark.parametrize(("first", "second"), [("1/1", "1/1"), ("1/1", "1/2"), ("1/2", "1/1"), ("1/2", "1/2")])
def test_a_second_run_is_refused(layout: Layout, first: str, second: str) -> None:
    with (
        locked(layout, holder(first)),
        pytest.raises(ResultsError, match="process 1 on here since 2030"),
        locked(layout, holder(second, pid=2)),
    ):
        pass


def test_different_parts_run_together(layout: Layout) -> None:
    with locked(layout, holder("1/2")), locked(layout, holder("2/2", pid=2)):
        assert [each.part for each in holders(layout)] == ["1/2", "2/2"]


def test_another_division_is_refused(layout: Layout) -> None:
    with (
        locked(layout, holder("1/2")),
        pytest.raises(ResultsError, match=r"shard 3/3 and shard 1/2 .* need the same K"),
        locked(layout, holder("3/3", pid=2)),
    ):
        pass


def hold(layout: Layout, held: Callable[[], None]) -> None:
    with locked(layout, holder("1/1", os.getpid())):
        held()
        signal.pause()


def test_a_killed_run_leaves_no_lock(layout: Layout) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    process = context.Process(target=hold, args=(layout, held.set))
    process.start()
    assert held.wait(60)
    with pytest.raises(ResultsError, match=f"process {process.pid}"), locked(layout, holder("1/1")):
        pass
    process.kill()
    process.join()
    assert holders(layout) == []
    with locked(layout, holder("1/1")):
        pass
