"""Worker processes on this machine: joblib's loky."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from joblib import effective_n_jobs
from joblib.externals.loky import ProcessPoolExecutor

from simstudy.errors import ResultsError
from simstudy.runner.block import Block, BlockResult, thread_controller
from simstudy.runner.guard import run_guarded
from simstudy.runner.options import Options
from simstudy.runner.pool import Pool, compute
from simstudy.runner.process import ONE_THREAD, prepare_process
from simstudy.runner.progress import counted
from simstudy.runner.template import RETRIES, current
from simstudy.runner.watch import watched

T = TypeVar("T")

#: Seconds after which a worker without work ends.
IDLE_SECONDS = 60

#: Processes for each core at most.
MOST_PER_CORE = 4

#: Option of Python's -W for loky's tracker of semaphores.
TIDY = "ignore:resource_tracker:UserWarning"

#: Running executors by their number of processes: starting a worker takes seconds, so the next run finds them here.
EXECUTORS: dict[int, ProcessPoolExecutor] = {}


def workers(jobs: int, tasks: int) -> int:
    """Processes for so many tasks where `jobs` are asked for (-1: as many as cores), 1 at least.

    More than a few a core compute nothing sooner, and starting a thousand takes what a system has of semaphores.
    """
    most: int = min(effective_n_jobs(jobs), tasks, MOST_PER_CORE * effective_n_jobs(-1))
    return max(1, most)


@contextmanager
def open_pool(options: Options, blocks: Sequence[Block]) -> Iterator[Pool]:
    """Pool of processes for some blocks; kept for the next run, killed if this one is interrupted."""
    jobs = workers(options.jobs, len(blocks))
    limited = any(block.timeout is not None for block in blocks)
    with guarding(jobs) if limited else computing(jobs) as pool:
        yield pool


@contextmanager
def computing(jobs: int) -> Iterator[Pool]:
    """Pool of loky processes."""

    def compute_in_process(block: Block, guarded: bool) -> Future[BlockResult]:
        return submit(jobs, compute, block, guarded)

    try:
        # Twice as many as there are processes, so that none waits for the parent.
        with watched(partial(process_ids, jobs)):
            yield Pool(compute_in_process, lambda: 2 * jobs, (BrokenProcessPool,))
    except BaseException:
        discard(jobs)
        raise


@contextmanager
def guarding(jobs: int) -> Iterator[Pool]:
    """Pool of threads that each wait for a process in which fits can be stopped."""
    template, threads = current(), ThreadPoolExecutor(jobs)

    def guard(block: Block, _: bool) -> Future[BlockResult]:
        return threads.submit(run_guarded, block, template)

    try:
        yield Pool(guard, lambda: jobs, ())
    except BaseException:
        template.close()
        raise
    finally:
        threads.shutdown(cancel_futures=True)


def submit(jobs: int, function: Callable[..., T], *arguments: object) -> Future[T]:
    """Future result of a function in one of so many processes, which are started where they do not run yet."""
    try:
        future: Future[T] = executor(jobs).submit(function, *arguments)
    except BrokenProcessPool:
        # An executor does not survive the death of one of its workers.
        discard(jobs)
        future = executor(jobs).submit(function, *arguments)
    return future


def in_processes(
    jobs: int, function: Callable[..., T], tasks: Sequence[tuple[object, ...]], what: str, *, apart: bool = False
) -> list[T]:
    """Results of a function for the arguments of each task, in order.

    Parameters
    ----------
    jobs : int
        Processes; with one the work is done in this process, on one thread, unless it is to be done `apart`.
    function : callable
    tasks : sequence of tuple
    what : str
        What is computed, for those who listen where it takes long.
    apart : bool
        Whether this process's memory may not grow with the work.

    Raises
    ------
    ResultsError
        A process is lost again and again.
    """
    jobs = workers(jobs, len(tasks))
    with counted(what, len(tasks)) as advance:

        def one(*task: object) -> T:
            found = function(*task)
            advance()
            return found

        if jobs == 1 and not apart:
            with thread_controller().limit(limits=1):
                return [one(*task) for task in tasks]
        return in_workers(jobs, function, tasks, advance)


def in_workers(
    jobs: int, function: Callable[..., T], tasks: Sequence[tuple[object, ...]], advance: Callable[[], None]
) -> list[T]:
    """`in_processes` in other processes; `advance` is called after each task."""
    found: dict[int, T] = {}
    try:
        with watched(partial(process_ids, jobs)):
            for _ in range(RETRIES + 1):
                left = {k: task for k, task in enumerate(tasks) if k not in found}
                found |= finished(jobs, function, left, advance)
                if len(found) == len(tasks):
                    return [found[k] for k in range(len(tasks))]
    except KeyboardInterrupt:
        discard(jobs)
        raise
    raise ResultsError(f"processes of this computation were lost {RETRIES + 1} times; is there memory enough?")


def finished(
    jobs: int, function: Callable[..., T], tasks: Mapping[int, tuple[object, ...]], advance: Callable[[], None]
) -> dict[int, T]:
    """Results of the tasks whose process was not lost."""
    futures = {k: submit(jobs, function, *task) for k, task in tasks.items()}
    found = {}
    try:
        for k, future in futures.items():
            with suppress(BrokenProcessPool):
                found[k] = future.result()
                advance()
    finally:
        for future in futures.values():
            future.cancel()
    return found


def executor(jobs: int) -> ProcessPoolExecutor:
    """Executor with so many processes."""
    if jobs not in EXECUTORS:
        # What a killed run leaves is tidied up by a process of its own, which need not say so.
        sys.warnoptions.append(TIDY)
        try:
            EXECUTORS[jobs] = ProcessPoolExecutor(
                jobs, timeout=IDLE_SECONDS, initializer=prepare_process, env=ONE_THREAD
            )
        finally:
            sys.warnoptions.remove(TIDY)
    return EXECUTORS[jobs]


def discard(jobs: int) -> None:
    """Kill the processes of an executor, if there is one."""
    if jobs in EXECUTORS:
        EXECUTORS.pop(jobs).shutdown(wait=False, kill_workers=True)


def process_ids(jobs: int) -> list[int]:
    """The processes of an executor at present."""
    return list(EXECUTORS[jobs]._processes or ()) if jobs in EXECUTORS else []
