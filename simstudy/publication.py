"""What readers of a study see besides its tables: figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from simstudy.api import estimates_in, measures, predictions, study_of
from simstudy.gallery import figures
from simstudy.questions import Summary
from simstudy.report.figures.save import write_figure
from simstudy.scenario.study import Study, study_toml
from simstudy.store.definition import check_same_study
from simstudy.store.files import read_table
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.store.predictions import read_predictions, write_predictions


def figure(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    formats: Sequence[str] = ("svg", "pdf"),
    jobs: int = 1,
) -> tuple[list[Path], tuple[str, ...]]:
    """Draw the figures of a study's analyses from its results and write them.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    results : str or Path
        Folder of all results.
    formats : sequence of str
        Of svg, pdf and png.
    jobs : int
        Processes for predictions that no table has computed yet; -1 uses every core.

    Returns
    -------
    paths : list of Path
        What was written, in ``results/<study>/figures``.
    reasons : tuple of str
        Figures that could not be drawn, and why.

    Raises
    ------
    ConfigError
        There is no such format.
    ResultsError
        There are no results of this study.
    """
    chosen = study_of(study)
    layout = Layout(Path(results) / chosen.name)
    check_same_study(layout, study_toml(chosen))
    drawn, reasons = figures(summary_of(chosen, layout, jobs))
    paths = [path for name, each in drawn.items() for path in write_figure(each, name, layout.figures, formats)]
    return paths, reasons


def summary_of(study: Study, layout: Layout, jobs: int = 1) -> Summary:
    """Numbers of a study, with the predictions of its last table where there are any.

    Without replicates, which are not published, the measures are those that were written when there were some.

    Raises
    ------
    ResultsError
        There are no results of this study.
    """
    found = read_predictions(layout, study.fingerprint)
    frame = stored_measures(study, layout, jobs)
    if found is None:
        found = predictions(study, jobs)
        write_predictions(layout, *found, study.fingerprint)
    return Summary(study, load_scenarios(layout.folder), frame, *found, estimates_in(layout))


def stored_measures(study: Study, layout: Layout, jobs: int) -> pd.DataFrame:
    """Measures from the replicates, or as they were written where there are no replicates."""
    if layout.measures.exists() and not layout.replicates.exists():
        frame: pd.DataFrame = read_table(layout.measures).to_pandas()
        return frame
    return measures(study, layout.folder, jobs)
