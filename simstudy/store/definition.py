"""The resolved study file in a results folder: one folder belongs to one study definition."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from simstudy.errors import ResultsError
from simstudy.store.files import write_text
from simstudy.store.layout import Layout

#: Keys of a study file that change no replicate: what it asks for may grow, and what it says may be worded anew.
FREE_KEYS = frozenset({"replicates", "aim", "analyses"})

SHOWN = 5


def flatten(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Leaves of a parsed TOML document with their paths, such as ("scenario[0].design.rho", 0.5)."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from flatten(entry, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for index, entry in enumerate(value):
            yield from flatten(entry, f"{path}[{index}]")
    else:
        yield path, value


def differences(stored: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """Sentences on what differs between two parsed study files, apart from keys that change no replicate."""
    before, after = dict(flatten(stored)), dict(flatten(current))
    keys = [key for key in {**before, **after} if key not in FREE_KEYS and before.get(key) != after.get(key)]
    return [f"{key} was {before.get(key, 'absent')!r}, is {after.get(key, 'absent')!r}" for key in keys]


def read_definition(layout: Layout) -> dict[str, Any]:
    """The stored study file, parsed.

    Raises
    ------
    ResultsError
        It is missing or cannot be read.
    """
    try:
        return tomllib.loads(layout.study.read_text())
    except (OSError, ValueError) as error:
        raise ResultsError(f"cannot read {layout.study}: {error}") from error


def check_same_study(layout: Layout, study_toml: str) -> None:
    """Raise unless the folder is free or holds this study's results: more or fewer replicates are no difference.

    Parameters
    ----------
    layout : Layout
        Where the results are or will be.
    study_toml : str
        The resolved study file.

    Raises
    ------
    ResultsError
        The folder holds the results of another definition; the sentence shows what differs.
    """
    if not layout.study.exists():
        return
    found = differences(read_definition(layout), tomllib.loads(study_toml))
    if found:
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise ResultsError(
            f"{layout.folder} holds results of a different study of the same name: {'; '.join(found[:SHOWN])}{more}. "
            "Use another name or results folder, or remove the old results."
        )


def write_definition(layout: Layout, study_toml: str) -> None:
    """Make the folder this study's; the stored study asks for the most replicates so far.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    if layout.study.exists() and tomllib.loads(study_toml)["replicates"] <= read_definition(layout)["replicates"]:
        return
    write_text(layout.study, study_toml)
