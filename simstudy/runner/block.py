"""Blocks: what is sent to a process at once, and the table that comes back."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from time import process_time
from typing import Any

import numpy as np
import pyarrow as pa
from threadpoolctl import ThreadpoolController

from simstudy.estimands import ESTIMANDS
from simstudy.plugins import Plugin, portable
from simstudy.records import (
    DESCRIPTIONS,
    ESTIMAND,
    FIT_FIELDS,
    HAT,
    ID_FIELDS,
    SCENARIO_FIELDS,
    SE,
    VECTOR_COLUMNS,
    described,
)
from simstudy.runner.methods import ResolvedMethod
from simstudy.runner.prepare import prepare
from simstudy.runner.replicate import Row, replicate_rows
from simstudy.runner.together import rows_together
from simstudy.sources.registry import Source


@dataclass(frozen=True)
class Block:
    """Replicates start, ..., stop - 1 of one scenario, to be fitted by `methods`.

    `timeout` is the longest that one fit may take, in seconds of wall time; None is no limit. `estimands` are evaluated
    at each usable fit. `plugins` are made known in a process before it unpickles the rest of the block.
    """

    study: str
    seed: int
    scenario: Source
    methods: tuple[ResolvedMethod, ...]
    start: int
    stop: int
    timeout: float | None = None
    estimands: tuple[str, ...] = ()
    plugins: tuple[Plugin, ...] = ()

    def __reduce__(self) -> tuple[Callable[..., Block], tuple[Any, ...]]:
        return portable(Block, self.plugins, [getattr(self, each.name) for each in fields(self)])

    @property
    def replicates(self) -> int:
        """Number of data sets."""
        return self.stop - self.start

    @property
    def fits(self) -> int:
        """Number of rows."""
        return self.replicates * len(self.methods)


@dataclass(frozen=True)
class BlockResult:
    """Rows of a block in the order replicate, method; and the processor time that they took."""

    block: Block
    table: pa.Table
    cpu_seconds: float


@cache
def thread_controller() -> ThreadpoolController:
    """The loaded BLAS libraries of this process; looking for them takes milliseconds, so it is done once."""
    return ThreadpoolController()


@contextmanager
def frozen() -> Iterator[None]:
    """Leave what there is already out of garbage collections, which the rows of a block set off again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run_block(block: Block) -> BlockResult:
    """Fit a block on one thread, in this process; the same numbers wherever and with whichever neighbours it runs."""
    prepare(block.methods)
    start = process_time()
    with thread_controller().limit(limits=1), frozen():
        replicates = range(block.start, block.stop)
        rows = list(rows_together(block.seed, block.scenario, block.methods, replicates, block.estimands))
        table = block_table(block, rows)
    return BlockResult(block, table, process_time() - start)


def block_rows(block: Block, position: int = 0) -> Iterator[Row]:
    """Rows of a block from the one at `position`, in the order replicate, method, each as soon as its fit is done."""
    skipped, first = divmod(position, len(block.methods))
    for replicate in range(block.start + skipped, block.stop):
        yield from replicate_rows(block.seed, block.scenario, block.methods[first:], replicate, block.estimands)
        first = 0


def block_table(block: Block, rows: Sequence[Row]) -> pa.Table:
    """Rows as a table: ids, the source's columns, how the fits were found, and a column for each estimand."""
    shared = {
        "study": block.study,
        "scenario": block.scenario.label,
        "scenario_key": block.scenario.key,
        "group_key": block.scenario.group_key,
    }
    given = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
    columns: list[tuple[pa.Field, pa.Array]] = []
    for field in ID_FIELDS:
        same = field.name in shared
        array = repeated(shared[field.name], field.type, len(rows)) if same else pa.array(given[field.name], field.type)
        columns.append((described(field), array))
    for field, value in source_columns(block.scenario):
        said = DESCRIPTIONS.get(field.name, f"parameter {field.name} of the source")
        columns.append((described(field, description=said), repeated(value, field.type, len(rows))))
    for field in FIT_FIELDS:
        missing = field.name in {"objective", "kkt"}
        columns.append((described(field), pa.array(given[field.name], field.type, from_pandas=missing)))
    for name in dict.fromkeys(name for values in given["values"] for name in values):
        array = estimates(name, [values.get(name) for values in given["values"]])
        columns.append((described(pa.field(name, array.type), ESTIMAND, meaning(name)), array))
    found, arrays = zip(*columns, strict=True)
    return pa.Table.from_arrays(list(arrays), schema=pa.schema(found))


def meaning(column: str) -> str:
    """Description of an estimand's column."""
    if column in DESCRIPTIONS:
        return DESCRIPTIONS[column]
    if column in ESTIMANDS:
        return ESTIMANDS[column].description
    if column.endswith(SE):
        return f"the estimator's own standard error of {column.removesuffix(SE)}"
    return f"estimate of {column.removesuffix(HAT)}"


def repeated(value: Any, kind: pa.DataType, times: int) -> pa.Array:
    """One value in each of so many rows."""
    return pa.repeat(pa.scalar(value, kind), times)


def source_columns(scenario: Source) -> list[tuple[pa.Field, Any]]:
    """Fields and values that describe a source; a column of the glm has its type where it has no value, too."""
    known = {field.name: field for field in SCENARIO_FIELDS}
    return [
        (known[name] if value is None and name in known else pa.field(name, pa.scalar(value).type), value)
        for name, value in scenario.columns().items()
    ]


def estimates(name: str, values: Sequence[Any]) -> pa.Array:
    """An estimand's column: numbers, or lists where any value is a vector; null where there is none."""
    if name in VECTOR_COLUMNS or any(np.ndim(value) for value in values):
        return lists([None if value is None else np.atleast_1d(value) for value in values])
    return pa.array(values, pa.float64())


def lists(vectors: Sequence[np.ndarray | None]) -> pa.Array:
    """Vectors as one list array, null where there is none, without a Python float for each number."""
    there = [vector for vector in vectors if vector is not None]
    if not there:
        return pa.nulls(len(vectors), pa.list_(pa.float64()))
    sizes = [0 if vector is None else len(vector) for vector in vectors]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    missing = np.array([vector is None for vector in vectors])
    mask = pa.array(missing) if missing.any() else None
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(np.concatenate(there)), mask=mask)
