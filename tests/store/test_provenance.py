import json
import subprocess
from pathlib import Path

from simstudy.store.layout import Layout
from simstudy.store.provenance import PACKAGES, RunRecord, add_run, environment, git_state, now, runs

RECORD = RunRecord(now(), True, 10, 2, 1.5, 2.5, {"ok": 19, "no_minimiser": 1}, ("a.parquet",))


def test_each_run_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    add_run(layout, RECORD)
    add_run(layout, RECORD)
    first, second = runs(layout)
    assert first["fits"] == second["fits"] == {"ok": 19, "no_minimiser": 1}
    assert first["set_aside"] == ["a.parquet"]
    assert first["wall_seconds"] == 1.5
    assert set(first["versions"]) == set(PACKAGES)


def test_the_environment_names_processor_blas_and_command() -> None:
    found = environment()
    assert found["cpu"]
    assert found["blas"]
    assert found["command"]
    json.dumps(found)


def test_git_state_tells_a_clean_tree_from_a_dirty_one(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    assert git_state(tmp_path) is None
    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-qm", "a")
    clean = git_state(tmp_path)
    assert clean is not None
    assert not clean["dirty"]
    assert len(clean["commit"]) == 40
    (tmp_path / "a").write_text("2")
    assert git_state(tmp_path) == {"commit": clean["commit"], "dirty": True}
    (tmp_path / "code").mkdir()
    assert git_state(tmp_path / "code") == {"commit": clean["commit"], "dirty": False}


def test_a_damaged_provenance_file_does_not_stop_a_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.provenance.write_text("{")
    add_run(layout, RECORD)
    assert len(runs(layout)) == 1
