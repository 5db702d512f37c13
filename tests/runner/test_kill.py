"""A study whose run is killed again and again ends in the results of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from simstudy.runner.runner import run_study
from simstudy.store.layout import Layout
from simstudy.store.load import load
from simstudy.store.provenance import runs
from simstudy.study.config import read_study

STUDY = """
aim = "to be killed"
seed = 3
replicates = 4000
[[scenario]]
family = ["gaussian", "binomial"]
n = [100, 200, 1000]
beta = { pattern = "sparse", s = 2 }
p = 6
intercept = 0.5
[[method]]
name = "fgsm_scad"
estimator = "fgsm"
penalty = "scad"
lam = 0.1
"""


def command(folder: Path, jobs: int) -> list[str]:
    arguments = ["run", str(folder / "tiny.toml"), "--out", str(folder), "-j", str(jobs), "--quiet"]
    return [sys.executable, "-m", "simstudy", *arguments]


def finish(folder: Path, jobs: int) -> pd.DataFrame:
    """Run the study in `folder` to its end and load it."""
    subprocess.run(command(folder, jobs), check=True, capture_output=True, timeout=300)
    return load(folder / "tiny")


def kill_once(folder: Path, jobs: int, seconds: float) -> bool:
    """Start the study and kill it so long after it has begun to compute; whether it was still running."""
    process = subprocess.Popen(command(folder, jobs), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = folder / "tiny" / ".running-1-of-1.json"
    written = running.stat().st_mtime_ns if running.exists() else 0
    while process.poll() is None and not (running.exists() and running.stat().st_mtime_ns > written):
        time.sleep(0.01)
    time.sleep(seconds)
    alive = process.poll() is None
    process.kill()
    process.wait()
    return alive


def assert_same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Equal bit for bit in every column but seconds."""
    columns = ["seconds", "beta_hat"]
    assert_frame_equal(a.drop(columns=columns), b.drop(columns=columns), check_exact=True)
    assert np.concatenate(a["beta_hat"].to_list()).tobytes() == np.concatenate(b["beta_hat"].to_list()).tobytes()


def assert_rows_survive_kills(tmp_path: Path, study: str, kills: int, jobs: int, longest: float) -> None:
    """Kill a run at random moments; the moments are new in every call, for no result may depend on them."""
    moments = random.SystemRandom()
    killed = tmp_path / "killed"
    killed.mkdir()
    (killed / "tiny.toml").write_text(study)
    alive = sum(kill_once(killed, jobs, moments.uniform(0.0, longest)) for _ in range(kills))
    assert alive >= kills - 1
    whole = read_study(killed / "tiny.toml")
    run_study(whole, tmp_path / "whole")
    assert_same_rows(finish(killed, jobs), load(tmp_path / "whole"))


@pytest.mark.slow
def test_a_serial_run_that_is_killed_ten_times_ends_in_the_same_rows(tmp_path: Path) -> None:
    assert_rows_survive_kills(tmp_path, STUDY, kills=10, jobs=1, longest=0.6)


@pytest.mark.slow
def test_a_run_of_two_processes_that_is_killed_ten_times_ends_in_the_same_rows(tmp_path: Path) -> None:
    assert_rows_survive_kills(tmp_path, STUDY, kills=10, jobs=2, longest=0.6)


def test_a_run_that_is_killed_twice_ends_in_the_same_rows(tmp_path: Path) -> None:
    small = STUDY.replace("[100, 200, 1000]", "[1000]").replace("4000", "1000")
    assert_rows_survive_kills(tmp_path, small, kills=2, jobs=1, longest=0.3)


@pytest.mark.slow
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(STUDY)
    process = subprocess.Popen(command(tmp_path, 2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(Layout(tmp_path / "tiny").replicates.glob("*.parquet")):
        time.sleep(0.01)
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while any(map(is_worker, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_worker, workers))


def children(pid: int) -> list[int]:
    """Worker processes of a run, from /proc."""
    if not Path("/proc").exists():
        pytest.skip("needs /proc")
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid and is_worker(int(entry.name)):
            found.append(int(entry.name))
    return found


def is_worker(pid: int) -> bool:
    try:
        return b"loky" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("how", [("-j", "1"), ("-j", "2"), ("-j", "2", "--backend", "dask")])
@pytest.mark.parametrize("everybody", [False, True])
def test_a_signal_ends_a_run_soon_with_a_record_and_says_how_to_go_on(
    tmp_path: Path, how: tuple[str, ...], number: signal.Signals, everybody: bool
) -> None:
    """Sent to the run alone, as kill does, or to all of its processes, as a terminal or a batch system does."""
    (tmp_path / "tiny.toml").write_text(STUDY.replace("4000", "400000"))
    process = subprocess.Popen(
        [*command(tmp_path, 1)[:-3], *how, "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background jobs ignore the signal, and their children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    while not list(Layout(tmp_path / "tiny").replicates.glob("*.parquet")):
        time.sleep(0.01)
    began = time.monotonic()
    (os.killpg if everybody else os.kill)(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < 20.0, "the study would take minutes; measured 0.1 to 0.3 s"
    assert process.returncode == 128 + number
    said = errors.removeprefix("compiling, once on this machine\n").strip()
    assert said == "Interrupted. What is finished is kept; the same command goes on from there."
    assert "error" not in set(pd.read_parquet(tmp_path / "tiny" / "replicates")["status"])
    (record,) = runs(Layout(tmp_path / "tiny"))
    assert not record["finished"]
