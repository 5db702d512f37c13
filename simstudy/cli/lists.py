"""The command that lists what a study can ask for by name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import click

from simstudy.analyses.registry import ANALYSES
from simstudy.estimands import ESTIMANDS
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import FAMILIES
from simstudy.measures import MEASURES
from simstudy.penalties import PENALTIES
from simstudy.sources.registry import SOURCES
from simstudy.theory.registry import LAWS

#: What can be listed, with its registry.
KINDS: dict[str, Mapping[str, Any]] = {
    "analyses": ANALYSES,
    "estimators": ESTIMATORS,
    "penalties": PENALTIES,
    "families": FAMILIES,
    "sources": SOURCES,
    "estimands": ESTIMANDS,
    "measures": MEASURES,
    "laws": LAWS,
}


@click.command("list")
@click.argument("kind", type=click.Choice(list(KINDS)))
def lists(kind: str) -> None:
    """List what a study file can name, a line each."""
    entries = {name: in_words(entry) for name, entry in KINDS[kind].items()}
    width = max(map(len, entries), default=0)
    for name, words in entries.items():
        click.echo(f"{name.ljust(width)}  {words}".rstrip())


def in_words(entry: Any) -> str:
    """First line of what an entry says of itself, or of the function or class that it is made of."""
    said = getattr(entry, "description", "") or next(
        (
            inspect.getdoc(part)
            for part in (getattr(entry, "function", None), getattr(entry, "given", None), entry)
            if part is not None and (inspect.isclass(part) or inspect.isroutine(part)) and inspect.getdoc(part)
        ),
        None,
    )
    return (said or inspect.getdoc(type(entry)) or "").partition("\n")[0]
