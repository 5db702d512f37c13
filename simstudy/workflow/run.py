"""Run a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from simstudy.measures import MEASURES
from simstudy.runner.options import Options
from simstudy.runner.precision import Target
from simstudy.runner.progress import Reporter, silent
from simstudy.runner.runner import RunReport, run_study
from simstudy.runner.status import study_status
from simstudy.sources.registry import Source
from simstudy.store.fingerprint import stored
from simstudy.store.layout import Layout
from simstudy.store.load import index_of
from simstudy.study.study import Study
from simstudy.workflow.current import current_measures, versions
from simstudy.workflow.measuring import summarised, wanted
from simstudy.workflow.studies import study_of


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
    InputError
        A measure returns another shape than it has to, which is tried on made-up replicates first.
    ResultsError
        The folder holds another study, is being written by another run, or cannot be written.
    """
    chosen = study_of(study, replicates=replicates, seed=seed, profile=profile)
    layout = Layout(Path(results) / chosen.name)
    how = replace(options or Options(), jobs=jobs)
    for name in wanted(chosen):
        MEASURES[name].try_out()
    until = None if how.until is None else partial(precise, how.until, chosen, layout)
    report = run_study(chosen, layout.folder, only=only, options=how, until=until, progress=progress)
    # Of several runs that share a study, the one that finishes it summarises it.
    shared = how.part is not None and any(state.missing for state in study_status(chosen, layout).scenarios)
    report = replace(report, versions=versions(chosen, layout))
    if shared:
        return report
    before = stored(layout.measures)
    # Rows that were computed anew may differ from those that their fingerprint cannot tell them from.
    _, now = current_measures(chosen, layout, jobs, anew=bool(report.replicates))
    return replace(report, remade=not report.replicates and before != now)


def precise(target: Target, study: Study, layout: Layout, scenario: Source, names: Sequence[str], first: int) -> bool:
    """Whether the first replicates of a scenario, of the methods named, meet a target of precision."""
    (measures,) = summarised(study, index_of(layout), [[scenario]], names, first)
    return target.is_met(measures)
