"""What the theory says about a study."""

from __future__ import annotations

from pathlib import Path

from simstudy.errors import ConfigError
from simstudy.report.table import Table
from simstudy.report.theory import (
    constants_table,
    extra_bias_table,
    laws_table,
    predicted_selection_table,
    predictions_table,
)
from simstudy.study.study import Study
from simstudy.theory.registry import LAWS
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
        pairs of methods; what laws of the registry predict. Nothing is written.
    reasons : tuple of str
        Where the theory is silent, and why.

    Raises
    ------
    ConfigError
        As `study_of`; or the theory says nothing at all.
    """
    chosen = study_of(study)
    constants, silent = constants_frame(chosen.glm)
    frame, reasons = predictions(chosen, jobs)
    if frame is None:
        raise ConfigError("\n".join(["the theory says nothing about this study", *silent, *reasons]))
    of_laws = frame["law"].isin(list(LAWS))
    own, others = frame[~of_laws], frame[of_laws]
    tables = [] if constants.empty else [constants_table(constants)]
    if not own.empty:
        tables += [predictions_table(own), predicted_selection_table(own)]
    if own["reference"].notna().any():
        tables.append(extra_bias_table(own))
    return tables + ([] if others.empty else [laws_table(others)]), (*silent, *reasons)
