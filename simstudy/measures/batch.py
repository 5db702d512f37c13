"""Cells of the same shape side by side: the arguments of measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simstudy.measures.arguments import arguments
from simstudy.measures.cells import Cells, Group
from simstudy.measures.columns import BoolArray, IntArray
from simstudy.measures.estimate import FloatArray
from simstudy.measures.measure import Measure
from simstudy.measures.names import COEFFICIENTS
from simstudy.measures.quantiles import carried


@dataclass(frozen=True)
class Batch:
    """m cells with R usable replicates each of an estimand of k components.

    Parameters
    ----------
    of : Cells
    estimand : str
    group : Group
    positions : ndarray of int, shape (m,)
        Of the cells in the group.
    has_truth : bool
        Whether the truth is known.
    sparse : bool
        Whether exact zeros are asked about: of the coefficients, and of vectors whose truth has zeros.
    """

    of: Cells
    estimand: str
    group: Group
    positions: IntArray
    has_truth: bool
    sparse: bool

    @property
    def number(self) -> bool:
        """Whether the estimand is a number."""
        return self.of.values[self.estimand].number

    @property
    def cell(self) -> IntArray:
        """Numbers of the cells, shape (m,)."""
        return self.group.cell[self.positions]

    @property
    def size(self) -> int:
        """Components k."""
        return int(self.group.size[self.positions[0]])

    @cached_property
    def values(self) -> FloatArray:
        """Estimates, shape (R, m, k)."""
        return self._taken(self.group.rows)

    @cached_property
    def reference(self) -> FloatArray:
        """The other method's estimates on the same data, shape (R, m, k)."""
        assert self.group.reference is not None
        return self._taken(self.group.reference)

    @cached_property
    def truth(self) -> FloatArray:
        """True values, shape (m, k)."""
        scenarios = self.of.scenario[self.cell]
        return np.asarray(self.of.truth[self.estimand].take(scenarios[:, np.newaxis], self.size)[0])

    @cached_property
    def standard_errors(self) -> FloatArray:
        """Standard errors, shape (R, m, k)."""
        rows = self.group.of(self.positions, self.group.rows)
        return self.of.standard_errors[self.estimand].take(rows, self.size)

    @cached_property
    def carried(self) -> BoolArray:
        """Whether a handful of replicates carries the mean of each component of each cell, shape (m k,)."""
        return carried(self.values.reshape(len(self.values), len(self.positions) * self.size))

    def arguments(self, measure: Measure, whole: bool) -> dict[str, FloatArray]:
        """What a measure takes, by the names of its arguments."""
        return arguments(lambda name: np.asarray(getattr(self, name)), measure, whole)

    def _taken(self, rows: IntArray) -> FloatArray:
        return self.of.values[self.estimand].take(self.group.of(self.positions, rows), self.size)


def batches(of: Cells, estimand: str, group: Group) -> Iterator[Batch]:
    """Cells of a group in batches."""
    truth = of.truth.get(estimand)
    scenarios = of.scenario[group.cell]
    known, zeros = of.known(estimand), np.zeros(len(of.scenarios), dtype=bool)
    if truth is not None and not of.values[estimand].number:
        zeros = truth.count(truth.flat == 0.0) > 0
    sparse = zeros | (estimand == COEFFICIENTS)
    for positions in group.batches(2 * known[scenarios] + sparse[scenarios]):
        first = scenarios[positions[0]]
        yield Batch(of, estimand, group, positions, bool(known[first]), bool(sparse[first]))
