"""Blocks: what is sent to a process at once, and the table that comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from time import process_time

import numpy as np
import pyarrow as pa
from threadpoolctl import ThreadpoolController

from simstudy.records import REPLICATE_SCHEMA
from simstudy.run.methods import ResolvedMethod
from simstudy.run.replicate import Row, replicate_rows
from simstudy.scenario.scenario import Scenario, scenario_columns


@dataclass(frozen=True)
class Block:
    """Replicates start, ..., stop - 1 of one scenario, to be fitted by `methods`."""

    study: str
    seed: int
    scenario: Scenario
    methods: tuple[ResolvedMethod, ...]
    start: int
    stop: int


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
        rows = [
            row
            for replicate in range(block.start, block.stop)
            for row in replicate_rows(block.seed, block.scenario, block.methods, replicate)
        ]
        table = block_table(block, rows)
    return BlockResult(block, table, process_time() - start)


def block_table(block: Block, rows: Sequence[Row]) -> pa.Table:
    """Rows as a table with the columns of ``records.REPLICATE_SCHEMA``."""
    columns = dict(zip(Row._fields, zip(*rows, strict=True), strict=True))
    columns["beta_hat"] = lists(columns["beta_hat"])
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


def lists(vectors: Sequence[np.ndarray]) -> pa.Array:
    """Vectors as one list array, without a Python float for each number."""
    offsets = np.concatenate([[0], np.cumsum([len(vector) for vector in vectors])])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(np.concatenate(vectors)))
