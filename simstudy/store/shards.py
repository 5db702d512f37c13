"""Shards: one parquet file for a block of replicates of one scenario, whole or not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from simstudy.errors import ResultsError
from simstudy.records import REPLICATE_SCHEMA
from simstudy.store.files import read_table, write_table
from simstudy.store.layout import Layout

METADATA_KEY = b"simstudy"
VERSION_KEY = b"simstudy_version"


@dataclass(frozen=True)
class Shard:
    """What a shard holds: every fit of `methods` in the replicates start, ..., stop - 1 of one scenario."""

    study: str
    seed: int
    scenario_key: str
    methods: tuple[str, ...]
    start: int
    stop: int

    @property
    def file_name(self) -> str:
        """Name of the file: scenario, replicates, and a hash of the method names."""
        methods = hashlib.sha256("\n".join(self.methods).encode()).hexdigest()[:8]
        return f"{self.scenario_key[:16]}-{self.start:07d}-{self.stop:07d}-{methods}.parquet"


@dataclass(frozen=True)
class Damaged:
    """A shard that could not be read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Scan:
    """The shards of a study: what the whole ones hold, and which are damaged."""

    shards: tuple[Shard, ...]
    damaged: tuple[Damaged, ...]


def shard_paths(layout: Layout) -> list[Path]:
    """Files of the shards in order of their names; temporary files (which start with a dot) are not among them."""
    return sorted(path for path in layout.replicates.glob("*.parquet") if not path.name.startswith("."))


def write_shard(layout: Layout, shard: Shard, table: pa.Table) -> Path:
    """Write a block's rows; the file appears under its name only when it is complete.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    path = layout.replicates / shard.file_name
    metadata = {METADATA_KEY: json.dumps(asdict(shard)), VERSION_KEY: version("simstudy")}
    write_table(path, table.replace_schema_metadata(metadata))
    return path


def read_shard(path: Path) -> tuple[Shard, pa.Table]:
    """Description and rows of a shard, verified: page checksums, schema, name and number of rows.

    Raises
    ------
    ResultsError
        The shard is damaged.
    """
    table = read_table(path)
    try:
        described = json.loads((table.schema.metadata or {})[METADATA_KEY])
        shard = Shard(**{**described, "methods": tuple(described["methods"])})
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(f"cannot read {path}: it does not say what it holds") from error
    if not table.schema.equals(REPLICATE_SCHEMA):
        raise ResultsError(f"cannot read {path}: its columns are not those of a replicate table")
    if shard.file_name != path.name or len(table) != (shard.stop - shard.start) * len(shard.methods):
        raise ResultsError(f"cannot read {path}: its rows are not those that its name promises")
    return shard, table


def read_all(layout: Layout) -> Iterator[tuple[Shard, pa.Table] | Damaged]:
    """Every shard in turn, verified, or the reason why it cannot be read."""
    for path in shard_paths(layout):
        try:
            yield read_shard(path)
        except ResultsError as error:
            yield Damaged(path, str(error))


def scan(layout: Layout) -> Scan:
    """Verify every shard of a study, one at a time, so that memory does not grow with the study."""
    shards, damaged = [], []
    for found in read_all(layout):
        if isinstance(found, Damaged):
            damaged.append(found)
        else:
            shards.append(found[0])
    return Scan(tuple(shards), tuple(damaged))


def set_aside(layout: Layout, damaged: Iterable[Damaged]) -> None:
    """Move damaged shards out of the results, so that their blocks are computed again and nothing is lost."""
    for shard in damaged:
        layout.set_aside.mkdir(parents=True, exist_ok=True)
        shard.path.replace(layout.set_aside / shard.path.name)
