"""Who may write into a results folder: one run, or the runs that share a study between them.

The lock is one of the operating system's on an open file, so it ends with its process however that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep

from simstudy.errors import ResultsError
from simstudy.store.files import opened, read_text, refuse_link, write_text
from simstudy.store.layout import Layout

#: Name of a run that computes the whole study.
WHOLE = "1/1"

#: Seconds to wait for a lock: whoever asks for the state of a folder holds it for a moment.
PATIENCE = 0.5

#: Seconds to wait for somebody who changes a small file, which takes milliseconds.
LONG_PATIENCE = 60.0


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
    refuse_links(layout)
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
    """Lock a file for the time of the context; False where somebody else has locked it for `patience` seconds.

    Raises
    ------
    ResultsError
        The folder cannot be written, or the file is a link or no regular file.
    """
    refuse_link(path, path.parent)
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = stack.enter_context(opened(path, os.O_RDWR | os.O_CREAT))
        except OSError as error:
            raise ResultsError(f"cannot write {path}: {error.strerror}") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ResultsError(f"cannot lock {path}: it is not a regular file, remove it")
        yield flocked(descriptor, kind, patience)


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
    """Runs that hold the folder now; looking writes nothing and waits for nobody."""
    found = []
    for path in sorted(layout.folder.glob(".running-*.json")):
        # A run that ends just now takes its file with it.
        with suppress(ResultsError, ValueError, TypeError, RecursionError):
            holder = Holder(**json.loads(read_text(path)))
            if is_held(layout.lock if holder.part == WHOLE else part_lock(layout, holder.part)):
                found.append(holder)
    return found


def is_held(path: Path) -> bool:
    """Whether a run has locked a file; where the system does not tell, it is taken for held.

    The lock is asked for, and let go at once, on a descriptor that cannot write: so this also works in a folder that
    may only be read.
    """
    try:
        with opened(path, os.O_RDONLY) as descriptor:
            return not flocked(descriptor, fcntl.LOCK_SH, 0.0)
    except FileNotFoundError:
        return False
    except OSError:
        return True


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
    """Wait until nobody else changes a small file that several runs read, add to and write.

    Raises
    ------
    ResultsError
        As `try_lock`; or somebody has held the lock for a minute.
    """
    with try_lock(path.with_name(f".{path.name}.lock"), fcntl.LOCK_EX, LONG_PATIENCE) as free:
        if not free:
            raise ResultsError(f"cannot write {path}: another process has kept it locked for {LONG_PATIENCE:.0f} s")
        yield


def refuse_links(layout: Layout) -> None:
    """Raise ResultsError if anything in a study's folder is a symbolic link, which could lead to files elsewhere.

    The folder of all results may be one: that is its owner's choice.
    """
    folders = (layout.folder, layout.replicates, layout.set_aside, layout.tables, layout.figures)
    refuse_link(*folders)
    for folder in filter(Path.is_dir, folders):
        with os.scandir(folder) as entries:
            refuse_link(*(Path(entry.path) for entry in entries if entry.is_symlink()))
