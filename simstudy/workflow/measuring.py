"""Performance measures of a study's replicates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
from joblib import effective_n_jobs

from simstudy.analyses.methods import contrasts
from simstudy.analyses.registry import Pairs, analyses_of
from simstudy.errors import ResultsError
from simstudy.measures import MEASURES, summarise
from simstudy.measures.measure import Default
from simstudy.runner.processes import submit
from simstudy.sources.registry import Source
from simstudy.store.layout import Layout
from simstudy.store.load import estimates, load_scenarios
from simstudy.store.shards import shard_paths
from simstudy.study.study import Study

#: Rows of a scenario that are summarised in another process.
MANY_ROWS = 20_000


def measures(study: Study, folder: Path, jobs: int = 1) -> pd.DataFrame:
    """Performance measures of the study's scenarios and methods; reads one scenario at a time.

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
    layout = Layout(folder)
    there = [scenario for scenario in study.scenarios if shard_paths(layout, scenario.key)]
    if not there:
        raise ResultsError(f"{folder} holds no replicates of this study; `simstudy run` makes them")
    frames = [summarising(study, layout, scenario, jobs=jobs) for scenario in there]
    return pd.concat([frame() for frame in frames], ignore_index=True)


def summarising(
    study: Study,
    layout: Layout,
    scenario: Source,
    names: Sequence[str] | None = None,
    first: int | None = None,
    *,
    jobs: int,
) -> Callable[[], pd.DataFrame]:
    """Function that returns `scenario_measures`, which other processes begin at once to compute if there are several.

    Many rows always go to another process, so that the memory of the one that runs a study does not grow with it.
    """
    jobs = effective_n_jobs(jobs)
    if jobs == 1 and study.replicates * len(study.methods) <= MANY_ROWS:
        return partial(scenario_measures, study, layout, scenario, names, first)
    # A process that runs already may be in another folder.
    where = Layout(layout.folder.absolute())
    return submit(jobs, scenario_measures, study, where, scenario, names, first).result


def scenario_measures(
    study: Study, layout: Layout, scenario: Source, names: Sequence[str] | None = None, first: int | None = None
) -> pd.DataFrame:
    """Performance measures of one scenario, from all methods and replicates or from some."""
    chosen = [method.name for method in study.methods] if names is None else names
    table = estimates(layout, scenario.key, chosen)
    if first is not None:
        table = table.filter(pc.less(table["replicate"], first))
    return measured(study, table.to_pandas(), load_scenarios(layout.folder))


def estimates_in(layout: Layout) -> Callable[[str], pd.DataFrame]:
    """Function from a scenario key to its rows, of which it remembers a few."""

    @lru_cache(maxsize=4)
    def of_scenario(key: str) -> pd.DataFrame:
        frame: pd.DataFrame = estimates(layout, key).to_pandas()
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
