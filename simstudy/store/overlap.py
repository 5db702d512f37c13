"""Shards that hold the same fits, as folders that were merged by hand do: equal rows count once, others are refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from simstudy.errors import ResultsError
from simstudy.store.shards import Shard

Range = tuple[int, int]
Rows = tuple[Shard, pa.Table]

#: Columns that two computations of one fit may differ in: labels change, and version 0.1.0 had no groups.
FREE = frozenset({"seconds", "scenario", "group_key"})


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same replicates in as few half-open ranges as possible, in order."""
    found: list[Range] = []
    for start, stop in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def each_fit_once(shards: Sequence[Rows]) -> list[Rows]:
    """Shards without the rows that another one holds, too.

    Parameters
    ----------
    shards : sequence of (Shard, Table)
        In any order; one without overlaps costs nothing.

    Raises
    ------
    ResultsError
        Two of them hold different rows for the same fit: the files, the fit and the column are named.
    """
    found: list[Rows] = []
    reaching: dict[str, list[Rows]] = {}
    for shard, table in sorted(shards, key=lambda each: (each[0].start, each[0].file_name)):
        others = [each for each in reaching.get(shard.scenario_key, []) if each[0].stop > shard.start]
        kept = table
        for other in others:
            if not set(shard.methods).isdisjoint(other[0].methods):
                kept = less(kept, (shard, table), other)
        reaching[shard.scenario_key] = [*others, (shard, table)]
        found.append((shard, kept))
    return found


def less(kept: pa.Table, rows: Rows, other: Rows) -> pa.Table:
    """Of rows that are kept so far, those that the other shard does not hold; an error if it holds different ones."""
    common = [name for name in rows[0].methods if name in other[0].methods]
    span = max(rows[0].start, other[0].start), min(rows[0].stop, other[0].stop)
    check_equal(fits_in(rows, span, common), fits_in(other, span, common))
    return kept.filter(pc.invert(among(kept, span, common)))


def among(table: pa.Table, span: Range, methods: Sequence[str]) -> pa.ChunkedArray:
    """Whether each row is of these replicates and methods."""
    replicate = table["replicate"]
    inside = pc.and_(pc.greater_equal(replicate, span[0]), pc.less(replicate, span[1]))
    return pc.and_(inside, pc.is_in(table["method"], pa.array(methods, pa.string())))


def fits_in(rows: Rows, span: Range, methods: Sequence[str]) -> Rows:
    """A shard with its rows of these replicates and methods alone, in order."""
    table = rows[1].filter(among(rows[1], span, methods))
    return rows[0], table.sort_by([("replicate", "ascending"), ("method", "ascending")])


def check_equal(one: Rows, other: Rows) -> None:
    """Raise ResultsError unless the same fits have the same rows, bit for bit."""
    names = dict.fromkeys([*one[1].column_names, *other[1].column_names])
    for name in [name for name in names if name not in FREE]:
        # Texts tell numbers apart as bits do, and take two that are not a number for equal.
        first, second = ([*map(repr, column(table, name))] for _, table in (one, other))
        if first != second:
            place = next(k for k, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1])
            replicate, method = (one[1][key][place].as_py() for key in ("replicate", "method"))
            raise ResultsError(
                f"{one[0].file_name} and {other[0].file_name} hold different rows for the same fit (replicate "
                f"{replicate}, {method}: {name} is {first[place]:.60} and {second[place]:.60}); remove one of the two "
                "files and run the study again"
            )


def column(table: pa.Table, name: str) -> list[object]:
    """Values of a column, None where the table has none of this name."""
    found: list[object] = table[name].to_pylist() if name in table.column_names else [None] * len(table)
    return found
