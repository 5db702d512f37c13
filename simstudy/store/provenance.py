"""What produced the results: versions, machine, commit, command line, time and failures of every run."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from simstudy.store.files import write_text
from simstudy.store.layout import Layout
from simstudy.store.lock import alone

PACKAGES = ("simstudy", "numpy", "scipy", "numba", "pandas", "pyarrow", "joblib", "statsmodels")


@dataclass(frozen=True)
class RunRecord:
    """One run of a study, as it is added to provenance.json.

    `wall_seconds` is the run's duration, `cpu_seconds` the processor time of its blocks summed over processes;
    `fits` counts the rows that this run added by status; `finished` is False for a run that was interrupted. `part` is
    the I/K of runs that share a study; `fresh` are the methods whose earlier rows were set aside.
    """

    started: str
    finished: bool
    replicates: int
    jobs: int
    wall_seconds: float
    cpu_seconds: float
    fits: Mapping[str, int]
    set_aside: tuple[str, ...]
    backend: str = "loky"
    part: str = "1/1"
    fresh: tuple[str, ...] = ()


def now() -> str:
    """The time now in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def environment() -> dict[str, Any]:
    """Versions, BLAS configuration, processor, commit and command line of this process."""
    return {
        **installation(),
        "git": git_state(Path(__file__).parents[1]) or git_state(Path.cwd()),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }


@cache
def installation() -> dict[str, Any]:
    """The part of the environment that no process changes; finding it out takes as long as hundreds of fits."""
    return {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "blas": [{key: library.get(key) for key in ("internal_api", "version", "architecture")} for library in blas()],
        "numpy": numpy_configuration(),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "host": platform.node(),
    }


def blas() -> list[dict[str, Any]]:
    """The loaded BLAS libraries."""
    return [library for library in threadpool_info() if library.get("user_api") == "blas"]


def numpy_configuration() -> dict[str, Any]:
    """What numpy was built with: BLAS, and the instruction sets found on this processor."""
    found: Any = np.show_config(mode="dicts")
    library, simd = found.get("Build Dependencies", {}).get("blas", {}), found.get("SIMD Extensions", {})
    return {"blas": [library.get("name"), library.get("version")], "simd": simd.get("found")}


def cpu_name() -> str:
    """Model name of the processor, as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        if names:
            return names[0]
    return platform.processor()


def git_state(folder: Path) -> dict[str, Any] | None:
    """Commit of the repository around `folder` and whether tracked files in it differ; None without a repository.

    Results that are kept in the same repository change with every run and say nothing about the code.
    """
    commit = git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "dirty": bool(git(folder, "status", "--porcelain", "--untracked-files=no", "--", "."))}


def git(folder: Path, *arguments: str) -> str | None:
    """Output of a git command, None where git or the repository is missing."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def add_run(layout: Layout, record: RunRecord) -> None:
    """Add a run to provenance.json.

    Raises
    ------
    ResultsError
        The file cannot be written.
    """
    with alone(layout.provenance):
        every = [*runs(layout), {**asdict(record), **environment()}]
        write_text(layout.provenance, json.dumps({"runs": every}, indent=1) + "\n")


def runs(layout: Layout) -> list[dict[str, Any]]:
    """Runs recorded so far; a provenance.json that cannot be read counts as none, since results do not depend on it."""
    try:
        recorded: list[dict[str, Any]] = json.loads(layout.provenance.read_text())["runs"]
    except (OSError, ValueError, KeyError):
        return []
    return recorded
