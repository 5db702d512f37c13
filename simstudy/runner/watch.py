"""Processes of ours on this machine that are stopped, as by SIGSTOP: they would never answer, so they are killed.

A process that computes is never killed here, however long it takes.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

#: Seconds between looks, and looks in a row that find a process stopped before it is killed: after Ctrl-Z and fg the
#: first look may come before the process goes on.
LOOK_SECONDS, LOOKS = 2.0, 3

#: State of a stopped process in Linux's /proc; that of one in a debugger is another.
STOPPED = "T"


@contextmanager
def watched(pids: Callable[[], Iterable[int]]) -> Iterator[None]:
    """Kill each process that is found stopped again and again, for the time of the context.

    Parameters
    ----------
    pids : callable
        The processes there are at present, which are this one's and not reaped yet.
    """
    over = Event()

    def look() -> None:
        found: dict[int, int] = {}
        while not over.wait(LOOK_SECONDS):
            found = {pid: found.get(pid, 0) + 1 for pid in pids() if is_stopped(pid)}
            for pid in [pid for pid, times in found.items() if times >= LOOKS]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped; False where the system does not tell."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state == STOPPED


def answers(connection: Connection, seconds: float | None) -> bool:
    """Whether a process answers on its pipe, or dies, within some seconds (None: no limit).

    Time for which this process stands still itself, as after Ctrl-Z, does not count.
    """
    if seconds is None:
        return connection.poll(None)
    waited = 0.0
    while waited < seconds:
        span = min(LOOK_SECONDS, seconds - waited)
        if connection.poll(span):
            return True
        waited += span
    return False
