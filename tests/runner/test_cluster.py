"""Dask: the same bits as in one process, with real schedulers and workers, also when one of them is killed."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from simstudy.errors import ResultsError
from simstudy.runner import cluster
from simstudy.runner.block import Block, run_block
from simstudy.runner.cluster import OtherVersionError, compute_remotely
from simstudy.runner.methods import resolve
from simstudy.runner.options import Options
from simstudy.runner.runner import run_study
from simstudy.sources.glm import Scenario
from simstudy.store.load import load
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study

SCENARIOS = (Scenario("gaussian", 100, [1.0, 0.0]), Scenario("binomial", 200, [1.0, -1.0], intercept=0.5))
METHODS = (Method("mle", "mle"), Method("fgsm", "fgsm", "lasso", lam=FixedLambda(0.05)))
STUDY = Study("s", "aim", 5, 60, SCENARIOS, METHODS)


def assert_same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Equal bit for bit in every column but seconds."""
    columns = ["seconds", "beta_hat"]
    assert_frame_equal(a.drop(columns=columns), b.drop(columns=columns), check_exact=True)
    assert np.concatenate(a["beta_hat"].to_list()).tobytes() == np.concatenate(b["beta_hat"].to_list()).tobytes()


def test_a_worker_of_another_version_is_refused_and_both_are_named() -> None:
    block = Block("s", 5, SCENARIOS[0], resolve(SCENARIOS[0], METHODS), 0, 1)
    with pytest.raises(OtherVersionError, match=r"a worker has simstudy \d.*, this run has 99\.0"):
        compute_remotely(block, False, "99.0")
    found = compute_remotely(block, False, cluster.version("simstudy"))
    assert found.table.drop_columns(["seconds"]).equals(run_block(block).table.drop_columns(["seconds"]))


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(ResultsError, match=f"no Dask scheduler answers at {address}"):
        run_study(STUDY, tmp_path, options=Options(backend="dask", scheduler=address))
    assert cluster.CONNECT_SECONDS < 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def workers() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of a real scheduler with two real worker processes, and these."""
    logging.getLogger("distributed").setLevel(logging.ERROR)
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
    found = [start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
    yield address, found
    for process in (*found, scheduler):
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_bits(
    tmp_path: Path, workers: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = workers
    study = replace(STUDY, replicates=4000)
    options = Options(backend="dask", scheduler=address)
    done = threading.Event()

    def kill_one() -> None:
        while len(list((tmp_path / "dask" / "replicates").glob("*.parquet"))) < 20 and not done.is_set():
            time.sleep(0.005)
        processes[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    run_study(study, tmp_path / "dask", options=options, size=50)
    done.set()
    killer.join()
    assert processes[0].wait() < 0
    run_study(study, tmp_path / "serial")
    run_study(study, tmp_path / "loky", options=Options(jobs=2))
    serial = load(tmp_path / "serial")
    assert_same_rows(load(tmp_path / "dask"), serial)
    assert_same_rows(load(tmp_path / "loky"), serial)


@pytest.mark.slow
def test_a_cluster_of_this_machine_is_the_default(tmp_path: Path) -> None:
    run_study(STUDY, tmp_path / "dask", options=Options(jobs=2, backend="dask"))
    run_study(STUDY, tmp_path / "serial")
    assert_same_rows(load(tmp_path / "dask"), load(tmp_path / "serial"))
