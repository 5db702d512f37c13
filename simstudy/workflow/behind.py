"""What is behind one printed number: scenarios, replicates, shards, and what produced them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.report.table import Table
from simstudy.store.layout import Layout
from simstudy.store.shards import Shard, glance, produced_by


@dataclass(frozen=True)
class Source:
    """Replicates of one scenario that a number rests on: how many, by which methods, in which shards."""

    scenario: str
    scenario_key: str
    methods: tuple[str, ...]
    replicates: int
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Explanation:
    """One printed number: as it stands in the table on disk (None without one), computed again, and where it is from.

    `environments` are the distinct records of what wrote the shards: versions, commit, processor.
    """

    printed: str | None
    recomputed: str
    seed: int
    sources: tuple[Source, ...]
    environments: tuple[dict[str, Any], ...]


def cell(table: Table, row: int, column: str, data: pd.DataFrame) -> str:
    """Text of a table's cell, made from `data`.

    Raises
    ------
    ConfigError
        There is no such row (counted from 1) or column (its heading, or its name in the CSV file).
    """
    if not 1 <= row <= len(data):
        raise ConfigError(bad_value("row", row, f"1, ..., {len(data)}"))
    headings = {each.heading: each for each in table.columns}
    if column in headings:
        return headings[column].cells(data.iloc[[row - 1]])[0]
    if column in data:
        return str(data[column].iloc[row - 1])
    raise ConfigError(unknown_name("column", column, [*headings, *map(str, data.columns)]))


def printed(table: Table, row: int, column: str, folder: Path) -> str | None:
    """The cell as the table on disk has it; None without a table or such a row."""
    path = folder / f"{table.name}.csv"
    if not path.exists():
        return None
    data = pd.read_csv(path)
    return cell(table, row, column, data) if row <= len(data) else None


def keys_behind(row: pd.Series, scenarios: pd.DataFrame) -> list[str]:
    """Keys of the scenarios that a row of a table's data rests on: one, or a group that differs in n only."""
    if "scenario_key" in row:
        return [str(row["scenario_key"])]
    if "scenario" in row:
        chosen = scenarios["scenario"] == row["scenario"]
    else:
        chosen = scenarios["scenario"].map(sample_size_groups(scenarios)) == row["group"]
    return [str(key) for key in scenarios.loc[chosen, "scenario_key"]]


def sources(layout: Layout, row: pd.Series, scenarios: pd.DataFrame) -> tuple[Source, ...]:
    """Where a row's numbers come from."""
    methods = tuple(str(row[name]) for name in ("method", "reference") if name in row and not pd.isna(row[name]))
    labels = dict(zip(scenarios["scenario_key"], scenarios["scenario"], strict=True))
    shards = [shard for shard, _ in glance(layout)]
    found = []
    for key in keys_behind(row, scenarios):
        own = tuple(s for s in shards if s.scenario_key == key and not set(methods).isdisjoint(s.methods))
        count = sum(shard.stop - shard.start for shard in own if methods[0] in shard.methods)
        found.append(Source(labels[key], key, methods, count, own))
    return tuple(found)


def environments(layout: Layout, origin: Iterable[Source]) -> tuple[dict[str, Any], ...]:
    """What wrote the shards of some sources, each different record once."""
    every = (produced_by(layout, shard) for source in origin for shard in source.shards)
    distinct: list[dict[str, Any]] = []
    for record in every:
        if record not in distinct:
            distinct.append(record)
    return tuple(distinct)
