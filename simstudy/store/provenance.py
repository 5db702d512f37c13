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

from simstudy.errors import ResultsError
from simstudy.store.aside import keep_aside
from simstudy.store.files import UnreadableError, read_text, write_text
from simstudy.store.layout import Layout
from simstudy.store.lock import alone

PACKAGES = ("simstudy", "numpy", "scipy", "numba", "pandas", "pyarrow", "joblib")


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
        "git": git_state(Path(__file__).parents[1]),
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


def git_state(package: Path) -> dict[str, Any] | None:
    """Commit of the checkout that a package is in and whether tracked files of the package differ from it.

    None where the folder around the package is no checkout: a repository further up is not the code's, and neither is
    that of the working folder, which may be anybody's. Results that are kept in the same repository change with every
    run and say nothing about the code.

    Parameters
    ----------
    package : Path
        The package's own folder.
    """
    checkout = package.parent
    if not (checkout / ".git").exists():
        return None
    commit = git(checkout, "rev-parse", "HEAD")
    if commit is None:
        return None
    status = ("status", "--porcelain", "--untracked-files=no", "--", package.name)
    return {"commit": commit, "dirty": bool(git(checkout, *status))}


def git(checkout: Path, *arguments: str) -> str | None:
    """Output of a git command, None where git or the repository is missing.

    Nobody's settings but the checkout's own count, and of those neither the monitor nor the hooks, which are programs.
    """
    settings = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}", f"safe.directory={checkout}")
    options = [option for setting in settings for option in ("-c", setting)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {
        "GIT_CONFIG_NOSYSTEM": "1",
        # An empty name, and not the null device, which a careless program with the rights for it replaces by a file.
        "GIT_CONFIG_GLOBAL": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CEILING_DIRECTORIES": str(checkout.parent),
    }
    try:
        done = subprocess.run(
            ["git", *options, *arguments],
            cwd=checkout, env=inherited | own, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def add_run(layout: Layout, record: RunRecord, surroundings: Mapping[str, Any]) -> None:
    """Add a run, in its `environment`, to provenance.json; one that cannot be understood is kept aside and begun anew.

    Raises
    ------
    ResultsError
        The file cannot be written, or not be read by this user.
    """
    with alone(layout.provenance):
        try:
            earlier = recorded(layout)
        except UnreadableError:
            raise
        except ResultsError:
            keep_aside(layout, layout.provenance)
            earlier = []
        every = [*earlier, {**asdict(record), **surroundings}]
        write_text(layout.provenance, json.dumps({"runs": every}, indent=1) + "\n")


def runs(layout: Layout) -> list[dict[str, Any]]:
    """Runs recorded so far; a provenance.json that cannot be read counts as none, since results do not depend on it."""
    try:
        return recorded(layout)
    except ResultsError:
        return []


def recorded(layout: Layout) -> list[dict[str, Any]]:
    """Runs in provenance.json; none where there is no such file.

    Raises
    ------
    ResultsError
        It is not what `add_run` writes.
    """
    if not layout.provenance.exists():
        return []
    try:
        content = json.loads(read_text(layout.provenance))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"cannot read {layout.provenance}: it is not JSON") from error
    found = content.get("runs") if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(run, dict) for run in found):
        raise ResultsError(f"cannot read {layout.provenance}: it is not a record of runs")
    return found
