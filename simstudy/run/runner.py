"""A study from plan to shards: computes what is missing, keeps what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pandas as pd
import pyarrow as pa

from simstudy.errors import ResultsError
from simstudy.records import SCENARIO_SCHEMA
from simstudy.run.block import Block
from simstudy.run.execute import check_jobs, execute
from simstudy.run.plan import cells, plan_blocks
from simstudy.run.progress import Reporter, silent
from simstudy.run.select import select
from simstudy.scenario.scenario import scenario_row
from simstudy.scenario.study import Study, study_toml
from simstudy.store.definition import check_same_study, write_definition
from simstudy.store.files import read_table, write_table
from simstudy.store.layout import Layout
from simstudy.store.load import in_study_order
from simstudy.store.provenance import RunRecord, add_run, now
from simstudy.store.shards import Damaged, Shard, scan, set_aside, write_shard


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    `replicates` counts what this run computed over all blocks; `fits` counts its rows by status; `set_aside` are the
    damaged shards whose replicates were computed again.
    """

    folder: Path
    replicates: int
    fits: Counter[str]
    set_aside: tuple[Damaged, ...]
    seconds: float


def run_study(
    study: Study,
    folder: Path,
    *,
    only: Sequence[str] = (),
    jobs: int = 1,
    size: int | None = None,
    progress: Reporter = silent,
) -> RunReport:
    """Compute the replicates of a study that its folder does not hold yet, and write them as shards.

    Parameters
    ----------
    study : Study
        What to run; its `replicates` is the number asked for.
    folder : Path
        The study's own folder, such as ``results/root_n``.
    only : sequence of str
        Restrictions ``KEY=VALUE`` to some scenarios or methods, as `select` takes them.
    jobs : int
        Processes; 1 runs in this one, -1 uses every core.
    size : int, optional
        Replicates in a block. Neither it nor `jobs` changes a result.
    progress : Reporter
        Told how many replicates are done.

    Returns
    -------
    RunReport
        What was computed; failed fits are counted in it, never dropped.

    Raises
    ------
    ConfigError
        A restriction or a method does not fit the study, or `jobs` is not allowed.
    ResultsError
        The folder belongs to another study or cannot be written; finished blocks stay.
    """
    layout, began, started = Layout(folder), monotonic(), now()
    check_jobs(jobs)
    check_same_study(layout, study_toml(study))
    found = scan(layout)
    check_shards(layout, study, found.shards)
    blocks = plan_blocks(study, select(cells(study, found.shards), only), size)
    # Nothing is moved or written before this line, so that a mistake in the call leaves no trace.
    set_aside(layout, found.damaged)
    write_definition(layout, study_toml(study))
    write_truth(layout, study)
    total = sum(block.stop - block.start for block in blocks)
    fits: Counter[str] = Counter()
    cpu_seconds, finished = 0.0, False
    try:
        with progress(total) as advance:
            for result in execute(blocks, jobs):
                write_shard(layout, shard_of(result.block), result.table)
                fits.update(result.table["status"].to_pylist())
                cpu_seconds += result.cpu_seconds
                advance(result.block.stop - result.block.start)
        finished = True
    finally:
        seconds = monotonic() - began
        if blocks:
            names = tuple(shard.path.name for shard in found.damaged)
            add_run(layout, RunRecord(started, finished, total, jobs, seconds, cpu_seconds, dict(fits), names))
    return RunReport(folder, total, fits, found.damaged, seconds)


def check_shards(layout: Layout, study: Study, shards: Iterable[Shard]) -> None:
    """Raise ResultsError if a shard comes from another study or seed, so was put there by hand."""
    for shard in shards:
        if (shard.study, shard.seed) != (study.name, study.seed):
            raise ResultsError(
                f"{layout.replicates / shard.file_name} belongs to study {shard.study!r} with seed {shard.seed}, "
                f"not to {study.name!r} with seed {study.seed}; remove it"
            )


def shard_of(block: Block) -> Shard:
    """Description of a block for the store."""
    names = tuple(method.name for method in block.methods)
    return Shard(block.study, block.seed, block.scenario.key, names, block.start, block.stop)


def write_truth(layout: Layout, study: Study) -> None:
    """Write scenarios.parquet where a readable one is not there yet."""
    try:
        read_table(layout.scenarios)
    except ResultsError:
        write_table(layout.scenarios, truth(study))


def truth(study: Study) -> pa.Table:
    """The scenarios of a study with their true coefficients, as ``records.SCENARIO_SCHEMA``."""
    return pa.Table.from_pylist([scenario_row(study.name, scenario) for scenario in study.scenarios], SCENARIO_SCHEMA)


def simulate(study: Study, jobs: int = 1, progress: Reporter = silent) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run a study in memory.

    Returns
    -------
    replicates, scenarios : DataFrame
        As `store.load.load` and `store.load.load_scenarios` give them for a study on disk.
    """
    blocks = plan_blocks(study, cells(study, ()))
    tables = []
    with progress(sum(block.stop - block.start for block in blocks)) as advance:
        for result in execute(blocks, jobs):
            tables.append(result.table)
            advance(result.block.stop - result.block.start)
    keys = [scenario.key for scenario in study.scenarios]
    names = [method.name for method in study.methods]
    return in_study_order(pa.concat_tables(tables), keys, names).to_pandas(), truth(study).to_pandas()
