"""Who may write into a results folder: one run, or the runs that share a study between them.

The lock is one of the operating system's on an open file, so it ends with its process however that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep

from simstudy.errors import ResultsError
from simstudy.store.files import write_text
from simstudy.store.layout import Layout

#: Name of a run that computes the whole study.
WHOLE = "1/1"

#: Seconds to wait for a lock: whoever asks for the state of a folder holds it for a moment.
PATIENCE = 0.5


@dataclass(frozen=True)
class Holder:
    """A run that is writing: process, machine, when it began (UTC), its processes (jobs) and its part I/K."""

    pid: int
    host: str
    started: str
    jobs: int
    part: str

    def __str__(self) -> str:
        part = "" if self.part == WHOLE else f", part {self.part}"
        return f"process {self.pid} on {self.host} since {self.started}{part}"


def own_holder(started: str, jobs: int, part: str) -> Holder:
    """Holder that is the process in which this runs."""
    return Holder(os.getpid(), platform.node(), started, jobs, part)


@contextmanager
def locked(layout: Layout, holder: Holder) -> Iterator[None]:
    """Hold the folder for a run; runs of different parts of the same division may hold it together.

    Raises
    ------
    ResultsError
        Another run holds the folder or this part of it, or divides the study into another number of parts; the
        sentence says which. Or the folder cannot be written.
    """
    file = layout.folder / f".running-{part_name(holder.part)}.json"
    whole = holder.part == WHOLE
    with ExitStack() as stack:
        locks = [(layout.lock, fcntl.LOCK_EX)] if whole else [
            (layout.lock, fcntl.LOCK_SH), (part_lock(layout, holder.part), fcntl.LOCK_EX)
        ]  # fmt: skip
        for path, kind in locks:
            if not stack.enter_context(try_lock(path, kind, PATIENCE)):
                raise ResultsError(busy(layout))
        stack.callback(file.unlink, missing_ok=True)
        write_text(file, json.dumps(asdict(holder)) + "\n")
        check_division(layout, holder)
        yield


def part_name(part: str) -> str:
    """A part in a file name."""
    return part.replace("/", "-of-")


def part_lock(layout: Layout, part: str) -> Path:
    """File that the run of a part locks."""
    return Path(f"{layout.lock}-{part_name(part)}")


@contextmanager
def try_lock(path: Path, kind: int, patience: float = 0.0) -> Iterator[bool]:
    """Lock a file for the time of the context; False where somebody else has locked it for `patience` seconds."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ResultsError(f"cannot write {path}: {error.strerror}") from error
    try:
        yield flocked(descriptor, kind, patience)
    finally:
        os.close(descriptor)


def flocked(descriptor: int, kind: int, patience: float) -> bool:
    """Whether an open file could be locked within `patience` seconds."""
    deadline = monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= deadline:
                return False
            sleep(PATIENCE / 10)
        else:
            return True


def holders(layout: Layout) -> list[Holder]:
    """Runs that hold the folder now."""
    if not layout.lock.exists():
        return []
    with try_lock(layout.lock, fcntl.LOCK_SH) as free:
        whole = not free
    found = []
    for path in sorted(layout.folder.glob(".running-*.json")):
        # A run that ends just now takes its file with it.
        with suppress(OSError, ValueError, TypeError):
            holder = Holder(**json.loads(path.read_text()))
            if whole if holder.part == WHOLE else is_held(layout, holder.part):
                found.append(holder)
    return found


def is_held(layout: Layout, part: str) -> bool:
    """Whether a run holds this part."""
    with try_lock(part_lock(layout, part), fcntl.LOCK_SH) as free:
        return not free


def busy(layout: Layout) -> str:
    """Sentence on the runs that are in the way."""
    who = "; ".join(map(str, holders(layout))) or "another process"
    return (
        f"{layout.folder} is being written by another run ({who}). Wait for it or stop it; to share the work between "
        "several runs, start each with its own --shard I/K"
    )


def check_division(layout: Layout, holder: Holder) -> None:
    """Raise ResultsError if runs divide the study into other numbers of parts, which would overlap."""
    count = holder.part.partition("/")[2]
    others = [other for other in holders(layout) if other.part.partition("/")[2] != count]
    if others:
        raise ResultsError(
            f"shard {holder.part} and shard {others[0].part} ({others[0]}) divide the study differently: runs at the "
            "same time need the same K"
        )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until nobody else changes a small file that several runs read, add to and write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f".{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
