"""What a pool of workers is, and how blocks go through it although workers die."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from simstudy.records import Status
from simstudy.runner.block import Block, BlockResult, block_table, run_block
from simstudy.runner.guard import lost_row, run_guarded
from simstudy.runner.template import RETRIES

#: How often a block is handed out again after its worker was lost, before its fits are given up. The last attempts are
#: guarded, so that no fit can be the cause.
MOST_LOSSES = 3 * RETRIES


@dataclass(frozen=True)
class Pool:
    """Workers to which blocks can be submitted.

    Parameters
    ----------
    submit : callable
        From (block, whether to guard it) to the future result.
    width : callable
        How many blocks to have submitted at once.
    lost : tuple of exception types
        What a future raises when its worker died.
    """

    submit: Callable[[Block, bool], Future[BlockResult]]
    width: Callable[[], int]
    lost: tuple[type[BaseException], ...]


def compute(block: Block, guarded: bool = False) -> BlockResult:
    """Fit a block, in a process of its own where its fits have a time limit or may be dangerous."""
    return run_guarded(block) if guarded or block.timeout is not None else run_block(block)


def drive(pool: Pool, blocks: Iterable[Block]) -> Iterator[BlockResult]:
    """Results of the blocks as they finish.

    A block whose worker is lost is tried again `RETRIES` times, then with its fits guarded. If its workers are lost all
    the same (somebody kills them), its fits become rows with status `crashed` in the end.
    """
    waiting = deque((block, 0) for block in blocks)
    running: dict[Future[BlockResult], tuple[Block, int]] = {}
    while waiting or running:
        while waiting and len(running) < pool.width():
            block, losses = waiting.popleft()
            running[submitted(pool, block, losses > RETRIES)] = (block, losses)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            block, losses = running.pop(future)
            try:
                result = future.result()
            except pool.lost:
                if losses == MOST_LOSSES:
                    yield given_up(block)
                else:
                    waiting.appendleft((block, losses + 1))
            else:
                yield result


def submitted(pool: Pool, block: Block, guarded: bool) -> Future[BlockResult]:
    """Future of a block, also where the pool breaks in the moment of submission."""
    try:
        return pool.submit(block, guarded)
    except pool.lost as error:
        failed: Future[BlockResult] = Future()
        failed.set_exception(error)
        return failed


def given_up(block: Block) -> BlockResult:
    """Rows of a block that no worker survived."""
    message = f"the worker was lost {MOST_LOSSES + 1} times"
    rows = [lost_row(block, position, Status.CRASHED, message) for position in range(block.fits)]
    return BlockResult(block, block_table(block, rows), 0.0)
