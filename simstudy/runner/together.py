"""Replicates together: several data sets are drawn, and a method is fitted to all of them by one compiled call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter

import numpy as np

from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray
from simstudy.runner.methods import ResolvedMethod
from simstudy.runner.replicate import Drawn, Row, Undrawn, drawn, raise_interrupt, row
from simstudy.sources.registry import Source

#: Numbers in the data sets that are drawn before the first is fitted: what a processor's cache holds.
NUMBERS = 2**17


def rows_together(
    seed: int, scenario: Source, methods: Sequence[ResolvedMethod], replicates: Iterable[int], estimands: Sequence[str]
) -> Iterator[Row]:
    """Rows of all methods on the data sets of some replicates, as from `replicate.replicate_rows` and in its order."""
    samples: list[Drawn | Undrawn] = []
    size = 0
    for replicate in replicates:
        samples.append(drawn(seed, scenario, replicate))
        size += numbers(samples[-1])
        if size >= NUMBERS:
            yield from rows(seed, scenario, methods, samples, estimands)
            samples, size = [], 0
    yield from rows(seed, scenario, methods, samples, estimands)


def numbers(sample: Drawn | Undrawn) -> int:
    """How many numbers a data set holds; of one that is no array, as many as are drawn together."""
    X = sample.data.X if isinstance(sample, Drawn) else None
    return X.size if isinstance(X, np.ndarray) else NUMBERS


def rows(
    seed: int,
    scenario: Source,
    methods: Sequence[ResolvedMethod],
    samples: Sequence[Drawn | Undrawn],
    estimands: Sequence[str],
) -> Iterator[Row]:
    """Rows of all methods on these data sets."""
    stacked = stack(samples)
    made = [None if stacked is None else fits(method, *stacked) for method in methods]
    for k, sample in enumerate(samples):
        for method, found in zip(methods, made, strict=True):
            yield row(seed, scenario, method, sample, estimands, None if found is None else found[k])


def stack(samples: Sequence[Drawn | Undrawn]) -> tuple[FloatArray, FloatArray] | None:
    """Data sets as arrays X (R, n, p) and y (R, n); None where they are not several of one shape, of plain numbers."""
    data = [sample.data for sample in samples if isinstance(sample, Drawn)]
    if len(data) < 2 or len(data) < len(samples):
        return None
    first = np.shape(data[0].X), np.shape(data[0].y)
    if len(first[0]) != 2 or not min(first[0]) or first[1] != first[0][:1]:
        return None
    for each in data:
        for values, shape in zip(each, first, strict=True):
            if type(values) is not np.ndarray or values.dtype != np.float64 or values.shape != shape:
                return None
    return np.stack([each.X for each in data]), np.stack([each.y for each in data])


def fits(method: ResolvedMethod, X: FloatArray, y: FloatArray) -> list[tuple[Fit, float]] | None:
    """Fits of a method to all data sets with the seconds of each; None where it is to be fitted to one at a time."""
    start = perf_counter()
    try:
        found = method.fit_each(X, y)
    except Exception as error:  # noqa: BLE001 - whose fit it is that raises is seen when each is made alone
        raise_interrupt(error)
        return None
    if found is None:
        return None
    shared = (perf_counter() - start - sum(seconds for _, seconds in found)) / len(found)
    return [(fit, seconds + shared) for fit, seconds in found]
