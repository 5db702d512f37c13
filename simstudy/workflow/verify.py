"""Whether published measures are found again: a sample of the cells of each study is computed from its seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from simstudy.errors import ResultsError, SimstudyError
from simstudy.runner.runner import simulate
from simstudy.store.files import read_table
from simstudy.store.layout import Layout
from simstudy.study.study import Study
from simstudy.workflow.measuring import measured
from simstudy.workflow.studies import study_of

KEYS = ["method", "reference", "measure", "parameter"]
NUMBERS = ("value", "mcse", "attempted", "usable")
#: Numbers of one machine are equal; on another one rounding can differ, and with it a selection now and then.
TOLERANCE, SHARE = 1e-6, 0.02
#: Different numbers that are named.
MOST_NAMED = 3


@dataclass(frozen=True)
class Verified:
    """One scenario that was computed again; `different` names numbers that differ, `problem` why there are none."""

    study: str
    scenario: str
    numbers: int = 0
    apart: int = 0
    different: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether no more numbers differ than another machine explains."""
        return not self.problem and self.apart <= SHARE * self.numbers


def verify(studies: Sequence[str] = (), *, results: str | Path = "results/full") -> Iterator[Verified]:
    """Compute the smallest scenario of each study again, with all its methods and replicates, and compare.

    Parameters
    ----------
    studies : sequence of str
        Names of studies in the results folder; all of them where it is empty.
    results : str or Path
        Folder of all results.

    Yields
    ------
    Verified

    Raises
    ------
    ResultsError
        The folder holds no such study.
    """
    folder = Path(results)
    there = {path.parent.name: path for path in sorted(folder.glob("*/study.toml"))}
    for name in studies or there:
        if name not in there:
            raise ResultsError(f"{folder} holds no study {name!r}; it has {', '.join(there) or 'none'}")
        try:
            yield again(study_of(there[name]), Layout(folder / name))
        except SimstudyError as error:
            yield Verified(name, "", problem=str(error))


def again(study: Study, layout: Layout) -> Verified:
    """The smallest scenario of a study against its stored measures."""
    stored: pd.DataFrame = read_table(layout.measures).to_pandas()
    scenario = min(study.scenarios, key=lambda each: each.n * max(each.p, 1))
    own = stored[stored["scenario_key"] == scenario.key]
    if own.empty:
        raise ResultsError(f"{layout.measures} has nothing of {scenario.label}")
    # Claims may be about other scenarios, but decide with the whole study on the contrasts that are measured.
    one = replace(study, scenarios=(scenario,), replicates=int(own["attempted"].max()), full=None, claims=())
    found = measured(study, *simulate(one))
    both = own.merge(found, on=KEYS, how="inner", suffixes=("", "_again"))
    same = np.ones(len(both), dtype=bool)
    for name in NUMBERS:
        pair = (both[name].to_numpy(float), both[f"{name}_again"].to_numpy(float))
        same &= np.isclose(*pair, rtol=TOLERANCE, atol=1e-9, equal_nan=True)
    named = [
        f"{row.measure} of {row.parameter}, {row.method}: {row.value:.6g}, again {row.value_again:.6g}"
        for row in both[~same].head(MOST_NAMED).itertuples()
    ]
    return Verified(study.name, scenario.label, len(both), int((~same).sum()), tuple(named))
