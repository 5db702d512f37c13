"""Worker processes on this machine: joblib's loky."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from joblib import effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor

from simstudy.run.block import Block, BlockResult
from simstudy.run.options import Options
from simstudy.run.pool import Pool, compute
from simstudy.run.process import ONE_THREAD, prepare_process

#: Seconds after which a worker without work ends.
IDLE_SECONDS = 60

#: Running executors by their number of processes: starting a worker takes seconds, so the next run finds them here.
EXECUTORS: dict[int, ProcessPoolExecutor] = {}


@contextmanager
def open_pool(options: Options) -> Iterator[Pool]:
    """Pool of loky processes; kept for the next run, killed if this one is interrupted."""
    jobs = effective_n_jobs(options.jobs)

    def submit(block: Block, guarded: bool) -> Future[BlockResult]:
        try:
            future: Future[BlockResult] = executor(jobs).submit(compute, block, guarded)
        except BrokenProcessPool:
            # An executor does not survive the death of one of its workers; the next call starts another one.
            EXECUTORS.pop(jobs).shutdown(wait=False, kill_workers=True)
            raise
        return future

    try:
        # Twice as many as there are processes, so that none waits for the parent.
        yield Pool(submit, lambda: 2 * jobs, (BrokenProcessPool,))
    except BaseException:
        if jobs in EXECUTORS:
            EXECUTORS.pop(jobs).shutdown(wait=False, kill_workers=True)
        raise


def executor(jobs: int) -> ProcessPoolExecutor:
    """Executor with so many processes."""
    if jobs not in EXECUTORS:
        EXECUTORS[jobs] = ProcessPoolExecutor(jobs, timeout=IDLE_SECONDS, initializer=prepare_process, env=ONE_THREAD)
    return EXECUTORS[jobs]
