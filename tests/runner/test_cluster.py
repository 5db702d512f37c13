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
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pandas as pd
import pytest
from distributed import Client
from distributed.security import Security
from pandas.testing import assert_frame_equal

from simstudy.errors import ConfigError, ResultsError
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
BLOCK = Block("s", 5, SCENARIOS[0], resolve(SCENARIOS[0], METHODS), 0, 1)


def assert_same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Equal bit for bit in every column but seconds."""
    columns = ["seconds", "beta_hat"]
    assert_frame_equal(a.drop(columns=columns), b.drop(columns=columns), check_exact=True)
    assert np.concatenate(a["beta_hat"].to_list()).tobytes() == np.concatenate(b["beta_hat"].to_list()).tobytes()


def test_a_worker_of_another_version_is_refused_and_both_are_named() -> None:
    with pytest.raises(OtherVersionError, match=r"a worker has simstudy \d.*, this run has 99\.0"):
        compute_remotely(BLOCK, False, "99.0")
    found = compute_remotely(BLOCK, False, cluster.version("simstudy"))
    assert found.table.drop_columns(["seconds"]).equals(run_block(BLOCK).table.drop_columns(["seconds"]))


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(ResultsError, match=f"no Dask scheduler answers at {address}"):
        run_study(STUDY, tmp_path, options=Options(backend="dask", scheduler=address))
    assert cluster.CONNECT_SECONDS < 30


def test_a_cluster_of_this_machine_obeys_nobody_else() -> None:
    pytest.importorskip("cryptography")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with cluster.connected(Options(jobs=1, backend="dask"), [BLOCK]) as client:
        (worker,) = client.nthreads()
        assert client.submit(sum, [1, 2]).result() == 3
        for port in (client.scheduler_info()["services"]["dashboard"], worker_page(client, worker)):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
        for address in (client.scheduler.address, worker):
            assert address.startswith("tls://127.0.0.1:")
            for stranger in (None, Security.temporary()):
                other = address if stranger else address.replace("tls", "tcp")
                with pytest.raises((OSError, ValueError)):
                    Client(other, security=stranger, timeout=1)


def worker_page(client: Client, worker: str) -> int:
    """Port of a worker's web server."""
    port: int = client.scheduler_info()["workers"][worker]["services"]["dashboard"]
    return port


def test_without_certificates_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> None:
        raise ImportError

    monkeypatch.setattr(cluster.Security, "temporary", refused)
    with pytest.raises(ConfigError, match=r"backend dask needs cryptography: pip install 'simstudy\[distributed\]'"):
        cluster.own_security()


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
    pytest.importorskip("cryptography")
    run_study(STUDY, tmp_path / "dask", options=Options(jobs=2, backend="dask"))
    run_study(STUDY, tmp_path / "serial")
    assert_same_rows(load(tmp_path / "dask"), load(tmp_path / "serial"))
