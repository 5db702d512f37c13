"""A study from plan to shards: computes what is missing, keeps what is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from simstudy.errors import ConfigError, ResultsError, bad_value, unknown_name
from simstudy.runner.block import Block
from simstudy.runner.broken import broken, first_look
from simstudy.runner.execute import execute
from simstudy.runner.options import Options
from simstudy.runner.plan import Cell, cells, plan_blocks
from simstudy.runner.progress import Reporter, silent
from simstudy.runner.select import select
from simstudy.runner.truth import truth
from simstudy.sources.registry import Source
from simstudy.store.aside import keep_aside
from simstudy.store.definition import check_same_study, write_definition
from simstudy.store.files import UnreadableError, read_table, remove_temporary, write_table
from simstudy.store.layout import Layout
from simstudy.store.load import TRUTH, in_study_order
from simstudy.store.lock import WHOLE, locked, own_holder
from simstudy.store.provenance import RunRecord, add_run, environment, now
from simstudy.store.shards import Damaged, Shard, glance, scan, set_aside, without, write_shard
from simstudy.study.study import Study, study_toml

#: Whether a scenario's target is met by the first so many replicates of these methods.
TargetMet = Callable[[Source, Sequence[str], int], bool]

DEFAULTS = Options()

#: A scenario is never judged on fewer replicates; the next looks are at twice as many, and so on.
FIRST_LOOK = 100


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    `replicates` counts what this run computed over all blocks; `fits` counts its rows by status; `set_aside` are the
    damaged shards whose replicates were computed again. `stopped` names the scenarios and methods whose first fits all
    ended in an error, so that the others were not made. `remade` says that no replicate was missing and the
    measures, which were made from something else than what is there now, were made again. `versions` is a sentence on
    rows of another version of this package, empty where there are none.
    """

    folder: Path
    replicates: int
    fits: Counter[str]
    set_aside: tuple[Damaged, ...]
    seconds: float
    stopped: tuple[str, ...] = ()
    remade: bool = False
    versions: str = ""


@dataclass
class Spent:
    """What a run has done so far."""

    replicates: int = 0
    cpu_seconds: float = 0.0
    fits: Counter[str] = field(default_factory=Counter)
    stopped: dict[tuple[str, str], str] = field(default_factory=dict)


def run_study(
    study: Study,
    folder: Path,
    *,
    only: Sequence[str] = (),
    options: Options = DEFAULTS,
    size: int | None = None,
    until: TargetMet | None = None,
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
    options : Options
        Where to compute, which part of the study, which methods anew.
    size : int, optional
        Replicates in a block. Neither it nor `options` changes a result.
    until : callable, optional
        Stop a scenario when this says that its target is met. It is asked after 100 replicates, 200, 400, and so on,
        about exactly these, so that the answer depends neither on timing nor on what is there already.
    progress : Reporter
        Told how many replicates are done.

    Returns
    -------
    RunReport
        What was computed; failed fits are counted in it, never dropped.

    Raises
    ------
    ConfigError
        A restriction, an option or a method does not fit the study.
    ResultsError
        The folder belongs to another study, is being written by another run, or cannot be written; finished blocks
        stay.
    """
    layout, began, started, text = Layout(folder), monotonic(), now(), study_toml(study)
    check_options(study, options, until)
    # Mistakes in the call are found before anything is locked, moved or written, so that they leave no trace.
    select(cells(study, ()), only)
    check_same_study(layout, text, options.fresh)
    # Asked once a run: programs are started for it.
    surroundings = cache(environment)
    holder = own_holder(started, options.jobs, str(options.part or WHOLE))
    with locked(layout, holder):
        damaged = claim(layout, study, text, options)
        spent, finished = Spent(), False
        try:
            with progress(missing(study, layout, only, options)) as advance:
                for blocks in stages(study, layout, only, size, options, until, spent.stopped):
                    write_results(layout, blocks, options, advance, spent, surroundings)
            finished = True
        finally:
            seconds = monotonic() - began
            if spent.replicates or damaged or not finished:
                names = tuple(shard.path.name for shard in damaged)
                add_run(
                    layout,
                    RunRecord(
                        started, finished, spent.replicates, options.jobs, seconds, spent.cpu_seconds,
                        dict(spent.fits), names, options.backend, holder.part, options.fresh,
                    ),
                    surroundings(),
                )  # fmt: skip
    return RunReport(folder, spent.replicates, spent.fits, damaged, seconds, tuple(spent.stopped.values()))


def check_options(study: Study, options: Options, until: TargetMet | None) -> None:
    """Raise ConfigError for options that do not fit the study or each other."""
    names = [method.name for method in study.methods]
    for name in options.fresh:
        if name not in names:
            raise ConfigError(unknown_name("--fresh", name, names))
    if until is not None and options.part is not None:
        allowed = "left out with until_mcse, which looks at all replicates"
        raise ConfigError(bad_value("shard", str(options.part), allowed))


def claim(layout: Layout, study: Study, text: str, options: Options) -> tuple[Damaged, ...]:
    """Make the locked folder ready for this study; the damaged shards that were set aside."""
    again = check_same_study(layout, text, options.fresh)
    found = scan(layout)
    check_shards(layout, study, found.shards)
    set_aside(layout, found.damaged)
    if options.part is None:
        remove_temporary(layout.folder)
        remove_temporary(layout.replicates)
    if again:
        without(layout, again)
    write_definition(layout, text, again)
    write_truth(layout, study)
    return found.damaged


def stages(
    study: Study,
    layout: Layout,
    only: Sequence[str],
    size: int | None,
    options: Options,
    until: TargetMet | None,
    stopped: dict[tuple[str, str], str],
) -> Iterable[list[Block]]:
    """Blocks to compute before each look at the results: at the first ones for broken cells, at all for the precision.

    A cell that is found broken enters `stopped` and is not computed further.
    """
    chosen = select(cells(study, present(layout)), only)
    active = {cell.scenario for cell in chosen}
    targets = [study.replicates] if until is None else looks(study.replicates)
    first = min(first_look(study.replicates), targets[0])
    for replicates in dict.fromkeys([first, *targets]):
        batch = replace(study, replicates=replicates)
        there = [cell for cell in select(cells(batch, present(layout)), only) if cell.scenario in active]
        todo = [cell for cell in there if (cell.scenario.key, cell.method) not in stopped]
        yield plan_blocks(batch, todo, size, options.part)
        if replicates == first and not options.keep_going:
            stopped |= broken(layout, select(cells(batch, present(layout)), only), first)
        if until is not None and replicates in targets:
            active -= met(todo, until, replicates)
        if not active:
            return


def present(layout: Layout) -> list[Shard]:
    """What the shards hold; they have been verified when the folder was claimed."""
    return [shard for shard, _ in glance(layout)]


def looks(cap: int) -> list[int]:
    """Numbers of replicates after which a target is looked at: 100, 200, 400, ..., the cap."""
    found = [FIRST_LOOK]
    while found[-1] < cap:
        found.append(2 * found[-1])
    return [*found[:-1], cap]


def met(todo: Iterable[Cell], until: TargetMet, replicates: int) -> set[Source]:
    """Scenarios whose target is met."""
    methods: dict[Source, list[str]] = {}
    for cell in todo:
        methods.setdefault(cell.scenario, []).append(cell.method)
    return {scenario for scenario, names in methods.items() if until(scenario, names, replicates)}


def missing(study: Study, layout: Layout, only: Sequence[str], options: Options) -> int:
    """Number of replicates that a run computes at most."""
    chosen = select(cells(study, present(layout)), only)
    return sum(block.replicates for block in plan_blocks(study, chosen, None, options.part))


def write_results(
    layout: Layout,
    blocks: Sequence[Block],
    options: Options,
    advance: Callable[[int], None],
    spent: Spent,
    surroundings: Callable[[], dict[str, Any]],
) -> None:
    """Compute blocks and write each as a shard when it comes back."""
    if not blocks:
        return
    produced_by = json.dumps(surroundings())
    with closing(execute(blocks, options)) as results:
        for result in results:
            write_shard(layout, shard_of(result.block), result.table, result.cpu_seconds, produced_by)
            spent.replicates += result.block.replicates
            spent.cpu_seconds += result.cpu_seconds
            spent.fits.update(result.table["status"].to_pylist())
            advance(result.block.replicates)


def check_shards(layout: Layout, study: Study, shards: Iterable[Shard]) -> None:
    """Raise ResultsError if a shard comes from another study or seed, so was put there by hand."""
    for shard in shards:
        if (shard.study, shard.seed) != (study.name, study.seed):
            raise ResultsError(
                f"{layout.replicates / shard.file_name} belongs to study {shard.study!r} with seed {shard.seed}, "
                f"not to {study.name!r} with seed {study.seed}; remove it"
            )


def shard_of(block: Block) -> Shard:
    """What the shard of a block holds."""
    names = tuple(method.name for method in block.methods)
    return Shard(block.study, block.seed, block.scenario.key, names, block.start, block.stop)


def write_truth(layout: Layout, study: Study) -> None:
    """Write scenarios.parquet: the study's scenarios, followed by those of earlier versions of it.

    A file that cannot be understood is kept aside.
    """
    table = truth(study)
    try:
        stored = read_table(layout.scenarios, needs=TRUTH)
    except UnreadableError:
        raise
    except ResultsError:
        keep_aside(layout, layout.scenarios)
        write_table(layout.scenarios, table)
        return
    current = table["scenario_key"].to_pylist()
    earlier = stored.filter(pc.invert(pc.is_in(stored["scenario_key"], pa.array(current, pa.string()))))
    union = pa.concat_tables([table, earlier], promote_options="permissive")
    if not union.equals(stored):
        write_table(layout.scenarios, union)


def simulate(study: Study, jobs: int = 1, progress: Reporter = silent) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run a study in memory.

    Returns
    -------
    replicates, scenarios : DataFrame
        As `store.load.load` and `store.load.load_scenarios` give them for a study on disk.
    """
    blocks = plan_blocks(study, cells(study, ()))
    tables = []
    with (
        progress(sum(block.replicates for block in blocks)) as advance,
        closing(execute(blocks, Options(jobs))) as results,
    ):
        for result in results:
            tables.append(result.table)
            advance(result.block.replicates)
    keys = [scenario.key for scenario in study.scenarios]
    names = [method.name for method in study.methods]
    return in_study_order(pa.concat_tables(tables, promote_options="permissive"), keys, names).to_pandas(), truth(
        study
    ).to_pandas()
