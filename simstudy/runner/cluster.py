"""Workers on a Dask cluster; needs the extra `distributed`. They need this package and no shared files."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from importlib.metadata import version
from threading import Lock

from distributed import Client, KilledWorker, LocalCluster
from joblib import effective_n_jobs

from simstudy.errors import ResultsError
from simstudy.runner.block import Block, BlockResult
from simstudy.runner.options import Options
from simstudy.runner.pool import Pool, compute
from simstudy.runner.process import ignore_interrupts

#: Seconds within which a scheduler must answer.
CONNECT_SECONDS = 15

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
def open_pool(options: Options) -> Iterator[Pool]:
    """Pool of Dask workers: those of the scheduler's cluster, or new ones on this machine, bound to loopback.

    Raises
    ------
    ResultsError
        The scheduler does not answer within half a minute, or is lost during the run; finished blocks stay.
    """
    with connected(options) as client:
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


@contextmanager
def connected(options: Options) -> Iterator[Client]:
    """Client of the scheduler; without an address, of a new cluster on this machine."""
    if options.scheduler is None:
        with (
            LocalCluster(
                n_workers=effective_n_jobs(options.jobs),
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
            ) as cluster,
            Client(cluster) as client,
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
