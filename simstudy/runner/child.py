"""Processes that fit blocks and hand over each row at once, so that a single fit can be stopped from outside.

`template` starts one as ``python -m simstudy.runner.child template DESCRIPTOR``. It loads once what fits need and makes
copies of itself, which takes hundredths of a second where a new process takes seconds; a copy fits, and may be killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import scipy.linalg
import scipy.optimize  # noqa: F401

from simstudy.registry import register_ours
from simstudy.runner.block import Block, block_rows, thread_controller
from simstudy.runner.prepare import prepare
from simstudy.runner.process import ignore_interrupts, prepare_process

#: Linux's list of this process's threads.
THREADS = Path("/proc/self/task")


def fit(connection: Connection) -> None:
    """Answer requests (block, position) with the block's rows from that position on, until the pipe is closed."""
    with thread_controller().limit(limits=1), suppress(EOFError, OSError):
        while True:
            block, position = connection.recv()
            prepare(block.methods)
            connection.send("prepared")
            for row in block_rows(block, position):
                connection.send(row)


def copied(control: Connection, block: Block) -> int:
    """Process that fits, at whose pipe's other end is who asks for it; what the block needs is loaded before.

    A plug-in that starts threads, which a copy would not have, gets a new process.
    """
    register_ours()
    prepare(block.methods)
    thread_controller()
    descriptor = recv_handle(control)
    if not is_single_threaded():
        command = [sys.executable, "-m", "simstudy.runner.child", "fit", str(descriptor)]
        process = subprocess.Popen(command, pass_fds=[descriptor], stdin=subprocess.DEVNULL)
        os.close(descriptor)
        return process.pid
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    try:
        prepare_process()
        control.close()
        fit(Connection(descriptor))
    finally:
        os._exit(0)


def is_single_threaded() -> bool:
    """Whether this process has one thread; False where the system does not tell."""
    return THREADS.exists() and len(list(THREADS.iterdir())) == 1


def ended(control: Connection, request: tuple[int, float]) -> int:  # noqa: ARG001 - as all orders
    """Exit code of a copy that is killed unless it ends by itself within some seconds."""
    pid, patience = request
    deadline = monotonic() + patience
    done, status = os.waitpid(pid, os.WNOHANG)
    while not done and monotonic() < deadline:
        sleep(0.01)
        done, status = os.waitpid(pid, os.WNOHANG)
    if not done:
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status)


ORDERS: dict[str, Callable[[Connection, Any], int]] = {"copy": copied, "end": ended}


def template(control: Connection) -> None:
    """Make and end copies of this process as they are asked for, until the pipe is closed."""
    with suppress(EOFError, OSError):
        while True:
            order, request = control.recv()
            control.send(ORDERS[order](control, request))


def main(role: str, descriptor: str) -> None:
    """Be a template, which ends when its pipe is closed, or fit, which ends with the template."""
    if role == "template":
        ignore_interrupts()
        template(Connection(int(descriptor)))
    elif role == "fit":
        prepare_process()
        fit(Connection(int(descriptor)))
    else:
        raise ValueError(role)


if __name__ == "__main__":
    main(*sys.argv[1:])
