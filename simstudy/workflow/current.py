"""Measures and predictions of what is there now: kept where they were made from the same, and made anew elsewhere."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from simstudy.errors import ResultsError
from simstudy.store.codebook import MEASURES, write_codebook, write_described
from simstudy.store.files import read_table
from simstudy.store.fingerprint import of_maker, of_rows, stored
from simstudy.store.layout import Layout
from simstudy.store.predictions import read_predictions, write_predictions
from simstudy.store.versions import version_note
from simstudy.study.study import Study
from simstudy.theory import predictions as forms
from simstudy.workflow.measuring import measures
from simstudy.workflow.predicting import predictions

#: Keys of a study file that change nothing of what is made from rows.
IRRELEVANT = frozenset({"replicates", "aim", "timeout"})


def maker(study: Study) -> str:
    """What makes measures, predictions, tables and figures: definition, code of plug-ins, version of the package."""
    definition = {key: value for key, value in study.definition().items() if key not in IRRELEVANT}
    code = [plugin.version for plugin in study.plugins]
    return of_maker({"definition": definition, "rows": study.fingerprint, "code": code})


def fingerprint(study: Study, layout: Layout) -> str:
    """What measures, tables and figures would be made from now."""
    return f"{of_rows(layout)}-{maker(study)}"


def versions(study: Study, layout: Layout) -> str:
    """A sentence on rows of this study that another version of the package computed; empty where there are none."""
    keys = {scenario.key for scenario in study.scenarios}
    return version_note(layout, keys, {method.name for method in study.methods})


def of_claims(study: Study, results: str) -> str:
    """Fingerprint of verdicts on results with this one: power and needed replicates also depend on the full profile."""
    return f"{results}-{study.full_replicates}"


def current_measures(study: Study, layout: Layout, jobs: int = 1, *, anew: bool = False) -> tuple[pd.DataFrame, str]:
    """Measures of the replicates that are there, and their fingerprint; kept for the next verb.

    Parameters
    ----------
    study : Study
    layout : Layout
        Its results.
    jobs : int
        Processes.
    anew : bool
        Whether to make them also where those that were kept have the same fingerprint.

    Raises
    ------
    ResultsError
        There are no results of this study, or a shard that has to be read is damaged.
    """
    # Rows that a run adds while this reads make the fingerprint too old, never too new.
    now = fingerprint(study, layout)
    if not anew and stored(layout.measures) == now:
        # Measures that are damaged are made again.
        with suppress(ResultsError):
            kept: pd.DataFrame = read_table(layout.measures).to_pandas()
            return kept, now
    frame = measures(study, layout.folder, jobs)
    write_described(layout, "measures", frame, MEASURES, now)
    write_codebook(layout)
    return frame, now


def published_measures(study: Study, layout: Layout, jobs: int = 1) -> tuple[pd.DataFrame, str]:
    """As `current_measures`; without replicates, which are not published, as they were written when there were some."""
    if layout.measures.exists() and not layout.replicates.exists():
        frame: pd.DataFrame = read_table(layout.measures).to_pandas()
        return frame, stored(layout.measures) or ""
    return current_measures(study, layout, jobs)


def current_predictions(study: Study, layout: Layout, jobs: int = 1) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Predictions and where there are none; kept for the next verb."""
    made_by = maker(study)
    kept = read_predictions(layout, made_by)
    if kept is None:
        found, silent = predictions(study, jobs)
        kept = forms.stored(found), silent
        write_predictions(layout, *kept, made_by)
        write_codebook(layout)
    return forms.restored(kept[0]), kept[1]
