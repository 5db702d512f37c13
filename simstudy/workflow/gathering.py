"""The results of a study as verbs find them: measures and predictions that are there are not made again."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses.groups import with_definitions
from simstudy.analyses.results import Results
from simstudy.store.layout import Layout
from simstudy.store.load import load_scenarios
from simstudy.study.study import Study
from simstudy.workflow.current import current_predictions, published_measures
from simstudy.workflow.measuring import estimates_in
from simstudy.workflow.predicting import laws_of, unknown_estimands


def results_of(study: Study, layout: Layout, jobs: int = 1) -> tuple[Results, str]:
    """Numbers of a study and their fingerprint.

    Without replicates, which are not published, the measures are those that were written when there were some.

    Raises
    ------
    ResultsError
        There are no results of this study.
    """
    frame, made_from = published_measures(study, layout, jobs)
    return results_from(study, layout, frame, *current_predictions(study, layout, jobs)), made_from


def results_from(
    study: Study,
    layout: Layout,
    frame: pd.DataFrame,
    predicted: pd.DataFrame | None = None,
    silent: tuple[str, ...] = (),
) -> Results:
    """Results with measures and predictions that have been computed."""
    truth = with_definitions(load_scenarios(layout.folder), study.scenarios)
    by_laws = [] if predicted is None else [predicted[predicted["law"].isin(laws_of(study))]]
    unmatched = tuple(unknown_estimands(by_laws, frame["estimand"].dropna().unique()))
    return Results(frame, truth, estimates_in(layout), study, predicted, (*silent, *unmatched))
