"""Blocks whose fits may hang or kill their process: each guilty fit becomes a row, the others are not lost.

The fits run in a process of their own (`child`), which hands over each row at once. So it is known which fit is running
when the process has to be stopped or dies, and everything before it is kept.
"""

from __future__ import annotations

import atexit
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from simstudy.records import Status
from simstudy.runner.block import Block, BlockResult, block_table
from simstudy.runner.replicate import Row, failed_row

#: How often a fit is tried again after its process died.
RETRIES = 2


@dataclass(frozen=True)
class Child:
    """A running process and our end of its pipe."""

    process: subprocess.Popen[bytes]
    connection: Connection

    def stop(self) -> str:
        """Kill the process, if it still runs, and say how it ended."""
        self.connection.close()
        # A process whose end of the pipe is closed is about to end by itself, and the way it does is the message.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(0.2)
        self.process.kill()
        code = self.process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


#: Processes that wait for work: starting one takes seconds, so a worker keeps its own from block to block.
IDLE: list[Child] = []


@atexit.register
def stop_idle() -> None:
    """Stop the processes that wait for work."""
    while IDLE:
        IDLE.pop().stop()


def start_child() -> Child:
    """Start a process and wait until it has loaded everything that a fit needs."""
    ours, theirs = Pipe()
    command = [sys.executable, "-m", "simstudy.runner.child", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    child = Child(process, ours)
    try:
        ours.recv()
    except (EOFError, OSError):
        raise RuntimeError(f"a process for guarded fits cannot start: {child.stop()}") from None
    return child


def run_guarded(block: Block) -> BlockResult:
    """Fit a block in a guarded process; the same numbers as `block.run_block` for every fit that finishes.

    A fit that takes longer than the block's `timeout` (seconds of wall time, the drawing of the data included in the
    first method's) is stopped: a row with status `timeout`. A fit whose process dies is tried again `RETRIES` times and
    is then a row with status `crashed`.
    """
    rows: list[Row] = []
    deaths = 0
    while len(rows) < block.fits:
        child = IDLE.pop() if IDLE else start_child()
        reached = len(rows)
        try:
            collect(child, block, rows)
        except TimeoutError:
            child.stop()
            rows.append(lost_row(block, len(rows), Status.TIMEOUT, f"stopped after {block.timeout:g} s"))
        except (EOFError, OSError):
            cause = child.stop()
            deaths = 1 if len(rows) > reached else deaths + 1
            if deaths > RETRIES:
                message = f"the process died {deaths} times in this fit, at last by {cause}"
                rows.append(lost_row(block, len(rows), Status.CRASHED, message))
                deaths = 0
        except BaseException:
            child.stop()
            raise
        else:
            IDLE.append(child)
    return BlockResult(block, block_table(block, rows), sum(row.seconds for row in rows))


def collect(child: Child, block: Block, rows: list[Row]) -> None:
    """Append the block's missing rows as they come.

    Raises
    ------
    TimeoutError
        The next row takes longer than the block's limit.
    EOFError, OSError
        The process has died.
    """
    child.connection.send((block, len(rows)))
    # Compilation is not part of a fit: its answer may take as long as it wants.
    child.connection.recv()
    while len(rows) < block.fits:
        if not child.connection.poll(block.timeout):
            raise TimeoutError
        rows.append(child.connection.recv())


def lost_row(block: Block, position: int, status: Status, message: str) -> Row:
    """Row at `position` of a block for a fit that did not come back."""
    replicate, method = divmod(position, len(block.methods))
    seconds = (block.timeout or 0.0) if status is Status.TIMEOUT else 0.0
    return failed_row(block.scenario, block.methods[method], block.start + replicate, status, message, seconds)
