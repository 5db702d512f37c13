"""The results of a study as verbs find them: measures and predictions that are there are not made again."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.groups import with_definitions
from simstudy.analyses.results import Results
from simstudy.store.files import read_table
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.store.predictions import read_predictions, write_predictions
from simstudy.study.study import Study
from simstudy.theory.predictions import restored, stored
from simstudy.workflow.measuring import (
    estimates_in,
    measures,
)
from simstudy.workflow.predicting import predictions


def results_of(study: Study, layout: Layout, jobs: int = 1) -> Results:
    """Numbers of a study, with the predictions of its last table where there are any.

    Without replicates, which are not published, the measures are those that were written when there were some.

    Raises
    ------
    ResultsError
        There are no results of this study.
    """
    kept = read_predictions(layout, study.fingerprint)
    found = None if kept is None else (restored(kept[0]), kept[1])
    frame = stored_measures(study, layout, jobs)
    if found is None:
        found = predictions(study, jobs)
        write_predictions(layout, stored(found[0]), found[1], study.fingerprint)
    return results_from(study, layout, frame, *found)


def results_from(
    study: Study,
    layout: Layout,
    frame: pd.DataFrame,
    predicted: pd.DataFrame | None = None,
    silent: tuple[str, ...] = (),
) -> Results:
    """Results with measures and predictions that have been computed."""
    truth = with_definitions(load_scenarios(layout.folder), study.scenarios)
    return Results(frame, truth, estimates_in(layout), study, predicted, silent)


def stored_measures(study: Study, layout: Layout, jobs: int) -> pd.DataFrame:
    """Measures from the replicates, or as they were written where there are no replicates."""
    if layout.measures.exists() and not layout.replicates.exists():
        frame: pd.DataFrame = read_table(layout.measures).to_pandas()
        return frame
    return measures(study, layout.folder, jobs)
