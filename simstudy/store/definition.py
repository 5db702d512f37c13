"""The resolved study file in a results folder: what its rows are results of.

A study may grow: scenarios and methods that are new are added to the stored file, and those that a study no longer has
stay in it with their rows. What a name stood for may not change unnoticed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import tomli_w

from simstudy.errors import ResultsError
from simstudy.store.files import read_text, write_text
from simstudy.store.layout import Layout

#: Keys of a study file that change no finished row: what it asks for may grow, and what it says may be worded anew.
FREE_KEYS = frozenset(
    {
        "replicates", "aim", "title", "series", "place", "analyses", "timeout", "claim", "estimand", "laws", "measures",
        "plugins",
    }
)  # fmt: skip

SHOWN = 5

Tables = dict[str, Any]


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


def differences(stored: object, current: object, path: str = "") -> list[str]:
    """Sentences on what differs between two parsed TOML values at a path."""
    before, after = dict(flatten(stored, path)), dict(flatten(current, path))
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [f"{key} was {before.get(key, 'absent')!r}, is {after.get(key, 'absent')!r}" for key in keys]


def settings(definition: Tables) -> Tables:
    """The definition without scenarios, methods and keys that may change."""
    return {key: value for key, value in definition.items() if key not in FREE_KEYS | {"scenario", "method"}}


def content(scenario: Tables) -> Tables:
    """A scenario without its label, which may change."""
    return {key: value for key, value in scenario.items() if key != "label"}


def identity(scenario: Tables) -> str:
    """Text that is the same for the same content and no other, so that many scenarios are compared in linear time."""
    return json.dumps(content(scenario), sort_keys=True, default=repr)


def changed_scenarios(stored: Tables, current: Tables) -> list[str]:
    """Sentences on scenarios that kept their label and changed, or on studies that have none in common."""
    tables = [study.get("scenario", []) for study in (stored, current)]
    old, new = ({identity(table) for table in each} for each in tables)
    if old and new and old.isdisjoint(new):
        return differences(content(tables[0][0]), content(tables[1][0]), "scenario[0]")
    labels = {table.get("label"): table for table in tables[0]}
    sentences = []
    for index, table in enumerate(tables[1]):
        before = labels.get(table.get("label"), table)
        # A label that moved to another known scenario is a new word for it.
        if identity(table) not in old and identity(before) not in new:
            sentences += differences(content(before), content(table), f"scenario[{index}]")
    return sentences


def whole_method(method: Tables, methods: Iterable[Tables]) -> Tables:
    """A method with the definition of the one that its lambda is matched to."""
    method = {key: value for key, value in method.items() if key != "label"}
    lam = method.get("lam")
    if not isinstance(lam, dict) or "matched" not in lam:
        return method
    partner = [each for each in methods if each["name"] == lam["matched"]]
    return {**method, "lam": {**lam, "of": partner}}


def changed_methods(stored: Tables, current: Tables) -> dict[str, list[str]]:
    """Sentences on each method that kept its name and changed."""
    before = {method["name"]: whole_method(method, stored["method"]) for method in stored.get("method", [])}
    changed = {}
    for index, method in enumerate(current.get("method", [])):
        whole = whole_method(method, current["method"])
        found = differences(before.get(method["name"], whole), whole, f"method[{index}]")
        if found:
            changed[method["name"]] = found
    return changed


def dependents(names: Sequence[str], *studies: Tables) -> tuple[str, ...]:
    """Methods of these names and those whose lambda is matched to one of them."""
    methods = [method for study in studies for method in study.get("method", [])]
    rules = {each["name"]: each.get("lam") for each in methods}
    matched = [name for name, lam in rules.items() if isinstance(lam, dict) and lam.get("matched") in names]
    return tuple(dict.fromkeys([*names, *matched]))


def read_definition(layout: Layout) -> Tables:
    """The stored study file, parsed.

    Raises
    ------
    ResultsError
        It is missing or cannot be read.
    """
    try:
        found = tomllib.loads(read_text(layout.study))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"cannot read {layout.study}: {error}") from error
    for key in ("scenario", "method"):
        tables = found.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise ResultsError(f"cannot read {layout.study}: {key} is not a list of tables")
    if not all(isinstance(method.get("name"), str) for method in found.get("method", [])):
        raise ResultsError(f"cannot read {layout.study}: a method has no name")
    return found


def check_same_study(layout: Layout, study_toml: str, fresh: Sequence[str] = ()) -> tuple[str, ...]:
    """Raise unless the folder is free or its rows are results of this study, or of one that it continues.

    Parameters
    ----------
    layout : Layout
        Where the results are or will be.
    study_toml : str
        The resolved study file.
    fresh : sequence of str
        Methods whose rows are to be computed again.

    Returns
    -------
    tuple of str
        Methods to compute again: `fresh`, and those matched to one of them.

    Raises
    ------
    ResultsError
        The folder holds results of another definition; the sentence shows what differs.
    """
    if not layout.study.exists():
        return ()
    if not fresh and read_text(layout.study) == study_toml:
        return ()
    stored, current = read_definition(layout), tomllib.loads(study_toml)
    again = dependents(fresh, stored, current) if fresh else ()
    found = [*differences(settings(stored), settings(current)), *changed_scenarios(stored, current)]
    if found:
        raise ResultsError(
            f"{layout.folder} holds results of a different study of the same name: {shown(found)}. "
            "Use another name or results folder, or remove the old results."
        )
    changed = {name: found for name, found in changed_methods(stored, current).items() if name not in again}
    if changed:
        listed = shown([sentence for sentences in changed.values() for sentence in sentences])
        options = " ".join(f"--fresh {name}" for name in changed)
        raise ResultsError(
            f"{layout.folder} holds results of methods of the same name with another definition: {listed}. "
            f"Give the changed method another name, or compute it again with {options}"
        )
    return again


def shown(sentences: Sequence[str]) -> str:
    """The first few sentences, and how many more there are."""
    more = f"; and {len(sentences) - SHOWN} more" if len(sentences) > SHOWN else ""
    return "; ".join(sentences[:SHOWN]) + more


def write_definition(layout: Layout, study_toml: str, fresh: Sequence[str] = ()) -> None:
    """Make the folder this study's: with what it holds of earlier ones, and asking for the most replicates so far.

    Parameters
    ----------
    layout : Layout
        Where.
    study_toml : str
        The resolved study file, which `check_same_study` has let pass.
    fresh : sequence of str
        Methods whose old definition is forgotten.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    if not layout.study.exists():
        write_text(layout.study, study_toml)
        return
    if not fresh and read_text(layout.study) == study_toml:
        return
    stored, current = read_definition(layout), tomllib.loads(study_toml)
    union = merged(stored, current, fresh)
    if union != {**stored, "aim": union.get("aim"), "analyses": union.get("analyses")}:
        write_text(layout.study, tomli_w.dumps(union))


def asked(replicates: int | dict[str, int]) -> int:
    """Replicates that a resolved study asks for, which may know those of its full profile, too."""
    return replicates["quick"] if isinstance(replicates, dict) else replicates


def merged(stored: Tables, current: Tables, fresh: Sequence[str]) -> Tables:
    """The current study, followed by scenarios and methods that only the stored one has."""
    contents = {identity(table) for table in current.get("scenario", [])}
    old = [table for table in stored.get("scenario", []) if identity(table) not in contents]
    names = {method["name"] for method in current.get("method", [])} | set(fresh)
    methods = [method for method in stored.get("method", []) if method["name"] not in names]
    taken = {table.get("label") for table in current.get("scenario", [])}
    earlier = [
        {**table, "label": f"{table['label']}_before"} if table.get("label") in taken else table for table in old
    ]
    return {
        **current,
        "replicates": max(current["replicates"], stored["replicates"], key=asked),
        "scenario": [*current.get("scenario", []), *earlier],
        "method": [*current.get("method", []), *methods],
    }
