"""How far a study is, from what its shards say about themselves; reads no rows and disturbs no run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from joblib import effective_n_jobs

from simstudy.records import Status
from simstudy.runner.plan import Cell, cells
from simstudy.store.layout import Layout
from simstudy.store.lock import Holder, holders
from simstudy.store.shards import Shard, Tally, glance
from simstudy.study.study import Study


@dataclass(frozen=True)
class ScenarioStatus:
    """State of one scenario.

    `done` and `missing` count replicates (done: by every method), `failed` fits without a usable result. `rate` is in
    replicates per second of one process, `seconds_left` what is missing at that rate on the run's processes; both are
    None before the first block.
    """

    scenario: str
    done: int
    missing: int
    failed: Counter[str]
    rate: float | None
    seconds_left: float | None


@dataclass(frozen=True)
class StudyStatus:
    """State of a study, and the runs that are writing it now."""

    scenarios: tuple[ScenarioStatus, ...]
    running: tuple[Holder, ...]


def study_status(study: Study, layout: Layout) -> StudyStatus:
    """State of every scenario of a study.

    Parameters
    ----------
    study : Study
        Its replicates are those asked for.
    layout : Layout
        Its results.
    """
    found = list(glance(layout))
    running = tuple(holders(layout))
    processes = sum(effective_n_jobs(holder.jobs) for holder in running) or 1
    names = {method.name for method in study.methods}
    own: dict[str, list[Cell]] = {}
    for cell in cells(study, [shard for shard, _ in found]):
        own.setdefault(cell.scenario.key, []).append(cell)
    there: dict[str, list[tuple[Shard, Tally]]] = {}
    for shard, tally in found:
        there.setdefault(shard.scenario_key, []).append((shard, tally))
    scenarios = tuple(
        scenario_status(own[scenario.key], there.get(scenario.key, ()), names, processes)
        for scenario in study.scenarios
    )
    return StudyStatus(scenarios, running)


def scenario_status(
    own: Sequence[Cell], found: Iterable[tuple[Shard, Tally]], methods: set[str], processes: int
) -> ScenarioStatus:
    """State of one scenario from its cells and shards."""
    failed: Counter[str] = Counter()
    seconds, fits = 0.0, 0
    for shard, tally in found:
        seconds += tally.cpu_seconds
        fits += (shard.stop - shard.start) * len(shard.methods)
        for method in methods.intersection(tally.outcomes):
            failed.update({status: count for status, count in tally.outcomes[method].items() if status != Status.OK})
    asked = max(cell.to_do + cell.present for cell in own)
    missing = max(cell.to_do for cell in own)
    per_fit = seconds / fits if fits else None
    rate = 1.0 / (per_fit * len(own)) if per_fit else None
    left = None if per_fit is None else per_fit * sum(cell.to_do for cell in own) / processes
    return ScenarioStatus(own[0].scenario.label, asked - missing, missing, failed, rate, left)
