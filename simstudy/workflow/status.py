"""How far a study is."""

from __future__ import annotations

from pathlib import Path

from simstudy.runner.status import StudyStatus, study_status
from simstudy.study.study import Study
from simstudy.workflow.studies import layout_of, study_of


def status(
    study: str | Path | Study,
    *,
    results: str | Path = "results",
    replicates: int | None = None,
    profile: str = "quick",
) -> StudyStatus:
    """How far a study is, while it runs or after; nothing is written and no run is disturbed.

    Raises
    ------
    ResultsError
        The folder holds another study.
    """
    chosen = study_of(study, replicates=replicates, profile=profile)
    return study_status(chosen, layout_of(chosen, results))
