"""The tables of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simstudy.analyses.registry import analyses_of
from simstudy.analyses.results import Results
from simstudy.report.table import Table, write_table
from simstudy.store.fingerprint import record
from simstudy.study.study import Study
from simstudy.workflow.current import current_measures, current_predictions, versions
from simstudy.workflow.gathering import results_from
from simstudy.workflow.studies import layout_of, study_of


def table(study: str | Path | Study, *, results: str | Path = "results", jobs: int = 1) -> tuple[list[Table], Results]:
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
    results : Results
        The numbers behind them; the measures are written to ``results/<study>/measures.parquet``.

    Raises
    ------
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    layout = layout_of(chosen, results)
    frame, made_from = current_measures(chosen, layout, jobs)
    every = results_from(chosen, layout, frame, *current_predictions(chosen, layout, jobs))
    made = tables(every)
    note = versions(chosen, layout)
    if note:
        made = [replace(each, notes=(*each.notes, note)) for each in made]
    record(layout, [path for each in made for path in write_table(each, layout.tables)], made_from)
    return made, every


def tables(results: Results) -> list[Table]:
    """One table for each analysis of the study, with its answer."""
    return [analysis.tabulated(results) for analysis in analyses_of(results.study)]
