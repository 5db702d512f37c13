"""Profiles: how many replicates a study file asks for, for a first look and for what is published."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.study.tables import build


@dataclass(frozen=True)
class Replicates:
    """Data sets per scenario by profile; `full` is at least `quick`, and extends it."""

    quick: int
    full: int

    def __post_init__(self) -> None:
        if self.full < self.quick:
            raise ConfigError(bad_value("full", self.full, f"at least quick = {self.quick}"))


PROFILES = tuple(each.name for each in fields(Replicates))


def read_replicates(value: Any, profile: str, given: int | None) -> tuple[int, int | None]:
    """Replicates of the profile, or those given instead, and those of the full profile where these are more.

    Raises
    ------
    ConfigError
        An unknown profile, or a value that is neither a number nor a table of both.
    """
    if profile not in PROFILES:
        raise ConfigError(unknown_name("profile", profile, PROFILES))
    if isinstance(value, int) and not isinstance(value, bool):
        return (value if given is None else given), None
    if not isinstance(value, dict):
        raise ConfigError(bad_value("replicates", value, "a valid integer, or { quick = ..., full = ... }"))
    numbers = build(Replicates, value, "replicates")
    chosen: int = getattr(numbers, profile) if given is None else given
    return chosen, numbers.full if numbers.full > chosen else None
