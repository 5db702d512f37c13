"""One replicate again."""

from __future__ import annotations

from pathlib import Path

from simstudy.runner import replay as replays
from simstudy.runner.replay import Replayed
from simstudy.study.study import Study
from simstudy.workflow.studies import layout_of, study_of


def replay(
    study: str | Path | Study,
    scenario: str,
    replicate: int,
    method: str | None = None,
    *,
    results: str | Path = "results",
) -> list[Replayed]:
    """Draw the data set of one replicate again, fit it again, and compare with the stored rows.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    scenario : str
        Label of a scenario, or its key, or the first six digits or more of it.
    replicate : int
        Index from 0.
    method : str, optional
        Only this method.
    results : str or Path
        Folder of all results.

    Raises
    ------
    ConfigError
        The scenario, the replicate or the method does not exist; the nearest is shown.
    """
    chosen = study_of(study)
    return replays.replay(chosen, layout_of(chosen, results), scenario, replicate, method)


def debug(study: str | Path | Study, scenario: str, replicate: int, method: str | None = None) -> None:
    """Enter the Python debugger at the first line of the fit of a replicate.

    Parameters and errors are those of `replay`; results are not needed.
    """
    replays.debug(study_of(study), scenario, replicate, method)
