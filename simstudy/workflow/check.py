"""Everything about a study that can be tried before a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from simstudy.errors import SimstudyError
from simstudy.plugins import words
from simstudy.records import HAT, Data, Status
from simstudy.runner.block import block_table
from simstudy.runner.methods import resolve
from simstudy.runner.plan import block_of
from simstudy.runner.replicate import replicate_rows
from simstudy.runner.truth import truth
from simstudy.seeding import Stream, generator
from simstudy.sources.registry import Source
from simstudy.study.study import Study
from simstudy.workflow.measuring import measured
from simstudy.workflow.predicting import by_laws, unknown_estimands
from simstudy.workflow.studies import study_of

#: A fit with one of these statuses says that something is wrong with its code.
BROKEN = (Status.ERROR, Status.CRASHED)


@dataclass(frozen=True)
class Tried:
    """One replicate of one cell: how the fit ended, and the seconds of a second fit, which compiles nothing."""

    scenario: str
    method: str
    status: str
    message: str
    seconds: float


@dataclass(frozen=True)
class Checked:
    """What `check` found.

    Parameters
    ----------
    cells : DataFrame
        One row for each scenario and method, columns of `Tried`.
    problems : tuple of str
        What has to be mended before a run.
    seconds : float
        Processor time that all replicates will take on one process, by the fits of the cells.
    """

    cells: pd.DataFrame
    problems: tuple[str, ...]
    seconds: float


def check(study: str | Path | Study) -> Checked:
    """Try everything that can be tried before a run; nothing is written.

    One replicate of each cell is drawn and fitted, each source is drawn from twice with equal random numbers, laws are
    asked, and the measures of the replicate are computed.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.

    Raises
    ------
    ConfigError
        The study cannot be read.
    """
    chosen = study_of(study)
    problems = [problem for scenario in chosen.scenarios for problem in source_problems(scenario)]
    tried, tables = [], []
    seconds = 0.0
    for scenario in chosen.scenarios:
        start = perf_counter()
        block = block_of(chosen, scenario, resolve(scenario, chosen.methods), 0, 1)
        for repeat in range(2):
            start = perf_counter() if repeat else start
            rows = list(replicate_rows(chosen.seed, scenario, block.methods, 0, chosen.estimands))
        seconds += (perf_counter() - start) * chosen.replicates
        tried += [Tried(scenario.label, row.method, row.status, row.message, row.seconds) for row in rows]
        tables.append(block_table(block, rows).to_pandas())
        problems += [f"{scenario.label}, {row.method}: {row.message}" for row in rows if row.status in BROKEN]
        predictions, reasons = by_laws(chosen, scenario)
        problems += [*reasons, *unknown_estimands(predictions, estimands_of(tables[-1].columns))]
    problems += measure_problems(chosen, pd.concat(tables, ignore_index=True))
    cells = pd.DataFrame(tried, columns=[each.name for each in fields(Tried)])
    return Checked(cells, tuple(dict.fromkeys(problems)), seconds)


def source_problems(scenario: Source) -> Iterator[str]:
    """Sentences on a source that is not a function of its random numbers, or whose data are no data."""
    try:
        first, again = (scenario.sample(generator(0, scenario.key, Stream.DATA)) for _ in range(2))
        truths = scenario.truth()
    except Exception as error:  # noqa: BLE001 - a source is a user's code; what it raises is what is to be found
        yield f"{scenario.label}: {words(error)}"
        return
    if not same(first, again):
        yield f"{scenario.label}: two data sets from the same random numbers differ: draw from rng only"
    yield from (f"{scenario.label}: {problem}" for problem in data_problems(first))
    for name, value in truths.items():
        if not np.isfinite(value).all():
            yield f"{scenario.label}: the truth of {name} is {value}, which is not finite"


def same(first: Data, again: Data) -> bool:
    """Whether two data sets are equal."""
    parts = [(first.X, again.X), (first.y, again.y)]
    if first.test is not None and again.test is not None:
        parts += list(zip(first.test, again.test, strict=True))
    return all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in parts)


def data_problems(data: Data) -> Iterator[str]:
    """Sentences on data whose parts do not belong together."""
    sets = [("", data.X, data.y)] if data.test is None else [("", data.X, data.y), ("test ", *data.test)]
    for name, X, y in sets:
        if len(X) != len(y):
            yield f"{name}X has {len(X)} rows, {name}y has {len(y)}"
        for part, values in ((f"{name}X", X), (f"{name}y", y)):
            array = np.asarray(values)
            if array.dtype.kind in "fc" and not np.isfinite(array).all():
                yield f"{part} has values that are not finite"


def estimands_of(columns: Collection[str]) -> list[str]:
    """What a table of rows has an estimate of, or the truth."""
    return [*(name.removesuffix(HAT) for name in columns if name.endswith(HAT)), *columns]


def measure_problems(study: Study, rows: pd.DataFrame) -> Iterator[str]:
    """Sentences on measures that cannot be computed."""
    try:
        measured(study, rows, truth(study).to_pandas())
    except SimstudyError as error:
        yield str(error)
    except Exception as error:  # noqa: BLE001 - a measure may be a user's code
        yield words(error)
