"""What `simstudy` does, in Python and on the command line: reading, running, measuring and tabulating composed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
from joblib import Parallel, delayed, effective_n_jobs, parallel_config

from simstudy.errors import ConfigError, ResultsError, SimstudyError, unknown_name
from simstudy.measures import summarise
from simstudy.questions import ANALYSES, ANSWERS, Summary, compared, contrasts, target, why_no_law
from simstudy.report import Table, write_table
from simstudy.runner.block import thread_controller
from simstudy.runner.methods import resolve
from simstudy.runner.options import Options
from simstudy.runner.plan import Cell, cells
from simstudy.runner.precision import Target
from simstudy.runner.processes import submit
from simstudy.runner.progress import Reporter, silent
from simstudy.runner.runner import RunReport, run_study, simulate
from simstudy.runner.select import select
from simstudy.runner.status import study_status
from simstudy.sources.glm import Scenario
from simstudy.sources.registry import Source
from simstudy.store.definition import check_same_study
from simstudy.store.files import write_frame
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios, rows
from simstudy.store.predictions import write_predictions
from simstudy.store.shards import scan, shard_paths
from simstudy.study.config import read_study
from simstudy.study.method import Method
from simstudy.study.profiles import read_replicates
from simstudy.study.study import Study, study_toml
from simstudy.theory import predict, predict_difference
from simstudy.theory.coverage import check_claims

#: Columns that measures and analyses are made of.
ESTIMATES = ("status", "lam", "intercept_hat", "beta_hat", "intercept_se", "se_hat")

#: Rows of a scenario that are summarised in another process.
MANY_ROWS = 20_000


def run(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    jobs: int = 1,
    replicates: int | None = None,
    seed: int | None = None,
    profile: str = "quick",
    only: Sequence[str] = (),
    options: Options | None = None,
    progress: Reporter = silent,
) -> RunReport:
    """Run a study: compute the replicates that its results folder lacks, then its measures.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results; this study's are in the folder of its name in it.
    jobs : int
        Processes; -1 uses every core. It changes no result.
    replicates, seed : int, optional
        Instead of those of the study file. More replicates than before extend the results.
    profile : {"quick", "full"}
        Which of the study file's numbers of replicates to take, where it has two.
    only : sequence of str
        ``KEY=VALUE``: only scenarios or methods with these values, for example ``family=poisson``.
    options : Options, optional
        Backend, part of a shared run, methods to compute anew, precision at which to stop; its `jobs` is replaced by
        the argument.
    progress : Reporter
        Told how many replicates are done.

    Returns
    -------
    RunReport
        What was computed, with counts by status.

    Raises
    ------
    ConfigError
        The study asks for something that does not exist.
    ResultsError
        The folder holds another study, is being written by another run, or cannot be written.
    """
    chosen = study_of(study, replicates=replicates, seed=seed, profile=profile)
    layout = Layout(Path(results) / chosen.name)
    how = replace(options or Options(), jobs=jobs)
    until = None if how.until is None else partial(precise, how.until, chosen, layout)
    report = run_study(chosen, layout.folder, only=only, options=how, until=until, progress=progress)
    # Of several runs that share a study, the one that finishes it summarises it.
    shared = how.part is not None and any(state.missing for state in study_status(chosen, layout).scenarios)
    if not shared and (report.replicates or not layout.measures.exists()):
        write_frame(layout.measures, measures(chosen, layout.folder, jobs))
    return report


def precise(target: Target, study: Study, layout: Layout, scenario: Source, names: Sequence[str], first: int) -> bool:
    """Whether the first replicates of a scenario, of the methods named, meet a target of precision."""
    return target.is_met(summarising(study, layout, scenario, names, first, jobs=1)())


def study_of(
    study: str | Path | Study, replicates: int | None = None, seed: int | None = None, profile: str = "quick"
) -> Study:
    """A study from its file, with everything checked that can be checked before a run.

    Raises
    ------
    ConfigError
        As `read_study`; or an analysis does not exist, or a claim's prediction is not made by the theory.
    """
    if isinstance(study, Study):
        number, full = read_replicates(study.definition()["replicates"], profile, replicates)
        chosen = replace(study, seed=study.seed if seed is None else seed, replicates=number, full=full)
    else:
        chosen = read_study(study, seed=seed, replicates=replicates, profile=profile)
    for name in chosen.analyses:
        if name not in ANALYSES:
            where = "" if isinstance(study, Study) else f"{study}: "
            raise ConfigError(where + unknown_name("analyses", name, ANALYSES))
    check_claims(chosen)
    return chosen


def plan(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    replicates: int | None = None,
    seed: int | None = None,
    profile: str = "quick",
    only: Sequence[str] = (),
) -> tuple[Cell, ...]:
    """Every scenario and method of a study, with the replicates that are there and those that `run` would compute.

    Parameters and errors are those of `run`; nothing is written.
    """
    chosen = study_of(study, replicates=replicates, seed=seed, profile=profile)
    layout = Layout(Path(results) / chosen.name)
    check_same_study(layout, study_toml(chosen))
    return select(cells(chosen, scan(layout).shards), only)


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
    table = rows(layout, scenario.key, chosen, ESTIMATES)
    if first is not None:
        table = table.filter(pc.less(table["replicate"], first))
    return measured(study, table.to_pandas(), load_scenarios(layout.folder))


def estimates_in(layout: Layout) -> Callable[[str], pd.DataFrame]:
    """Function from a scenario key to its rows, of which it remembers a few."""

    @lru_cache(maxsize=4)
    def estimates(key: str) -> pd.DataFrame:
        frame: pd.DataFrame = rows(layout, key, columns=ESTIMATES).to_pandas()
        return frame

    return estimates


def measured(study: Study, replicates: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """Performance measures, with the contrasts of the methods that have rows."""
    there = set(replicates["method"])
    return summarise(replicates, scenarios, [pair for pair in compared(study) if there.issuperset(pair)])


def predictions(study: Study, jobs: int = 1) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Predictions for every scenario and method, and the reasons where the theory has none."""
    work = (delayed(predicted)(scenario, study.methods, contrasts(study)) for scenario in study.glm)
    # One thread here too: with jobs = 1 the work is done in this process.
    with thread_controller().limit(limits=1), parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        found = Parallel()(work)
    frames = [frame for some, _ in found for frame in some]
    reasons = tuple(why for _, some in found for why in some)
    return (pd.concat(frames, ignore_index=True) if frames else None), reasons


def predicted(
    scenario: Scenario, methods: tuple[Method, ...], pairs: Sequence[tuple[str, str]]
) -> tuple[list[pd.DataFrame], list[str]]:
    """Predictions for one scenario, and why there are none for some of its methods."""
    try:
        resolved = resolve(scenario, methods)
    except SimstudyError as error:
        return [], [f"no predictions for {scenario.label}: {error}"]
    targets = {m.name: target(m) for m in resolved if not why_no_law(m)}
    requests = {name: partial(predict, scenario, name, each) for name, each in targets.items()}
    for pair in pairs:
        if targets.keys() >= set(pair):
            first, second = ((name, targets[name]) for name in pair)
            requests[" minus ".join(pair)] = partial(predict_difference, scenario, first, second)
    frames: list[pd.DataFrame] = []
    lawless = ((m.name, why_no_law(m)) for m in resolved if why_no_law(m))
    reasons = [f"no prediction of {name} for {scenario.label}: {why}" for name, why in lawless]
    for what, request in requests.items():
        try:
            frames.append(request())
        except SimstudyError as error:
            reasons.append(f"no prediction of {what} for {scenario.label}: {error}")
    return frames, reasons


def table(study: str | Path | Study, *, results: str | Path = "results", jobs: int = 1) -> tuple[list[Table], Summary]:
    """Make the tables of a study's analyses from its results and write them as markdown, LaTeX and CSV.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    jobs : int
        Processes for the predictions; -1 uses every core.

    Returns
    -------
    tables : list of Table
        One for each analysis, written to ``results/<study>/tables``.
    summary : Summary
        The numbers behind them; the measures are written to ``results/<study>/measures.parquet``.

    Raises
    ------
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    layout = Layout(Path(results) / chosen.name)
    check_same_study(layout, study_toml(chosen))
    frame = measures(chosen, layout.folder, jobs)
    write_frame(layout.measures, frame)
    found = predictions(chosen, jobs)
    write_predictions(layout, *found, chosen.fingerprint)
    summary = Summary(chosen, load_scenarios(layout.folder), frame, *found, estimates_in(layout))
    made = tables(summary)
    for each in made:
        write_table(each, layout.tables)
    return made, summary


def tables(summary: Summary) -> list[Table]:
    """One table for each analysis of the study, with its answer."""
    return [replace(ANALYSES[name](summary), answer=answer(name, summary)) for name in summary.study.analyses]


def answer(name: str, summary: Summary) -> str:
    """Answer of an analysis in one sentence; empty for an analysis that has none."""
    return ANSWERS[name](summary) if name in ANSWERS else ""


def simulate_study(study: Study, *, jobs: int = 1, progress: Reporter = silent) -> Summary:
    """Run a study in memory and summarise it; nothing is written.

    Parameters
    ----------
    study : Study
        Usually one scenario.
    jobs : int
        Processes; -1 uses every core.
    progress : Reporter
        Told how many replicates are done.
    """
    replicates, scenarios = simulate(study, jobs, progress)
    by_key = dict(list(replicates.groupby("scenario_key")))
    return Summary(study, scenarios, measured(study, replicates, scenarios), *predictions(study), by_key.__getitem__)
