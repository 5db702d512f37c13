"""A full disk of many sizes: an error is a sentence, and with room everything is as if nothing had happened."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from chaos.trial import different, everything, here, left_behind, state, write_study

#: Far more than a study of the trial takes up.
ROOM = 64 << 20


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a file system."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False, capture_output=True)
    if done.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    return done.returncode == 0


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of so many bytes at a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def grow(folder: Path) -> None:
    """Give the file system room."""
    subprocess.run(["mount", "-o", f"remount,size={ROOM}", folder], check=True)


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No process started here writes a file of more bytes; where nothing can be mounted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def size_of(folder: Path) -> int:
    """Bytes that the files of a folder take up in pages of a tmpfs."""
    return sum(-(-path.stat().st_size // 4096) * 4096 + 4096 for path in folder.rglob("*"))


def fill(folder: Path, done: Path, reference: dict[str, str], sizes: int) -> dict[str, object]:
    """All verbs on disks from nearly nothing to nearly enough, and again with room.

    Parameters
    ----------
    folder : Path
        An empty one, for the disks.
    done : Path
        With the finished study of `trial.reference`, whose state is `reference`.
    sizes : int
        Number of disks.
    """
    counts = {"disks": 0, "failed": 0, "odd": 0, "different": 0, "left": 0}
    faults: list[str] = []
    mounts = can_mount(folder / "probe")
    largest = max(path.stat().st_size for path in (done / "results").rglob("*") if path.is_file())
    most = size_of(done / "results") if mounts else largest
    for k, size in enumerate(np.linspace(12_288, most, sizes).astype(int)):
        disk = folder / f"disk_{k}"
        if mounts:
            with small_disk(disk, int(size)):
                write_study(disk)
                ends = here(disk, everything())
                grow(disk)
                again = here(disk, everything())
                found, left = state(disk / "results"), left_behind(disk / "results")
        else:
            write_study(disk)
            with small_files(int(size)):
                ends = here(disk, everything())
            again = here(disk, everything())
            found, left = state(disk / "results"), left_behind(disk / "results")
        bad = [f"{size}: {end.odd}" for end in [*ends, *again] if end.odd]
        bad += [f"{size}: again: {end.output}" for end in again if end.code]
        off = different(found, reference)
        counts["disks"] += 1
        counts["failed"] += any(end.code for end in ends)
        counts["odd"] += bool(bad)
        counts["different"] += bool(off)
        counts["left"] += bool(left)
        faults += [*bad, *(f"{size}: {name} differs" for name in off), *left]
    return {**counts, "how": "tmpfs" if mounts else "RLIMIT_FSIZE", "faults": faults}
