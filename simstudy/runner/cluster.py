"""Workers on a Dask cluster; needs the extra `distributed`. They need this package and no shared files."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from importlib.metadata import version
from threading import Lock

import dask
from distributed import Client, KilledWorker, LocalCluster
from distributed.security import Security

from simstudy.errors import ConfigError, ResultsError
from simstudy.runner.block import Block, BlockResult
from simstudy.runner.options import Options
from simstudy.runner.pool import Pool, compute
from simstudy.runner.process import ignore_interrupts
from simstudy.runner.processes import workers
from simstudy.runner.template import LEAST_SECONDS, LIMITS
from simstudy.runner.watch import watched

#: Seconds within which a scheduler must answer.
CONNECT_SECONDS = 15

#: The web servers of a cluster on this machine, which nobody asked for, have no pages and no fixed port.
NO_PAGES: dict[str, list[str]] = {f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker")}

#: A worker with several threads computes one block at a time: limits on BLAS threads hold for the whole process.
ONE_AT_A_TIME = Lock()


class OtherVersionError(ResultsError):
    """A worker has another version of this package, so its results could differ."""


def compute_remotely(block: Block, guarded: bool, expected: str) -> BlockResult:
    """Fit a block on a worker.

    Raises
    ------
    OtherVersionError
        The worker's version of this package is not the expected one.
    """
    found = version("simstudy")
    if found != expected:
        raise OtherVersionError(
            f"a worker has simstudy {found}, this run has {expected}: install the same version on every worker"
        )
    with ONE_AT_A_TIME:
        return compute(block, guarded)


@contextmanager
def open_pool(options: Options, blocks: Sequence[Block]) -> Iterator[Pool]:
    """Pool of Dask workers: those of the scheduler's cluster, or new ones on this machine that obey nobody else.

    Raises
    ------
    ConfigError
        A cluster on this machine cannot be protected.
    ResultsError
        The scheduler does not answer within half a minute, or is lost during the run; finished blocks stay.
    """
    with connected(options, blocks) as client:
        executor = client.get_executor(pure=False)

        def submit(block: Block, guarded: bool) -> Future[BlockResult]:
            future: Future[BlockResult] = executor.submit(compute_remotely, block, guarded, version("simstudy"))
            return future

        try:
            yield Pool(submit, lambda: 2 * max(1, len(client.nthreads())), (KilledWorker,))
        except CancelledError as error:
            address = options.scheduler or "on this machine"
            raise ResultsError(
                f"lost the scheduler {address}; what is finished is kept, run the study again"
            ) from error
        finally:
            executor.shutdown(wait=False)


def patience(blocks: Sequence[Block]) -> str | None:
    """How long the scheduler waits for a sign of life from a worker before it is replaced; None is for ever.

    A worker that fits without a time limit can be in compiled code for longer than anybody would wait.
    """
    limits = [block.timeout for block in blocks]
    longest = max((limit for limit in limits if limit is not None), default=0.0)
    return None if None in limits else f"{max(LIMITS * longest, LEAST_SECONDS):g}s"


def own_security() -> Security:
    """Certificates that only this run's processes have: what a worker is sent it executes, and a port has no owner.

    Raises
    ------
    ConfigError
        The package that makes them is not installed.
    """
    try:
        found: Security = Security.temporary()
    except ImportError as error:
        raise ConfigError("backend dask needs cryptography: pip install 'simstudy[distributed]'") from error
    return found


@contextmanager
def connected(options: Options, blocks: Sequence[Block]) -> Iterator[Client]:
    """Client of the scheduler; without an address, of a new cluster on this machine for some blocks."""
    if options.scheduler is None:
        with (
            dask.config.set({**NO_PAGES, "distributed.scheduler.worker-ttl": patience(blocks)}),
            LocalCluster(
                n_workers=workers(options.jobs, len(blocks)),
                threads_per_worker=1,
                silence_logs=logging.ERROR,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                security=own_security(),
            ) as cluster,
            Client(cluster) as client,
            watched(lambda: [nanny.pid for nanny in cluster.workers.values() if nanny.pid]),
        ):
            client.run(ignore_interrupts)
            yield client
        return
    try:
        client = Client(options.scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ResultsError(f"no Dask scheduler answers at {options.scheduler}: {error}") from error
    with client:
        yield client
