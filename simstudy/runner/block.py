"""Blocks: what is sent to a process at once, and the table that comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from time import process_time

import numpy as np
import pyarrow as pa
from threadpoolctl import ThreadpoolController

from simstudy.records import REPLICATE_SCHEMA
from simstudy.runner.methods import ResolvedMethod
from simstudy.runner.replicate import Row, replicate_rows
from simstudy.sources.glm import Scenario, scenario_columns


@dataclass(frozen=True)
class Block:
    """Replicates start, ..., stop - 1 of one scenario, to be fitted by `methods`.

    `timeout` is the longest that one fit may take, in seconds of wall time; None is no limit.
    """

    study: str
    seed: int
    scenario: Scenario
    methods: tuple[ResolvedMethod, ...]
    start: int
    stop: int
    timeout: float | None = None

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


def run_block(block: Block) -> BlockResult:
    """Fit a block on one thread, in this process; the same numbers wherever and with whichever neighbours it runs."""
    start = process_time()
    with thread_controller().limit(limits=1):
        table = block_table(block, list(block_rows(block)))
    return BlockResult(block, table, process_time() - start)


def block_rows(block: Block, position: int = 0) -> Iterator[Row]:
    """Rows of a block from the one at `position`, in the order replicate, method, each as soon as its fit is done."""
    skipped, first = divmod(position, len(block.methods))
    for replicate in range(block.start + skipped, block.stop):
        yield from replicate_rows(block.seed, block.scenario, block.methods[first:], replicate)
        first = 0


def block_table(block: Block, rows: Sequence[Row]) -> pa.Table:
    """Rows as a table with the columns of ``records.REPLICATE_SCHEMA``."""
    columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
    for name in ("beta_hat", "se_hat"):
        columns[name] = lists(columns[name])
    shared = {
        "study": block.study,
        "scenario": block.scenario.label,
        "scenario_key": block.scenario.key,
        **scenario_columns(block.scenario),
    }
    arrays = [
        pa.repeat(pa.scalar(shared[field.name], field.type), len(rows))
        if field.name in shared
        else pa.array(columns[field.name], field.type, from_pandas=field.name in {"objective", "kkt"})
        for field in REPLICATE_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=REPLICATE_SCHEMA)


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
