"""Runs every trial of chaos and writes what came of it to results/benchmarks/reliability.md: `make reliability`.

Moments, bits and sizes are new in every call, for no result may depend on them.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from chaos import disk, flips, hostile, kills
from chaos.trial import reference

TABLE = Path("results/benchmarks/reliability.md")
#: How a trial is said, by its name: what was done, from its counts.
WORDS = {
    "files": "{cases} hostile study files through `plan` and `run`: {refused} refused with a sentence and code 2",
    "folders": "{cases} hostile things in a results folder: {refused} refused, the others mended or made again",
    "disk": "{disks} full disks ({how}) over run, table, claims, figure and report: {failed} failed with a sentence",
    "kills": "{kills} kills over run (1 process, 2 processes, Dask), table, claims, figure and report: {alive} hit",
    "flips": "{flips} flipped bits over {kinds} kinds of files: {refused} refused with a sentence, the others mended",
}
CHECKS = {"odd": "errors nobody raised on purpose", "different": "results that differ in the end",
          "touched": "files outside touched", "left": "files in the making left"}  # fmt: skip


#: Flips after which the table is written once more: all of them take an hour.
OFTEN = 100


def trials(
    sizes: argparse.Namespace, folder: Path, found: dict[str, str], tell: Callable[[dict[str, Any]], None]
) -> dict[str, Callable[[], dict[str, Any]]]:
    """The trials by name; the longest tells how far it is."""

    def flipped(rows: list[dict[str, Any]]) -> None:
        counts = together(rows)
        if counts["flips"] % OFTEN == 0:
            tell(counts)

    choices, done = random.SystemRandom(), folder / "done"
    return {
        "files": lambda: hostile.files(folder / "files"),
        "folders": lambda: hostile.folders(folder / "folders", done, found),
        "disk": lambda: disk.fill(folder / "disks", done, found, sizes.disks),
        "kills": lambda: kills.kill_all(folder / "kills", found, choices, sizes.kills / sum(kills.VICTIMS.values())),
        "flips": lambda: together(flips.flip_many(done, found, choices, sizes.flips, flipped)),
    }


def together(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts of all kinds of files."""
    names = ("flips", "refused", "odd", "different", "left")
    counts = {name: sum(row[name] for row in rows) for name in names}
    return {**counts, "kinds": len(rows), "faults": [each for row in rows for each in row["faults"]]}


def text(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The table of the trials."""
    lines = [
        "# Reliability",
        "",
        "Written by `make reliability`. After each trial the same commands are run again; in the end the results are",
        "compared bit for bit (rows without seconds, files without provenance) with those of an undisturbed study.",
        "",
        f"| trial | {' | '.join(CHECKS.values())} |",
        f"| --- |{' ---: |' * len(CHECKS)}",
    ]
    for name, counts in found.items():
        numbers = (str(counts[check]) if check in counts else "–" for check in CHECKS)
        lines.append(f"| {WORDS[name].format(**counts)} | {' | '.join(numbers)} |")
    faults = [
        f"- {name}: {each.strip().splitlines()[-1]}" for name, counts in found.items() for each in counts["faults"]
    ]
    return "\n".join(
        [*lines, "", *(["Faults:", "", *faults, ""] if faults else []), f"Python {platform.python_version()}.", ""]
    )


def write(path: Path, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the table."""
    path.write_text(text(found))


def main() -> None:
    """Run the trials asked for and write the table after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("kills", 30), ("disks", 30), ("flips", 2000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--only", nargs="*", default=list(WORDS), choices=list(WORDS))
    parser.add_argument("--out", type=Path, default=TABLE)
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name), {}
        before = reference(folder / "done")
        reference(folder / "kills")
        sizes.out.parent.mkdir(parents=True, exist_ok=True)
        chosen = trials(sizes, folder, before, lambda counts: write(sizes.out, {**found, "flips": counts}))
        for each in sizes.only:
            found[each] = chosen[each]()
            write(sizes.out, found)
            sys.stdout.write(text(found))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
