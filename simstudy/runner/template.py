"""The process of which the processes of guarded fits are copies, seen from the one that asks for them."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from threading import Lock
from typing import Any

from simstudy.errors import ResultsError
from simstudy.runner.block import Block
from simstudy.runner.process import ALONE
from simstudy.runner.watch import answers, watched

#: How often something is tried again whose process died.
RETRIES = 2

#: A template is replaced that has not answered for so many time limits of a fit, but never before it could have
#: loaded, or on a slow machine compiled, what fits need.
LIMITS, LEAST_SECONDS = 10, 300.0

#: Seconds in which a process that has closed its pipe ends by itself; the way it does is the message.
PATIENCE = 0.2


class ClosedError(Exception):
    """The template was closed on purpose: nobody waits for the fits any more."""


@dataclass(frozen=True)
class Child:
    """A process that fits, and our end of its pipe."""

    pid: int
    connection: Connection


@dataclass
class Template:
    """A process that copies itself, and our end of its pipe; started when it is first asked, and again if it dies.

    Several threads may ask. Copies that are `idle` wait for work. All processes end with the one that asks.
    """

    lock: Lock = field(default_factory=Lock)
    process: subprocess.Popen[bytes] | None = None
    control: Connection | None = None
    closed: bool = False
    idle: list[Child] = field(default_factory=list)

    def child(self, block: Block) -> Child:
        """A process that can fit a block: one that waits for work, or a new one.

        Raises
        ------
        ResultsError
            None can be started.
        ClosedError
            The template is closed.
        """
        with suppress(IndexError):
            return self.idle.pop()
        limit = None if block.timeout is None else max(LIMITS * block.timeout, LEAST_SECONDS)
        causes = []
        for _ in range(RETRIES + 1):
            ours, theirs = Pipe()
            try:
                with theirs, self.lock:
                    return Child(self.ask("copy", block, limit, theirs), ours)
            except EOFError as error:
                causes.append(str(error))
                ours.close()
        raise ResultsError(f"a process for guarded fits cannot start: {causes[-1]}")

    def end(self, child: Child, patience: float = 0.0) -> str:
        """Kill a process unless it ends by itself within some seconds, and say how it ended."""
        child.connection.close()
        try:
            with self.lock:
                if self.process is None:
                    return "the death of its parent"
                return words(self.ask("end", (child.pid, patience), None))
        except EOFError as error:
            # Copies die with their parent.
            return str(error)

    def ask(self, order: str, request: Any, limit: float | None, handle: Connection | None = None) -> int:
        """Give an order to the process, which is started where it does not run; only with the lock.

        Raises
        ------
        EOFError
            The process died or was killed because it did not answer; the text says how it ended.
        ClosedError
            The template is closed.
        """
        if self.closed:
            raise ClosedError
        if self.process is None or self.control is None:
            self.process, self.control = started()
        process, control = self.process, self.control
        try:
            with watched(lambda: [process.pid]):
                control.send((order, request))
                if handle is not None:
                    send_handle(control, handle.fileno(), process.pid)
                if not answers(control, limit):
                    process.kill()
                found: int = control.recv()
        except (EOFError, OSError):
            raise EOFError(self.stop()) from None
        return found

    def stop(self) -> str:
        """Kill the process, if it still runs, and with it its copies; say how it ended."""
        process, control = self.process, self.control
        self.process = self.control = None
        self.idle.clear()
        if process is None or control is None:
            return "nothing"
        control.close()
        try:
            code = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        return words(code)

    def close(self) -> None:
        """Stop everything for good; who asks or waits gets an error."""
        self.closed = True
        process = self.process
        if process is not None:
            process.kill()
        with self.lock:
            self.stop()


def started() -> tuple[subprocess.Popen[bytes], Connection]:
    """A process that waits for orders, and our end of its pipe."""
    ours, theirs = Pipe()
    command = [sys.executable, "-m", "simstudy.runner.child", "template", str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, **ALONE}
        )
    return process, ours


def words(code: int) -> str:
    """An exit code in words."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


#: The template of this process, kept from block to block and from run to run.
TEMPLATES: list[Template] = []


def current() -> Template:
    """The template of this process."""
    if not TEMPLATES or TEMPLATES[-1].closed:
        TEMPLATES[:] = [Template()]
    return TEMPLATES[-1]


@atexit.register
def close_current() -> None:
    """Stop the processes that wait for work."""
    if TEMPLATES:
        TEMPLATES.pop().close()
