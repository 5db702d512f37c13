"""What is behind one number of a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from simstudy.analyses.registry import analyses_of
from simstudy.errors import ConfigError, unknown_name
from simstudy.study.study import Study
from simstudy.workflow.behind import Explanation, cell, environments, printed, sources
from simstudy.workflow.gathering import results_from
from simstudy.workflow.measuring import (
    measures,
)
from simstudy.workflow.predicting import predictions
from simstudy.workflow.studies import layout_of, study_of


def explain(
    study: str | Path | Study, table: str, row: int, column: str, *, results: str | Path = "results", jobs: int = 1
) -> Explanation:
    """Say what is behind one number of a table, and compute it again from the stored rows.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    table : str
        One of the study's analyses, such as ``root_n``.
    row : int
        Row as printed, from 1.
    column : str
        Heading of the column, or its name in the table's CSV file.
    results : str or Path
        Folder of all results.
    jobs : int
        Processes for the predictions.

    Raises
    ------
    ConfigError
        The study has no such table, or the table no such row or column.
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    analyses = {analysis.name: analysis for analysis in analyses_of(chosen)}
    if table not in analyses:
        raise ConfigError(unknown_name("table", table, analyses))
    layout = layout_of(chosen, results)
    # Which scenarios are behind the row is known without predictions, and these are then the only ones to predict.
    bare = results_from(chosen, layout, measures(chosen, layout.folder))
    data = analyses[table].tabulated(bare).data
    cell_row = data.iloc[min(max(row, 1), len(data)) - 1]
    origin = sources(layout, cell_row, bare.scenarios)
    keys = {source.scenario_key for source in origin}
    part = replace(chosen, scenarios=tuple(each for each in chosen.scenarios if each.key in keys))
    whole = analyses[table].tabulated(replace(bare, predictions=predictions(part, jobs)[0]))
    again = cell(whole, row, column, whole.data)
    return Explanation(
        printed(whole, row, column, layout.tables), again, chosen.seed, origin, environments(layout, origin)
    )
