import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from simstudy.errors import ResultsError
from simstudy.store.layout import Layout
from simstudy.store.lock import Holder, alone, holders, locked, refuse_links
from unprivileged import unprivileged


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


@pytest.mark.parametrize(
    "name", [".lock", "replicates", "tables", "figures", "set_aside", "tables/a.md", "measures.parquet"]
)
def test_a_folder_with_a_link_in_it_is_refused_and_nothing_outside_changes(
    tmp_path: Path, layout: Layout, name: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("precious")
    path = layout.folder / name
    path.parent.mkdir(parents=True)
    path.symlink_to(outside / "a.md" if path.suffix or name == ".lock" else outside)
    with pytest.raises(ResultsError, match=f"{path} is a symbolic link"), locked(layout, holder("1/1")):
        pass
    assert [each.name for each in outside.iterdir()] == ["a.md"]
    assert (outside / "a.md").read_text() == "precious"


def test_a_study_folder_that_is_a_link_is_refused_and_the_folder_of_all_results_may_be_one(tmp_path: Path) -> None:
    (tmp_path / "real" / "s").mkdir(parents=True)
    (tmp_path / "results").symlink_to(tmp_path / "real")
    with locked(Layout(tmp_path / "results" / "s"), holder("1/1")):
        pass
    (tmp_path / "real" / "t").symlink_to(tmp_path / "real" / "s")
    with pytest.raises(ResultsError, match="t is a symbolic link"):
        refuse_links(Layout(tmp_path / "real" / "t"))


def test_a_pipe_in_place_of_a_lock_is_refused_at_once(layout: Layout) -> None:
    layout.folder.mkdir()
    os.mkfifo(layout.lock)
    with pytest.raises(ResultsError, match="not a regular file"), locked(layout, holder("1/1")):
        pass


def test_a_lock_file_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / ".a.lock").write_text("precious")
    with alone(tmp_path / "a"):
        pass
    assert (tmp_path / ".a.lock").read_text() == "precious"


@pytest.mark.parametrize("content", ["[]", "{}", "null", "[" * 100_000, '{"pid": 1}'])
def test_a_record_of_a_run_that_is_none_is_passed_over(layout: Layout, content: str) -> None:
    layout.folder.mkdir()
    (layout.folder / ".running-1-of-1.json").write_text(content)
    assert holders(layout) == []


def test_who_may_only_read_sees_the_holder_and_writes_nothing(layout: Layout) -> None:
    with locked(layout, holder("1/1")):
        layout.folder.chmod(0o500)
        layout.lock.chmod(0o400)
        with unprivileged():
            assert holders(layout) == [holder("1/1")]
        layout.folder.chmod(0o700)
    with unprivileged():
        assert holders(layout) == []
