"""How far a run is: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Timer
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

Advance = Callable[[int], None]

#: Opens the progress of a run of so many replicates; what it yields is called with the number just finished.
Reporter = Callable[[int], AbstractContextManager[Advance]]

SECONDS_BETWEEN_LINES = 10.0
#: Seconds that something may take before it says what it is.
PATIENCE = 5.0

#: Who hears of slow work that is not the run itself: theory, measures.
LISTENERS: list[Callable[[str], None]] = []


def when_slow(call: Callable[[str], None]) -> None:
    """Call a function with a line on work that takes longer than some seconds, then each ten seconds."""
    if call not in LISTENERS:
        LISTENERS.append(call)


def tell(line: str) -> None:
    """Tell all who listen."""
    for call in LISTENERS:
        call(line)


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Function to call after each of so many pieces of work; those who listen hear how far it is."""
    first = Timer(PATIENCE, tell, [f"computing {what}: 0 of {total} done"])
    first.daemon = True
    began = last = monotonic()
    done = 0

    def advance() -> None:
        nonlocal done, last
        done += 1
        now = monotonic()
        if now - last >= SECONDS_BETWEEN_LINES and done < total:
            last = now
            tell(f"computing {what}: {done} of {total} done, about {(now - began) / done * (total - done):.0f} s left")

    first.start()
    try:
        yield advance
    finally:
        first.cancel()


@contextmanager
def silent(total: int) -> Iterator[Advance]:  # noqa: ARG001 - every reporter is given the total
    """Report nothing."""
    yield lambda _: None


class RateColumn(ProgressColumn):
    """Replicates per second."""

    def render(self, task: Task) -> Text:
        """Rate of the last seconds, nothing before the first block."""
        return Text(f"{task.speed:.0f}/s" if task.speed else "")


def reporter(console: Console) -> Reporter:
    """Reporter that suits the console: a bar on a terminal, lines elsewhere."""

    @contextmanager
    def bar(total: int) -> Iterator[Advance]:
        columns = (TextColumn("replicates"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, speed_estimate_period=60) as progress:
            task = progress.add_task("replicates", total=total)
            yield lambda count: progress.advance(task, count)

    @contextmanager
    def lines(total: int) -> Iterator[Advance]:
        yield line_writer(total, lambda line: console.print(line, highlight=False))

    return bar if console.is_terminal else lines


def line_writer(total: int, write: Callable[[str], None], clock: Callable[[], float] = monotonic) -> Advance:
    """Function that counts replicates and writes a line every ten seconds and at the end."""
    began = clock()
    done, last = 0, began

    def advance(count: int) -> None:
        nonlocal done, last
        done += count
        now = clock()
        if now - last >= SECONDS_BETWEEN_LINES or done == total:
            last = now
            rate = done / max(now - began, 1e-9)
            write(f"{done} of {total} replicates, {rate:.0f} per second, {(total - done) / rate:.0f} s left")

    return advance
