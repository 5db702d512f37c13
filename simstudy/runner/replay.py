"""One replicate again: its data set, its fits, and whether they equal the stored rows."""

from __future__ import annotations

import difflib
import pdb
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from simstudy.errors import ConfigError, ResultsError, bad_value, unknown_name
from simstudy.runner.block import block_table, thread_controller
from simstudy.runner.methods import ResolvedMethod, resolve
from simstudy.runner.plan import block_of
from simstudy.runner.replicate import data, randomness, replicate_rows
from simstudy.sources.registry import Source
from simstudy.store.layout import Layout
from simstudy.store.load import rows
from simstudy.study.study import Study


@dataclass(frozen=True)
class Replayed:
    """One fit made again.

    `row` holds the columns of ``records.REPLICATE_SCHEMA``, `stored` those on disk (None if the fit has not been run),
    `different` the columns that differ; `seconds`, which no fit repeats, is not compared.
    """

    row: dict[str, Any]
    stored: dict[str, Any] | None
    different: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether the stored row exists and is equal, bit for bit."""
        return self.stored is not None and not self.different


def replay(study: Study, layout: Layout, scenario: str, replicate: int, method: str | None = None) -> list[Replayed]:
    """Make the fits of one replicate again and compare them with the stored rows.

    Parameters
    ----------
    study : Study
        The study.
    layout : Layout
        Its results; they need not hold this replicate.
    scenario : str
        Label or key of the scenario, or the beginning of the key.
    replicate : int
        Index from 0.
    method : str, optional
        Only this method.

    Raises
    ------
    ConfigError
        The scenario, the replicate or the method does not exist; the nearest is shown.
    """
    where = find_scenario(study, scenario)
    chosen = find_methods(study, where, method)
    stored = stored_rows(layout, where, replicate, study.replicates)
    block = block_of(study, where, chosen, replicate, replicate + 1)
    with thread_controller().limit(limits=1):
        again = block_table(block, list(replicate_rows(study.seed, where, chosen, replicate, study.estimands)))
    return [compared(row, stored.get(row["method"])) for row in again.to_pylist()]


def debug(study: Study, scenario: str, replicate: int, method: str | None = None) -> None:
    """Enter the debugger at the first line of the estimator, with the replicate's data as its arguments.

    Raises
    ------
    ConfigError
        As `replay`.
    """
    where = find_scenario(study, scenario)
    dataset = data(study.seed, where, replicate)
    for each in find_methods(study, where, method):
        fit = each.call(dataset, randomness(study.seed, where, each, replicate))
        pdb.runcall(fit.func, *fit.args, **fit.keywords)


def find_scenario(study: Study, wanted: str) -> Source:
    """The scenario with this label, this key or a key that begins so."""
    for scenario in study.scenarios:
        if wanted == scenario.label or (len(wanted) >= 6 and scenario.key.startswith(wanted)):
            return scenario
    names = [name for scenario in study.scenarios for name in (scenario.label, scenario.key)]
    nearest = difflib.get_close_matches(wanted, names, n=1, cutoff=0.0)[0]
    raise ConfigError(
        f"scenario: unknown {wanted!r}; the nearest of {len(study.scenarios)} is {nearest!r} "
        "(`simstudy plan` lists labels and keys)"
    )


def find_methods(study: Study, scenario: Source, wanted: str | None) -> tuple[ResolvedMethod, ...]:
    """The method of this name, or all."""
    names = [method.name for method in study.methods]
    if wanted is not None and wanted not in names:
        raise ConfigError(unknown_name("method", wanted, names))
    return tuple(method for method in resolve(scenario, study.methods) if wanted in {None, method.name})


def stored_rows(layout: Layout, scenario: Source, replicate: int, asked: int) -> dict[str, dict[str, Any]]:
    """Stored rows of a replicate by method; none where nothing of the scenario is stored."""
    try:
        table = rows(layout, scenario.key)
    except ResultsError:
        largest, there = asked - 1, None
    else:
        there = table.filter(pc.equal(table["replicate"], replicate))
        largest = max(asked - 1, pc.max(table["replicate"]).as_py())
    if not 0 <= replicate <= largest:
        nearest = 0 if replicate < 0 else largest
        raise ConfigError(bad_value("replicate", replicate, f"0, ..., {largest}; the nearest is {nearest}"))
    return {} if there is None else {row["method"]: row for row in there.to_pylist()}


def compared(row: dict[str, Any], stored: dict[str, Any] | None) -> Replayed:
    """A row next to the stored one."""
    if stored is None:
        return Replayed(row, None, ())
    names = [name for name in row if name not in {"seconds", "scenario"} and not same(row[name], stored[name])]
    return Replayed(row, stored, tuple(names))


def same(a: Any, b: Any) -> bool:
    """Equality that takes NaN, in a number or in a vector, for equal to itself."""
    if isinstance(a, list) and isinstance(b, list):
        return np.array_equal(np.array(a), np.array(b), equal_nan=True)
    return bool(a == b or (pd.isna(a) and pd.isna(b)))
