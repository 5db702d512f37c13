"""Worker processes on this machine: joblib's loky."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from joblib import effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor

from simstudy.runner.block import Block, BlockResult
from simstudy.runner.options import Options
from simstudy.runner.pool import Pool, compute
from simstudy.runner.process import ONE_THREAD, prepare_process

T = TypeVar("T")

#: Seconds after which a worker without work ends.
IDLE_SECONDS = 60

#: Processes for each core at most.
MOST_PER_CORE = 4

#: Running executors by their number of processes: starting a worker takes seconds, so the next run finds them here.
EXECUTORS: dict[int, ProcessPoolExecutor] = {}


def workers(jobs: int, tasks: int) -> int:
    """Processes for so many tasks where `jobs` are asked for (-1: as many as cores), 1 at least.

    More than a few a core compute nothing sooner, and starting a thousand takes what a system has of semaphores.
    """
    most: int = min(effective_n_jobs(jobs), tasks, MOST_PER_CORE * effective_n_jobs(-1))
    return max(1, most)


@contextmanager
def open_pool(options: Options, tasks: int) -> Iterator[Pool]:
    """Pool of loky processes for so many blocks; kept for the next run, killed if this one is interrupted."""
    jobs = workers(options.jobs, tasks)

    def compute_in_process(block: Block, guarded: bool) -> Future[BlockResult]:
        return submit(jobs, compute, block, guarded)

    try:
        # Twice as many as there are processes, so that none waits for the parent.
        yield Pool(compute_in_process, lambda: 2 * jobs, (BrokenProcessPool,))
    except BaseException:
        if jobs in EXECUTORS:
            EXECUTORS.pop(jobs).shutdown(wait=False, kill_workers=True)
        raise


def submit(jobs: int, function: Callable[..., T], *arguments: object) -> Future[T]:
    """Future result of a function in one of so many processes, which are started where they do not run yet."""
    try:
        future: Future[T] = executor(jobs).submit(function, *arguments)
    except BrokenProcessPool:
        # An executor does not survive the death of one of its workers.
        EXECUTORS.pop(jobs).shutdown(wait=False, kill_workers=True)
        future = executor(jobs).submit(function, *arguments)
    return future


def executor(jobs: int) -> ProcessPoolExecutor:
    """Executor with so many processes."""
    if jobs not in EXECUTORS:
        EXECUTORS[jobs] = ProcessPoolExecutor(jobs, timeout=IDLE_SECONDS, initializer=prepare_process, env=ONE_THREAD)
    return EXECUTORS[jobs]
