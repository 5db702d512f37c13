"""What the theory says about a study."""

from __future__ import annotations

from pathlib import Path

from simstudy.errors import ConfigError
from simstudy.report.table import Table
from simstudy.report.theory import constants_table, extra_bias_table, predicted_selection_table, predictions_table
from simstudy.study.study import Study
from simstudy.theory.table import constants_frame
from simstudy.workflow.predicting import predictions
from simstudy.workflow.studies import study_of


def theory(study: str | Path | Study, *, jobs: int = 1) -> tuple[list[Table], tuple[str, ...]]:
    """What the theory says about a study, without simulating any data set.

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself.
    jobs : int
        Processes; -1 uses every core.

    Returns
    -------
    tables : list of Table
        Constants; bias (T17), RMSE and P(zero) of each coefficient; error and selection of each method; extra bias of
        pairs of methods. Nothing is written.
    reasons : tuple of str
        Where the theory is silent, and why.

    Raises
    ------
    ConfigError
        As `api.study_of`; or the theory says nothing at all.
    """
    chosen = study_of(study)
    constants, silent = constants_frame(chosen.glm)
    frame, reasons = predictions(chosen, jobs)
    if frame is None or constants.empty:
        raise ConfigError("\n".join(["the theory says nothing about this study", *silent, *reasons]))
    tables = [constants_table(constants), predictions_table(frame), predicted_selection_table(frame)]
    if frame["reference"].notna().any():
        tables.append(extra_bias_table(frame))
    return tables, (*silent, *reasons)
