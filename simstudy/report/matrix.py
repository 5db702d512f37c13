"""What holds where: claims by statement of the theory and by family or setting, from the verdicts of many studies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: A statement of a theory in a claim's `theory`, such as T16 or G5.
STATEMENT = re.compile(r"\b([A-Z])(\d+)\b")


@dataclass(frozen=True)
class Cell:
    """What is known of a statement in a setting: `kind` is holds, fails, mixed or open; `study` is where to read on."""

    text: str
    kind: str
    study: str
    claims: int


@dataclass(frozen=True)
class Row:
    """A statement: its number, in words, and its cell of each setting, None where nothing was tested."""

    statement: str
    words: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Matrix:
    """Statements by settings."""

    settings: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(verdicts: Sequence[Mapping[str, Any]]) -> Matrix:
    """The matrix of some verdicts.

    Parameters
    ----------
    verdicts : sequence of mapping
        Of each claim `study`, `role`, `statement`, `theory`, `verdict`, `setting` (a family, or the name of a source)
        and `n`, the smallest sample size that it is about (None where there is none). Controls are left out. A claim
        on several statements counts for each.
    """
    claims = [each for each in verdicts if each["role"] == "claim" and each.get("setting")]
    settings = tuple(dict.fromkeys(each["setting"] for each in claims))
    by_statement: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for each in claims:
        for letter, number in dict.fromkeys(STATEMENT.findall(each["theory"])):
            by_statement.setdefault((letter, int(number)), []).append(each)
    rows = []
    for (letter, number), own in sorted(by_statement.items(), key=lambda item: item[0]):
        parts = [[each for each in own if each["setting"] == name] for name in settings]
        words = str(min(own, key=lambda each: len(STATEMENT.findall(each["theory"])))["statement"])
        rows.append(Row(f"{letter}{number}", words, tuple(cell(part) if part else None for part in parts)))
    return Matrix(settings, tuple(rows))


def cell(claims: Sequence[Mapping[str, Any]]) -> Cell:
    """From which sample size on all claims are supported, or how many are not."""
    study = str(claims[0]["study"])
    wrong = [each for each in claims if each["verdict"] == "contradicted"]
    undecided = [each for each in claims if each["verdict"] == "undecided"]
    sizes = sorted({int(each["n"]) for each in claims if each["n"] is not None})
    failing = [int(each["n"]) for each in (*wrong, *undecided) if each["n"] is not None]
    after = [n for n in sizes if not failing or n > max(failing)]
    if not wrong and not undecided:
        return Cell(f"from n = {sizes[0]:,}" if sizes else "holds", "holds", study, len(claims))
    if len(after) > 0:
        return Cell(f"from n = {after[0]:,}", "holds", study, len(claims))
    if len(wrong) == len(claims):
        return Cell("fails", "fails", study, len(claims))
    if wrong:
        return Cell(f"fails in {len(wrong)} of {len(claims)}", "mixed", str(wrong[0]["study"]), len(claims))
    return Cell(f"open in {len(undecided)} of {len(claims)}", "open", str(undecided[0]["study"]), len(claims))
