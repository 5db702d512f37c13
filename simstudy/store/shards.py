"""Shards: one parquet file for a block of replicates of one scenario, whole or not there."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simstudy.errors import ResultsError
from simstudy.records import ESTIMAND, FIT_FIELDS, GLM_FIELDS, ID_FIELDS, ROLE
from simstudy.store.aside import keep_aside
from simstudy.store.files import UnreadableError, read_metadata, read_schema, read_table, refuse_link, write_table
from simstudy.store.layout import Layout

METADATA_KEY = b"simstudy"
VERSION_KEY = b"simstudy_version"
#: Numbers about the rows, so that a report on a running study need not read them.
TALLY_KEY = b"simstudy_tally"
ENVIRONMENT_KEY = b"simstudy_environment"
#: Digits of a scenario's key that the names of its shards begin with.
PREFIX = 16
NO_TALLY = b'{"cpu_seconds": 0.0, "outcomes": {}}'


#: Columns that every shard has, with their types; `group_key` came with version 0.2.0.
REQUIRED = tuple(field for field in (*ID_FIELDS, *FIT_FIELDS) if field.name != "group_key")
#: Columns that a shard need not have: null where it has not.
OPTIONAL = {field.name: field.type for field in (*ID_FIELDS, *GLM_FIELDS)}
#: Types of the columns of sources and estimands.
TYPES = (pa.float64(), pa.list_(pa.float64()), pa.int64(), pa.string(), pa.bool_(), pa.null())


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
        return f"{self.scenario_key[:PREFIX]}-{self.start:07d}-{self.stop:07d}-{methods}.parquet"


@dataclass(frozen=True)
class Tally:
    """What a shard cost and how its fits ended: processor seconds, and rows by method and status."""

    cpu_seconds: float
    outcomes: Mapping[str, Mapping[str, int]]


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


def shard_paths(layout: Layout, scenario_key: str | None = None) -> list[Path]:
    """Files of the shards, of one scenario or of all, in order of their names; files in the making start with a dot."""
    refuse_link(layout.folder, layout.replicates)
    names = "*.parquet" if scenario_key is None else f"{scenario_key[:PREFIX]}-*.parquet"
    return sorted(path for path in layout.replicates.glob(names) if not path.name.startswith("."))


@cache
def own_version() -> str:
    """Version of this package; looking it up takes milliseconds."""
    return version("simstudy")


def tally(table: pa.Table, cpu_seconds: float) -> Tally:
    """Count the rows of a shard."""
    outcomes: dict[str, dict[str, int]] = {}
    counted = table.group_by(["method", "status"]).aggregate([([], "count_all")])
    for row in counted.to_pylist():
        outcomes.setdefault(row["method"], {})[row["status"]] = row["count_all"]
    return Tally(cpu_seconds, outcomes)


def write_shard(
    layout: Layout, shard: Shard, table: pa.Table, cpu_seconds: float = 0.0, environment: str = "{}"
) -> Path:
    """Write a block's rows; the file appears under its name only when it is complete.

    Parameters
    ----------
    layout : Layout
        Where.
    shard : Shard
        What the rows are.
    table : pyarrow.Table
        Columns of `records.ID_FIELDS` and `records.FIT_FIELDS`, those of the source, and those of estimands.
    cpu_seconds : float
        Processor time that the rows took.
    environment : str
        Versions, commit and machine of the run in JSON; kept in the file's metadata.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    path = layout.replicates / shard.file_name
    metadata = {
        METADATA_KEY: json.dumps(asdict(shard)),
        VERSION_KEY: own_version(),
        TALLY_KEY: json.dumps(asdict(tally(table, cpu_seconds))),
        ENVIRONMENT_KEY: environment,
    }
    write_table(path, table.replace_schema_metadata(metadata))
    return path


def read_shard(path: Path, columns: Sequence[str] | None = None) -> tuple[Shard, pa.Table]:
    """Description and rows of a shard (some columns), verified: page checksums, schema, name and number of rows.

    A column that the shard does not have is null.

    Raises
    ------
    ResultsError
        The shard is damaged.
    """
    table = read_table(path, columns)
    shard = description(path, table.schema.metadata or {})
    for name in columns or ():
        if name not in table.schema.names:
            table = table.append_column(name, pa.nulls(len(table), OPTIONAL.get(name, pa.null())))
    required = [field for field in REQUIRED if columns is None or field.name in columns]
    if any(field not in table.schema for field in required) or any(each.type not in TYPES for each in table.schema):
        raise ResultsError(f"cannot read {path}: its columns are not those of a replicate table")
    if shard.file_name != path.name or len(table) != (shard.stop - shard.start) * len(shard.methods):
        raise ResultsError(f"cannot read {path}: its rows are not those that its name promises")
    return shard, table


def description(path: Path, metadata: Mapping[bytes, bytes]) -> Shard:
    """What a shard says that it holds.

    Raises
    ------
    ResultsError
        It does not say.
    """
    try:
        found = json.loads(metadata[METADATA_KEY])
        seed, start, stop = (operator.index(found[name]) for name in ("seed", "start", "stop"))
        methods = tuple(map(str, found["methods"]))
        return Shard(str(found["study"]), seed, str(found["scenario_key"]), methods, start, stop)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ResultsError(f"cannot read {path}: it does not say what it holds") from error


def glance(layout: Layout) -> Iterator[tuple[Shard, Tally]]:
    """Descriptions and tallies of the shards without reading their rows; those that say nothing are passed over."""
    for path in shard_paths(layout):
        # A shard can be set aside by a run while this reads.
        with suppress(ResultsError):
            metadata = read_metadata(path)
            yield description(path, metadata), tallied(path, metadata)


def tallied(path: Path, metadata: Mapping[bytes, bytes]) -> Tally:
    """What a shard says that it cost and how its fits ended; nothing in one that does not say.

    Raises
    ------
    ResultsError
        It says what no shard of ours does.
    """
    try:
        found = json.loads(metadata.get(TALLY_KEY, NO_TALLY))
        outcomes = {
            name: {status: int(count) for status, count in each.items()} for name, each in found["outcomes"].items()
        }
        return Tally(float(found["cpu_seconds"]), outcomes)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ResultsError(f"cannot read {path}: it does not say what it cost") from error


def estimate_columns(paths: Iterable[Path]) -> list[str]:
    """Columns of estimands and their standard errors in some shards, as they appear."""
    known = [field.name for field in GLM_FIELDS]
    names: dict[str, None] = {}
    for schema in schemas(paths):
        for field in schema:
            if field.name in known or (field.metadata or {}).get(ROLE) == ESTIMAND:
                names[field.name] = None
    return list(names)


def schemas(paths: Iterable[Path]) -> Iterator[pa.Schema]:
    """Schema of each shard; a damaged one is named by who reads its rows, and passed over here."""
    for path in paths:
        with suppress(ResultsError):
            yield read_schema(path)


def produced_by(layout: Layout, shard: Shard) -> dict[str, Any]:
    """Versions, commit and machine of the run that wrote a shard; empty for shards that do not say."""
    path = layout.replicates / shard.file_name
    metadata = read_metadata(path)
    try:
        found: dict[str, Any] = json.loads(metadata.get(ENVIRONMENT_KEY, b"{}"))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"cannot read {path}: it does not say what produced it") from error
    return found


def read_all(paths: Iterable[Path], columns: Sequence[str] | None = None) -> Iterator[tuple[Shard, pa.Table] | Damaged]:
    """Some shards in turn, verified, or the reason why one cannot be read.

    Raises
    ------
    UnreadableError
        The system does not let a shard be read; whether it is damaged is not known then.
    """
    for path in paths:
        try:
            yield read_shard(path, columns)
        except UnreadableError:
            raise
        except ResultsError as error:
            yield Damaged(path, str(error))


def scan(layout: Layout) -> Scan:
    """Verify every shard of a study, one at a time, so that memory does not grow with the study."""
    shards, damaged = [], []
    for found in read_all(shard_paths(layout)):
        if isinstance(found, Damaged):
            damaged.append(found)
        else:
            shards.append(found[0])
    return Scan(tuple(shards), tuple(damaged))


def set_aside(layout: Layout, damaged: Iterable[Damaged]) -> None:
    """Move damaged shards out of the results, so that their blocks are computed again and nothing is lost."""
    for shard in damaged:
        # Runs that share a study may find the same damage.
        keep_aside(layout, shard.path)


def without(layout: Layout, methods: Iterable[str]) -> None:
    """Set aside all rows of some methods; the others' rows stay.

    A run that dies in the middle loses nothing but the time to compute again the rows of the shard in hand: the file
    is whole in the folder of shards set aside.
    """
    dropped = frozenset(methods)
    # No fingerprint tells what was made from these rows from what will be made from the new ones.
    for path in (layout.measures, layout.made):
        path.unlink(missing_ok=True)
    for path in shard_paths(layout):
        shard, table = read_shard(path)
        if dropped.isdisjoint(shard.methods):
            continue
        set_aside(layout, [Damaged(path, "methods computed again")])
        kept = tuple(name for name in shard.methods if name not in dropped)
        if kept:
            rows = table.filter(pc.is_in(table["method"], pa.array(kept)))
            metadata = table.schema.metadata
            spent = json.loads(metadata.get(TALLY_KEY, b"{}")).get("cpu_seconds", 0.0) * len(rows) / len(table)
            write_shard(layout, replace(shard, methods=kept), rows, spent, metadata.get(ENVIRONMENT_KEY, b"{}"))
