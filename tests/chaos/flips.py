"""Single bits flipped in every kind of file of a results folder, then the same commands again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chaos.trial import NAME, command, different, everything, here, left_behind, state

#: A file of each kind, by pattern.
KINDS = (
    "replicates/*.parquet",
    "scenarios.parquet",
    "measures.parquet",
    "predictions.parquet",
    "claims.parquet",
    "study.toml",
    "provenance.json",
    "made.json",
    "codebook.md",
    "tables/*.md",
    "tables/*.tex",
    "tables/*.csv",
    "tables/*.json",
    "figures/*.svg",
)

#: `report` makes anew whatever is not as it was made, as each verb does.
COMMANDS = (command("run"), command("report"))


def flip(path: Path, place: int) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(bytes(content))


def flip_many(
    folder: Path,
    reference: dict[str, str],
    choices: random.Random,
    flips: int,
    tell: Callable[[list[dict[str, Any]]], object] = len,
) -> list[dict[str, Any]]:
    """Flip bits, one after the other, of each kind of file in turn, and run `COMMANDS` after each.

    Parameters
    ----------
    folder, reference : Path, dict
        The finished study of `trial.reference`, and its state.
    choices : random.Random
    flips : int
        Of all kinds together.
    tell : callable
        Called with the rows after each flip.

    Returns
    -------
    list of dict
        For each kind: flips, `refused` (a command ended with a sentence, and the file was put back), `odd` (an error
        that nobody raised on purpose, or a failure with the file put back), `different` (the state in the end is not
        that of the undisturbed study), `left` (files in the making left behind), and the faults in words.
    """
    names = ("flips", "refused", "odd", "different", "left")
    rows: list[dict[str, Any]] = [{"kind": kind, **dict.fromkeys(names, 0), "faults": []} for kind in KINDS]
    for number in range(flips):
        row = rows[number % len(KINDS)]
        path = choices.choice(sorted((folder / "results" / NAME).glob(str(row["kind"]))))
        found = flip_once(folder / "results", path, reference, choices)
        row["flips"] += 1
        for name in names[1:]:
            row[name] += bool(found[name])
        row["faults"] += [each for name in names[2:] for each in found[name]]
        tell(rows)
    return rows


def flip_once(results: Path, path: Path, reference: dict[str, str], choices: random.Random) -> dict[str, list[str]]:
    """Flip a bit of one file and run the commands: what was refused, and what went wrong."""
    whole = path.read_bytes()
    place = choices.randrange(8 * len(whole))
    flip(path, place)
    what = f"{path.name}, bit {place}"
    ends = here(results.parent, COMMANDS)
    refused = [f"{what}: {end.output}" for end in ends if end.code]
    odd = [f"{what}: {end.odd}" for end in ends if end.odd]
    if refused:
        path.write_bytes(whole)
        again = here(results.parent, COMMANDS)
        odd += [f"{what}: put back: {end.output} {end.odd}" for end in again if end.code or end.odd]
    shutil.rmtree(results / NAME / "set_aside", ignore_errors=True)
    off = [f"{what}: {name} differs" for name in different(state(results), reference)]
    if off:
        # The next flip is of a whole folder.
        path.write_bytes(whole)
        here(results.parent, everything())
    return {"refused": refused, "odd": odd, "different": off, "left": left_behind(results)}
