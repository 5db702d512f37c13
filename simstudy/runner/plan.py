"""What is to be computed: the replicates asked for, less those that whole shards hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from simstudy.runner.block import Block
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.runner.options import Part
from simstudy.sources.registry import Source
from simstudy.store.overlap import Range, merged
from simstudy.store.shards import Shard
from simstudy.study.study import Study

#: Rows of data in a block: large enough that writing a shard (some 10 ms) does not count, small enough that little is
#: lost by an interruption and that the processes finish together.
BLOCK_ROWS = 250_000
SMALLEST_BLOCK, LARGEST_BLOCK = 20, 500


@dataclass(frozen=True)
class Cell:
    """One scenario and one method: replicates present, and the ranges that are missing."""

    scenario: Source
    method: str
    present: int
    missing: tuple[Range, ...]

    @property
    def to_do(self) -> int:
        """Number of missing replicates."""
        return sum(stop - start for start, stop in self.missing)


def block_size(n: int) -> int:
    """Replicates in a block at sample size n, 0 for a source that does not say; no result depends on it."""
    return SMALLEST_BLOCK if n == 0 else min(LARGEST_BLOCK, max(SMALLEST_BLOCK, BLOCK_ROWS // n))


def missing_ranges(replicates: int, present: Iterable[Range]) -> tuple[Range, ...]:
    """The parts of 0, ..., replicates - 1 that no range of `present` covers, as half-open ranges in order."""
    missing, reached = [], 0
    for start, stop in sorted(present):
        if start > reached:
            missing.append((reached, min(start, replicates)))
        reached = max(reached, stop)
        if reached >= replicates:
            break
    if reached < replicates:
        missing.append((reached, replicates))
    return tuple(missing)


def coverage(shards: Iterable[Shard]) -> dict[tuple[str, str], list[Range]]:
    """Replicate ranges on disk for each (scenario key, method)."""
    ranges: dict[tuple[str, str], list[Range]] = {}
    for shard in shards:
        for method in shard.methods:
            ranges.setdefault((shard.scenario_key, method), []).append((shard.start, shard.stop))
    return ranges


def cells(study: Study, shards: Iterable[Shard]) -> tuple[Cell, ...]:
    """Every (scenario, method) of a study with what is present and what is missing.

    Parameters
    ----------
    study : Study
        Its `replicates` say how many are asked for.
    shards : iterable of Shard
        What is on disk.
    """
    ranges = coverage(shards)
    found = []
    for scenario in study.scenarios:
        for method in study.methods:
            present = ranges.get((scenario.key, method.name), [])
            count = sum(stop - start for start, stop in merged(present))
            found.append(Cell(scenario, method.name, count, missing_ranges(study.replicates, present)))
    return tuple(found)


def plan_blocks(study: Study, todo: Iterable[Cell], size: int | None = None, part: Part | None = None) -> list[Block]:
    """Blocks that complete a study; methods of a scenario with the same gaps share a block and its data sets.

    Parameters
    ----------
    study : Study
        Whose methods are resolved here, once for each scenario with a gap.
    todo : iterable of Cell
        What may be computed; cells without a gap cost nothing.
    size : int, optional
        Replicates in a block; by default what `block_size` says.
    part : Part, optional
        Plan only this part's share. What a part owns depends on the scenario and the replicate alone, so runs that
        begin at different times, or with different gaps, never compute the same replicate.

    Returns
    -------
    list of Block
        Ordered by the share of its scenario that is before a block, so that all scenarios advance together and the
        time left can be foretold.
    """
    blocks = []
    for scenario, gaps in by_gap(todo).items():
        resolved = {method.name: method for method in resolve(scenario, study.methods)}
        for ranges, names in gaps.items():
            methods = tuple(resolved[name] for name in names)
            length = size or block_size(scenario.n)
            blocks += [
                block_of(study, scenario, methods, start, stop)
                for start, stop in cut(ranges, length)
                if part is None or part.owns(scenario.key, start // length)
            ]
    return sorted(blocks, key=lambda block: block.start / study.replicates)


def block_of(study: Study, scenario: Source, methods: tuple[ResolvedMethod, ...], start: int, stop: int) -> Block:
    """Replicates start, ..., stop - 1 of a scenario with everything that the study says of them."""
    limits = (study.timeout, study.estimands, study.plugins)
    return Block(study.name, study.seed, scenario, methods, start, stop, *limits)


def by_gap(todo: Iterable[Cell]) -> Mapping[Source, Mapping[tuple[Range, ...], list[str]]]:
    """Method names grouped by scenario and by what is missing."""
    groups: dict[Source, dict[tuple[Range, ...], list[str]]] = {}
    for cell in todo:
        if cell.missing:
            groups.setdefault(cell.scenario, {}).setdefault(cell.missing, []).append(cell.method)
    return groups


def cut(ranges: Iterable[Range], size: int) -> Iterator[Range]:
    """Ranges cut at the multiples of `size`."""
    for start, stop in ranges:
        edges = [start, *range(start - start % size + size, stop, size), stop]
        yield from pairwise(edges)
