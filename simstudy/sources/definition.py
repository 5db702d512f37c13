"""From an object to the table of a study file that gives it, with nothing left to default that could change."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def terms(entry: Any, tag: str) -> dict[str, Any]:
    """Table of a study file that gives an entry of a registry.

    Fields that can be given by keyword only enter where they differ from their default: they came after results were
    stored, and what does not use them must keep its definition, and with it its key.

    Parameters
    ----------
    entry : dataclass instance with a `name`
    tag : str
        Key that holds the name, such as ``law``; also in the tables of entries within the entry.

    Returns
    -------
    dict
        Strings, numbers, lists and tables.
    """
    given = {each: getattr(entry, each.name) for each in fields(entry)}
    shown = {each: value for each, value in given.items() if not each.kw_only or value != each.default}
    return {tag: entry.name, **{each.name: _plain(value, each.type, tag) for each, value in shown.items()}}


def _plain(value: Any, annotation: Any, tag: str) -> Any:
    if annotation == "float":
        # A law with rho = 0 and one with rho = 0.0 or -0.0 are the same and must have the same key.
        return float(value) + 0.0
    if isinstance(value, tuple):
        return [_plain(item, None, tag) for item in value]
    return value if isinstance(value, str | int | float) else terms(value, tag)
