"""Replicate rows sorted into cells, one a scenario and method, and what of them a measure can use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.measures.columns import BoolArray, Column, IntArray, column, truths
from simstudy.records import Status, error_column, estimand_of

#: Columns of a replicate row that say where it comes from or how the fit went.
DIAGNOSTICS = (
    *("study", "scenario", "scenario_key", "group_key", "replicate", "method", "status", "message"),
    *("lam", "objective", "kkt", "n_iter", "seconds"),
)
#: Estimands that come first.
FIRST = ("intercept", "beta")
#: Most numbers of a sample that are in memory at once.
MOST = 4_000_000


@dataclass(frozen=True)
class Group:
    """Usable rows of some cells, one cell after the other.

    Parameters
    ----------
    cell : ndarray of int, shape (C,)
        Numbers of the cells.
    rows : ndarray of int
        Rows of the sorted frame.
    start, count : ndarray of int, shape (C,)
        Where in `rows` those of a cell begin, and how many they are: R.
    attempted, size : ndarray of int, shape (C,)
        Attempted replicates, and components of the estimand.
    reference : ndarray of int, optional
        Row of another method on the same data, for each of `rows`.
    """

    cell: IntArray
    rows: IntArray
    start: IntArray
    count: IntArray
    attempted: IntArray
    size: IntArray
    reference: IntArray | None = None

    def batches(self, kind: IntArray) -> Iterator[IntArray]:
        """Positions of cells of the same R, size and `kind` (shape (C,)), which are computed at once."""
        shapes, which = np.unique(np.column_stack([self.count, self.size, kind]), axis=0, return_inverse=True)
        for number, (count, size, _) in enumerate(shapes):
            alike = np.flatnonzero(which.ravel() == number)
            most = max(1, MOST // max(1, int(count * size)))
            yield from (alike[first : first + most] for first in range(0, len(alike), most))

    def of(self, batch: IntArray, rows: IntArray) -> IntArray:
        """`rows` (or the reference's) of a batch of m cells, shape (m, R)."""
        return np.asarray(rows[self.start[batch][:, np.newaxis] + np.arange(self.count[batch[0]])])


@dataclass(frozen=True)
class Cells:
    """Replicate rows, sorted by scenario, method and replicate.

    Parameters
    ----------
    scenarios : DataFrame
        One row a scenario.
    methods : sequence of str
        As they first appear.
    scenario, method : ndarray of int, shape (C,)
        Of each cell.
    cell, replicate : ndarray of int, shape (N,)
        Of each row.
    status : ndarray of str, shape (N,)
    truth : dict from estimand to Column
        One row a scenario.
    values, standard_errors : dict from estimand to Column
        One row a replicate row.
    """

    scenarios: pd.DataFrame
    methods: Sequence[str]
    scenario: IntArray
    method: IntArray
    cell: IntArray
    replicate: IntArray
    status: NDArray[np.str_]
    truth: dict[str, Column]
    values: dict[str, Column]
    standard_errors: dict[str, Column]

    @cached_property
    def ok(self) -> BoolArray:
        """Rows with a usable fit."""
        return np.asarray(self.status == Status.OK.value)

    @cached_property
    def attempted(self) -> IntArray:
        """Rows of each cell, shape (C,)."""
        return self.per_cell(np.ones(len(self.cell), dtype=bool))

    def per_cell(self, rows: BoolArray) -> IntArray:
        """How many of `rows` each cell has, shape (C,)."""
        return np.bincount(self.cell[rows], minlength=len(self.scenario))

    def known(self, estimand: str) -> BoolArray:
        """Scenarios whose truth has the estimand."""
        truth = self.truth.get(estimand)
        return np.zeros(len(self.scenarios), dtype=bool) if truth is None else truth.length > 0

    def fits(self) -> Group:
        """Every row of every cell."""
        every = np.ones(len(self.cell), dtype=bool)
        return self._group(every, np.ones(len(self.scenario), dtype=bool), np.ones(len(self.scenario), dtype=np.int64))

    def usable(self, estimand: str) -> Group:
        """Usable rows of the cells that have an estimand.

        A cell has it where one of its rows has, and without such a row where the truth has it and its method gives it
        in another scenario. A cell in which every fit failed has what the truth or another method of its scenario has.

        Raises
        ------
        InputError
            Values of one scenario differ in length, or from the truth.
        """
        there = self.ok & (self.values[estimand].length > 0)
        size, known = self._sizes(estimand, there), self.known(estimand)[self.scenario]
        given = np.bincount(self.method[self.cell[there]], minlength=len(self.methods))[self.method] > 0
        fitted = self.per_cell(self.ok) > 0
        has = (self.per_cell(there) > 0) | (known & given) | ~fitted
        return self._group(there, has & (size > 0), size)

    def with_errors(self, estimand: str) -> Group | None:
        """Usable rows whose standard errors are finite, of the cells that have some; None where no cell has."""
        errors = self.standard_errors.get(estimand)
        if errors is None:
            return None
        there = self.ok & (self.values[estimand].length > 0)
        size = self._sizes(estimand, there)
        if (errors.length[there] % np.maximum(size[self.cell[there]], 1)).any():
            raise InputError(bad_value(f"length of {error_column(estimand)}", "another", "that of the estimates"))
        return self._group(there & errors.finite, self.per_cell(there & (errors.length > 0)) > 0, size)

    def paired(self, estimand: str, method: str, reference: str) -> Group:
        """Rows of `method` that are usable for both, in the scenarios where both have the estimand."""
        mine, theirs = (self.method[self.cell] == self.methods.index(name) for name in (method, reference))
        there = self.ok & (self.values[estimand].length > 0)
        left, right = self._shared(there & mine, there & theirs)
        tried, _ = self._shared(mine, theirs)
        group = self.usable(estimand)
        of = [group.cell[self.method[group.cell] == self.methods.index(name)] for name in (method, reference)]
        has = np.zeros(len(self.scenario), dtype=bool)
        has[of[0][np.isin(self.scenario[of[0]], self.scenario[of[1]])]] = True
        size = self._sizes(estimand, there)
        attempted = np.bincount(self.cell[tried], minlength=len(self.scenario))
        return self._of_rows(left, has, size, attempted, right)

    def _shared(self, mine: BoolArray, theirs: BoolArray) -> tuple[IntArray, IntArray]:
        """Rows of two methods on the same data, in the same order."""
        replicates = self.replicate.max(initial=0) + 1
        data = self.scenario[self.cell] * replicates + self.replicate
        left, right = np.flatnonzero(mine), np.flatnonzero(theirs)
        _, first, second = np.intersect1d(data[left], data[right], assume_unique=True, return_indices=True)
        return left[first], right[second]

    def _sizes(self, estimand: str, there: BoolArray) -> IntArray:
        """Components of the estimand in each cell, shape (C,); 0 where the scenario has none."""
        values, truth = self.values[estimand], self.truth.get(estimand)
        size = np.zeros(len(self.scenarios), dtype=np.int64)
        scenario = self.scenario[self.cell[there]]
        size[scenario] = values.length[there]
        if truth is not None:
            size = np.where(truth.length > 0, truth.length, size)
        wrong = values.length[there] != size[scenario]
        if truth is not None and truth.number != values.number and (truth.length[scenario] > 0).any():
            wrong = truth.length[scenario] > 0
        if wrong.any():
            where = self.scenarios["scenario"].iloc[int(scenario[wrong][0])]
            found = "a number" if values.number else f"{values.length[there][wrong][0]} numbers"
            raise InputError(bad_value(f"{estimand} in scenario {where}", found, "as long as the truth in every row"))
        return size[self.scenario]

    def _group(self, rows: BoolArray, has: BoolArray, size: IntArray) -> Group:
        return self._of_rows(np.flatnonzero(rows), has, size, self.attempted)

    def _of_rows(
        self, rows: IntArray, has: BoolArray, size: IntArray, attempted: IntArray, reference: IntArray | None = None
    ) -> Group:
        count = np.bincount(self.cell[rows], minlength=len(self.scenario))
        start = np.cumsum(count) - count
        return Group(np.flatnonzero(has), rows, start[has], count[has], attempted[has], size[has], reference)


def cells(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> Cells:
    """Sort the replicate rows into cells; the order of rows matters only for that of the methods.

    Parameters
    ----------
    replicates : DataFrame
        One row for every attempted (scenario, replicate, method).
    scenarios : DataFrame
        One row a scenario: `scenario`, `scenario_key` and the truth (`columns.truths`).

    Raises
    ------
    InputError
        A scenario key that `scenarios` does not have, a replicate that occurs twice, a column that is no estimand's.
    """
    scenarios = scenarios.drop_duplicates("scenario_key", keep="last")
    where = pd.Index(scenarios["scenario_key"]).get_indexer(pd.Index(replicates["scenario_key"]))
    if (where < 0).any():
        unknown = replicates["scenario_key"].iloc[int(np.flatnonzero(where < 0)[0])]
        raise InputError(unknown_name("scenario_key of a replicate", unknown, scenarios["scenario_key"]))
    which, methods = pd.factorize(replicates["method"])
    replicate = replicates["replicate"].to_numpy(np.int64)
    order = np.lexsort((replicate, which, where))
    frame = replicates.iloc[order]
    labels, cell = np.unique(where[order] * max(len(methods), 1) + which[order], return_inverse=True)
    scenario, method = np.divmod(labels, max(len(methods), 1))
    _refuse_repeats(frame, cell, replicate[order])
    names = estimands(replicates, scenarios)
    return Cells(
        scenarios=scenarios,
        methods=[str(name) for name in methods],
        scenario=scenario.astype(np.int64),
        method=method.astype(np.int64),
        cell=cell.astype(np.int64),
        replicate=replicate[order],
        status=frame["status"].to_numpy(dtype=np.str_),
        truth=truths(scenarios),
        values={name: column(of, frame[of]) for name, of in names.items()},
        standard_errors={
            name: column(error_column(name), frame[error_column(name)]) for name in names if error_column(name) in frame
        },
    )


def estimands(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> dict[str, str]:
    """Estimands of a frame of replicates with their columns.

    These are what is neither a diagnostic, nor the scenario's, nor a standard error.
    """
    others = {*DIAGNOSTICS, *scenarios.columns}
    columns = {estimand_of(each): each for each in replicates.columns if each not in others}
    errors = {error_column(name) for name in columns}
    names = [name for name, each in columns.items() if each not in errors]
    place = {name: position for position, name in enumerate(FIRST)}
    return {name: columns[name] for name in sorted(names, key=lambda each: place.get(each, len(FIRST)))}


def _refuse_repeats(frame: pd.DataFrame, cell: IntArray, replicate: IntArray) -> None:
    twice = np.flatnonzero((cell[1:] == cell[:-1]) & (replicate[1:] == replicate[:-1]))
    if twice.size:
        row = frame.iloc[int(twice[0])]
        raise InputError(f"replicate {row['replicate']} of {row['method']} in scenario {row['scenario']} occurs twice")
