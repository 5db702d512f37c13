"""What a report says of a study, from its resolved file alone: no plug-in is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simstudy.analyses.registry import ANALYSES, USUAL
from simstudy.errors import ResultsError

#: Keys of every resolved study file.
TYPES = {"name": str, "aim": str, "analyses": list, "scenario": list, "method": list}
RESOLVED = ("name", "aim", "replicates", "analyses", "scenario", "method")


@dataclass(frozen=True)
class Outline:
    """A study in numbers.

    Parameters
    ----------
    name, aim : str
    scenarios, methods, replicates : int
        How many there are; replicates of the quick profile.
    analyses, figures : tuple of str
        Names of the tables and of the figures that it may have.
    has_claims, has_plugins : bool
    title, series : str
    place : float
    definition : mapping
        The resolved study file.
    """

    name: str
    aim: str
    scenarios: int
    methods: int
    replicates: int
    analyses: tuple[str, ...]
    figures: tuple[str, ...]
    has_claims: bool
    has_plugins: bool
    title: str
    series: str
    place: float
    definition: Mapping[str, Any]


def outline_of(definition: Mapping[str, Any]) -> Outline:
    """Outline of a study in the terms of a resolved study file.

    Raises
    ------
    ResultsError
        It lacks a key that every resolved file has, or has something else there.
    """
    missing = [key for key in RESOLVED if key not in definition]
    if missing:
        raise ResultsError(f"this is no resolved study file: it lacks {', '.join(missing)}")
    wrong = [name for name, kinds in TYPES.items() if not isinstance(definition[name], kinds)]
    replicates = definition["replicates"]
    quick: Any = replicates.get("quick") if isinstance(replicates, dict) else replicates
    if not isinstance(quick, int):
        wrong.append("replicates")
    elif not wrong and not all(isinstance(each, str) for each in definition["analyses"]):
        wrong.append("analyses")
    if wrong:
        raise ResultsError(f"this is no resolved study file: {', '.join(wrong)} is not what such a file has there")
    names = tuple(definition["analyses"]) or (USUAL,)
    # The figures of an analysis that is not known here, a plug-in's, have its own name or are the usual ones.
    drawn = [name for each in names for name in (ANALYSES[each].figures or {} if each in ANALYSES else [each])]
    return Outline(
        name=definition["name"],
        aim=definition["aim"],
        scenarios=len(definition["scenario"]),
        methods=len(definition["method"]),
        replicates=quick,
        analyses=names,
        figures=tuple(dict.fromkeys([*drawn, *(ANALYSES[USUAL].figures or {})])),
        has_claims="claim" in definition,
        has_plugins="plugins" in definition,
        title=str(definition.get("title") or definition["name"].replace("_", " ").capitalize()),
        series=str(definition.get("series", "")),
        place=definition.get("place", math.inf),
        definition=definition,
    )
