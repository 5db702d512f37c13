"""Blocks whose fits may hang or kill their process: each guilty fit becomes a row, the others are not lost.

The fits run in a process of their own, which hands over each row at once. So it is known which fit is running when the
process has to be stopped or dies, and everything before it is kept.
"""

from __future__ import annotations

from simstudy.records import Status
from simstudy.runner.block import Block, BlockResult, block_table
from simstudy.runner.replicate import Row, failed_row
from simstudy.runner.template import PATIENCE, RETRIES, Child, Template, current
from simstudy.runner.watch import answers, is_stopped, watched


def run_guarded(block: Block, template: Template | None = None) -> BlockResult:
    """Fit a block in a guarded process; the same numbers as `block.run_block` for every fit that finishes.

    A fit that takes longer than the block's `timeout` (seconds of wall time, the drawing of the data included in the
    first method's) is stopped: a row with status `timeout`. A fit whose process dies, or is stopped from outside, is
    tried again `RETRIES` times and is then a row with status `crashed`.

    Parameters
    ----------
    block : Block
    template : Template, optional
        Where processes come from; by default this process's own.

    Raises
    ------
    ClosedError
        The template has been closed.
    ResultsError
        No process can be started.
    """
    template = current() if template is None else template
    rows: list[Row] = []
    deaths = 0
    while len(rows) < block.fits:
        child, reached = template.child(block), len(rows)
        try:
            collect(child, block, rows)
        except TimeoutError:
            template.end(child)
            rows.append(lost_row(block, len(rows), Status.TIMEOUT, f"stopped after {block.timeout:g} s"))
        except (EOFError, OSError):
            cause = template.end(child, PATIENCE)
            deaths = 1 if len(rows) > reached else deaths + 1
            if deaths > RETRIES:
                message = f"the process died {deaths} times in this fit, at last by {cause}"
                rows.append(lost_row(block, len(rows), Status.CRASHED, message))
                deaths = 0
        except BaseException:
            template.end(child)
            raise
        else:
            template.idle.append(child)
    return BlockResult(block, block_table(block, rows), sum(row.seconds for row in rows))


def collect(child: Child, block: Block, rows: list[Row]) -> None:
    """Append the block's missing rows as they come.

    Raises
    ------
    TimeoutError
        The next row takes longer than the block's limit.
    EOFError, OSError
        The process has died, or does not run.
    """
    with watched(lambda: [child.pid]):
        child.connection.send((block, len(rows)))
        # Compilation is not part of a fit: its answer may take as long as it wants.
        child.connection.recv()
        while len(rows) < block.fits:
            if not answers(child.connection, block.timeout):
                raise EOFError if is_stopped(child.pid) else TimeoutError
            rows.append(child.connection.recv())


def lost_row(block: Block, position: int, status: Status, message: str) -> Row:
    """Row at `position` of a block for a fit that did not come back."""
    replicate, method = divmod(position, len(block.methods))
    seconds = (block.timeout or 0.0) if status is Status.TIMEOUT else 0.0
    return failed_row(block.scenario, block.methods[method], block.start + replicate, status, message, seconds)
