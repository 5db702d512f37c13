"""Commands killed at random moments: after the same command again everything is as if nothing had happened."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from chaos.trial import NAME, VERBS, command, different, drive, environment, left_behind, state

#: How often each is killed: 30 times together, over the three backends and all verbs that write.
VICTIMS: dict[tuple[str, ...], int] = {
    ("run", "-j", "1"): 4,
    ("run", "-j", "2"): 4,
    ("run", "-j", "2", "--backend", "dask"): 4,
    ("table",): 5,
    ("claims",): 4,
    ("figure",): 4,
    ("report",): 5,
}
#: What has to be missing for a verb to have all of its work to do.
WORK = {
    "run": ("replicates", "scenarios.parquet", "measures.parquet"),
    "table": ("measures.parquet", "predictions.parquet", "tables"),
    "claims": ("measures.parquet", "claims.parquet"),
    "figure": ("figures", "predictions.parquet"),
    "report": ("measures.parquet", "tables", "figures", "claims.parquet", "predictions.parquet"),
}


def remove(paths: Sequence[Path]) -> None:
    """Remove files and folders."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def start(folder: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """A command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "simstudy", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_all(folder: Path, reference: dict[str, str], moments: random.Random, share: float = 1.0) -> dict[str, object]:
    """Kill each victim at random moments of its own duration, and make it again.

    Parameters
    ----------
    folder : Path
        With the finished study of `trial.reference`.
    reference : dict
        Its state.
    moments : random.Random
    share : float
        Of the kills; each victim has at least one.

    Returns
    -------
    dict
        Counts: kills, kills of a process that was still running, tracebacks, states that differ, files left behind.
    """
    counts = {"kills": 0, "alive": 0, "odd": 0, "different": 0, "left": 0}
    faults: list[str] = []
    for victim, times in VICTIMS.items():
        arguments = command(victim[0], *victim[1:])
        work = [folder / "results" / NAME / name for name in WORK[victim[0]]]
        remove(work)
        began = time.monotonic()
        start(folder, arguments).wait()
        duration = time.monotonic() - began
        for _ in range(max(1, round(share * times))):
            remove(work)
            process = start(folder, arguments)
            # The first third of a short command is its imports.
            time.sleep(moments.uniform(0.3, 1.0) * duration)
            counts["kills"] += 1
            counts["alive"] += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            # The same command again, then the others, which have nothing to do unless it changed something.
            ends = drive(folder, [arguments, *(command(verb) for verb in VERBS)])
            bad = [f"{victim}: {end.code} {end.odd or end.output}" for end in ends if end.odd or end.code]
            off = different(state(folder / "results"), reference)
            left = left_behind(folder / "results")
            faults += [
                *bad,
                *(f"{victim}: {name} differs" for name in off),
                *(f"{victim}: {name} left" for name in left),
            ]
            counts["odd"] += bool(bad)
            counts["different"] += bool(off)
            counts["left"] += bool(left)
    return {**counts, "faults": faults}
