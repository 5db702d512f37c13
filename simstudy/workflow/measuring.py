"""Performance measures of a study's replicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from simstudy.analyses.methods import contrasts
from simstudy.analyses.registry import Pairs, analyses_of
from simstudy.errors import ResultsError
from simstudy.measures import MEASURES, summarise
from simstudy.measures.cells import DIAGNOSTICS
from simstudy.measures.columns import column
from simstudy.measures.measure import Default
from simstudy.records import Status
from simstudy.runner.processes import in_processes
from simstudy.sources.registry import Source
from simstudy.store.files import read_metadata
from simstudy.store.layout import Layout
from simstudy.store.load import Index, estimates, index_of
from simstudy.store.overlap import merged
from simstudy.store.shards import description, estimate_columns
from simstudy.study.study import Study

#: Rows that are summarised together, and more than which are in another process.
MANY_ROWS = 20_000


def measures(study: Study, folder: Path, jobs: int = 1) -> pd.DataFrame:
    """Performance measures of the study's scenarios and methods; reads a few scenarios at a time.

    Parameters
    ----------
    study : Study
        What to summarise, where there are replicates of it.
    folder : Path
        Its results.
    jobs : int
        Processes; -1 uses every core.

    Raises
    ------
    ResultsError
        The folder holds none of them, or a shard is damaged.
    """
    index = index_of(Layout(folder))
    there = [scenario for scenario in study.scenarios if index.files([scenario.key])]
    if not there:
        raise ResultsError(f"{folder} holds no replicates of this study; `simstudy run` makes them")
    return pd.concat(summarised(study, index, [*batches(index, there)], jobs=jobs), ignore_index=True)


def batches(index: Index, scenarios: Sequence[Source]) -> Iterator[list[Source]]:
    """Neighbours that have the same replicates, methods and columns, of not too many rows together."""
    batch: list[Source] = []
    known: object = None
    total = 0
    for scenario in scenarios:
        shape, count = shape_of(index.files([scenario.key]))
        if batch and (shape != known or total + count > MANY_ROWS):
            yield batch
            batch, total = [], 0
        batch.append(scenario)
        known, total = shape, total + count
    yield batch


def shape_of(paths: Sequence[Path]) -> tuple[object, int]:
    """What a scenario's shards have that its measures depend on besides their values, and the number of their rows."""
    ranges: dict[str, list[tuple[int, int]]] = {}
    for path in paths:
        # A damaged shard is named by who reads its rows.
        with suppress(ResultsError):
            shard = description(path, read_metadata(path))
            for name in shard.methods:
                ranges.setdefault(name, []).append((shard.start, shard.stop))
    there = {name: merged(own) for name, own in ranges.items()}
    return (there, estimate_columns(paths)), sum(stop - start for own in there.values() for start, stop in own)


def summarised(
    study: Study,
    index: Index,
    parts: Sequence[Sequence[Source]],
    names: Sequence[str] | None = None,
    first: int | None = None,
    *,
    jobs: int = 1,
) -> list[pd.DataFrame]:
    """`batch_measures` of some scenarios each, in several processes.

    Many rows always go to another process, so that the memory of the one that runs a study does not grow with it.
    """
    tasks = [(study, index.of([scenario.key for scenario in part]), names, first) for part in parts]
    many = any(len(part) * study.replicates * len(study.methods) > MANY_ROWS for part in parts)
    return in_processes(jobs, batch_measures, tasks, "measures", apart=many)


def batch_measures(
    study: Study, index: Index, names: Sequence[str] | None = None, first: int | None = None
) -> pd.DataFrame:
    """Performance measures of an index's scenarios, from all methods and replicates or from some."""
    chosen = [method.name for method in study.methods] if names is None else names
    keys = index.truth["scenario_key"].to_pylist()
    table = estimates(index, keys, chosen)
    if first is not None:
        table = table.filter(pc.less(table["replicate"], first))
    frame, truth = table.to_pandas(), index.truth.to_pandas()
    if len(keys) > 1 and is_uneven(frame):
        parts = [frame[frame["scenario_key"] == key] for key in keys]
        return pd.concat([measured(study, part, truth) for part in parts], ignore_index=True)
    return measured(study, frame, truth)


def is_uneven(frame: pd.DataFrame) -> bool:
    """Whether a method estimates something in one scenario and, though it has usable fits, never in another.

    Scenarios are then measured alone, so that what is in a scenario's measures does not depend on its neighbours.
    """
    fits = frame[frame["status"] == Status.OK]
    given = {name: column(name, fits[name]).length > 0 for name in fits.columns.difference([*DIAGNOSTICS])}
    cells = pd.DataFrame(given, index=fits.index).groupby([fits["method"], fits["scenario_key"]]).any()
    return bool((cells.groupby(level=0).nunique() > 1).to_numpy().any())


def estimates_in(layout: Layout) -> Callable[[str], pd.DataFrame]:
    """Function from a scenario key to its rows, of which it remembers a few."""

    @cache
    def index() -> Index:
        return index_of(layout)

    @lru_cache(maxsize=4)
    def of_scenario(key: str) -> pd.DataFrame:
        frame: pd.DataFrame = estimates(index(), [key]).to_pandas()
        return frame

    return of_scenario


def measured(study: Study, replicates: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """Performance measures, with the contrasts of the methods that have rows."""
    there = set(replicates["method"])
    pairs = [pair for pair in compared(study) if there.issuperset(pair)]
    return summarise(replicates, scenarios, pairs, wanted(study))


def wanted(study: Study) -> tuple[str, ...]:
    """Measures that a study or one of its claims asks for."""
    claims = [every for claim in study.claims for every in (claim, claim.control) if every is not None]
    claimed = [claim.quantity for claim in claims if claim.estimand and claim.quantity in MEASURES]
    rare = [name for name in claimed if MEASURES[name].default is Default.NEVER]
    return tuple(dict.fromkeys([*study.measures, *rare]))


def compared(study: Study) -> Pairs:
    """Pairs (method, reference) whose contrasts are measured: those of the theory, of the analyses and of claims."""
    pairs = list(contrasts(study))
    pairs += [pair for each in analyses_of(study) for pair in each.pairs(study)]
    claims = [every for claim in study.claims for every in (claim, claim.control) if every is not None]
    pairs += [(claim.method, claim.reference) for claim in claims if claim.reference is not None]
    return tuple(dict.fromkeys(pairs))
