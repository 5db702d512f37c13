"""Cells whose code is broken: every one of their first replicates ends in an error."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc

from simstudy.records import Status
from simstudy.runner.plan import Cell
from simstudy.store.layout import Layout
from simstudy.store.load import rows
from simstudy.store.shards import glance

#: A cell is never judged on fewer replicates, nor on a smaller share of those that are asked for.
FEWEST, SHARE = 20, 10

#: Statuses that say something about the code; others are results, such as that no minimiser exists.
BROKEN = frozenset({Status.ERROR.value, Status.CRASHED.value})


def first_look(replicates: int) -> int:
    """How many replicates are computed before a cell is judged."""
    return min(replicates, max(FEWEST, replicates // SHARE))


def broken(layout: Layout, cells: Iterable[Cell], first: int) -> dict[tuple[str, str], str]:
    """Cells, by scenario key and method, whose first replicates are there and all broken, with the error in words.

    The answer depends on these replicates alone, and so neither on the number of processes nor on what came before.
    """
    suspects = {
        (shard.scenario_key, method)
        for shard, tally in glance(layout)
        for method, outcomes in tally.outcomes.items()
        if not BROKEN.isdisjoint(outcomes)
    }
    methods: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.present >= first and (cell.scenario.key, cell.method) in suspects:
            methods.setdefault(cell.scenario.key, []).append(cell)
    found = {}
    for key, own in methods.items():
        table = rows(layout, key, [cell.method for cell in own], ["status", "message"])
        table = table.filter(pc.less(table["replicate"], first))
        for cell in own:
            mine = table.filter(pc.equal(table["method"], cell.method))
            if len(mine) == first and BROKEN.issuperset(mine["status"].to_pylist()):
                error = str(mine["message"][0].as_py()).partition("\n")[0]
                said = f"{cell.scenario.label}, {cell.method}: the first {first} fits all failed: {error}"
                found[key, cell.method] = said
    return found
