"""A disk that fills up while results are written."""

import errno
import os
from pathlib import Path

import pytest

from simstudy.errors import ResultsError
from simstudy.runner.runner import run_study
from simstudy.sources.glm import Scenario
from simstudy.store.layout import Layout
from simstudy.store.load import load
from simstudy.store.shards import scan
from simstudy.study.method import Method
from simstudy.study.study import Study
from unprivileged import unprivileged

STUDY = Study("s", "aim", 1, 8, (Scenario("gaussian", 30, [1.0, 0.0]),), (Method("mle", "mle"),))


def test_finished_blocks_stay_and_the_run_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) > 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ResultsError, match=r"cannot write .*No space left on device; what was written"):
        run_study(STUDY, tmp_path, size=1)
    monkeypatch.undo()
    layout = Layout(tmp_path)
    done = scan(layout)
    assert 0 < len(done.shards) < 8
    assert done.damaged == ()
    assert [path for path in layout.replicates.iterdir() if path.name.startswith(".")] == []
    report = run_study(STUDY, tmp_path, size=1)
    assert report.replicates == 8 - len(done.shards)
    assert list(load(tmp_path)["replicate"]) == list(range(8))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with unprivileged(), pytest.raises(ResultsError, match="cannot write"):
        run_study(STUDY, tmp_path)
    tmp_path.chmod(0o700)
