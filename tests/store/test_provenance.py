import json
import subprocess
from pathlib import Path

import pytest

from simstudy.errors import ResultsError
from simstudy.store.layout import Layout
from simstudy.store.provenance import PACKAGES, RunRecord, add_run, environment, git_state, now, runs
from unprivileged import unprivileged

RECORD = RunRecord(now(), True, 10, 2, 1.5, 2.5, {"ok": 19, "no_minimiser": 1}, ("a.parquet",))


def test_each_run_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    add_run(layout, RECORD, environment())
    add_run(layout, RECORD, environment())
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


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def checkout(folder: Path) -> Path:
    """A checkout with one package in it, committed."""
    package = folder / "package"
    package.mkdir()
    git(folder, "init", "-q")
    (package / "a").write_text("1")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a")
    return package


def test_git_state_tells_a_clean_package_from_a_changed_one(tmp_path: Path) -> None:
    assert git_state(tmp_path / "package") is None
    package = checkout(tmp_path)
    clean = git_state(package)
    assert clean is not None
    assert not clean["dirty"]
    assert len(clean["commit"]) == 40
    (tmp_path / "results").write_text("2")
    git(tmp_path, "add", ".")
    assert git_state(package) == clean
    (package / "a").write_text("2")
    assert git_state(package) == {"commit": clean["commit"], "dirty": True}


def test_a_repository_around_the_checkout_is_not_asked(tmp_path: Path) -> None:
    checkout(tmp_path)
    installed = tmp_path / "site-packages" / "package"
    installed.mkdir(parents=True)
    assert git_state(installed) is None


def test_no_program_of_a_configuration_runs_and_no_variable_leads_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = checkout(tmp_path)
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spy.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(spy))
    (package / "a").write_text("2")
    git(tmp_path, "status")
    assert (tmp_path / "ran").exists(), "this git runs the monitor, so the test can see it run"
    (tmp_path / "ran").unlink()
    (tmp_path / "global").write_text(f"[core]\nfsmonitor = {spy}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    found = git_state(package)
    assert found is not None
    assert found["dirty"]
    assert not (tmp_path / "ran").exists()


GARBAGE = [b"{", b"[]", b"null", b"[" * 100_000, b'{"runs": 1}', b'{"runs": [1]}', b"\xff\xfe", b"", b"9" * 5000]


@pytest.mark.parametrize("content", GARBAGE, ids=lambda content: repr(content[:12]))
def test_a_provenance_file_that_is_none_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    layout = Layout(tmp_path)
    layout.provenance.write_bytes(content)
    assert runs(layout) == []
    add_run(layout, RECORD, environment())
    add_run(layout, RECORD, environment())
    assert len(runs(layout)) == 2
    assert (layout.set_aside / "provenance.json").read_bytes() == content


def test_a_provenance_file_that_may_not_be_read_is_not_replaced(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    add_run(layout, RECORD, environment())
    before = layout.provenance.read_bytes()
    layout.provenance.chmod(0)
    with unprivileged(), pytest.raises(ResultsError, match=r"cannot read .*provenance\.json: Permission denied"):
        add_run(layout, RECORD, environment())
    layout.provenance.chmod(0o600)
    assert layout.provenance.read_bytes() == before


def test_a_link_in_place_of_the_lock_is_refused_and_its_target_stays(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    layout = Layout(tmp_path / "s")
    layout.folder.mkdir()
    (layout.folder / ".provenance.json.lock").symlink_to(victim)
    with pytest.raises(ResultsError, match=r"\.provenance\.json\.lock is a symbolic link"):
        add_run(layout, RECORD, environment())
    assert victim.read_text() == "precious"
