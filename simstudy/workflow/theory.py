"""What the theory says about a study."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simstudy.errors import ConfigError
from simstudy.report.table import Table
from simstudy.report.theory import (
    best_table,
    constants_table,
    extra_bias_table,
    law_choice_table,
    laws_table,
    predicted_selection_table,
    predictions_table,
)
from simstudy.study.study import Study
from simstudy.theory.proportional.best import best_levels, criterion_named, law_choice
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
        Which law to trust; constants; bias (T17), RMSE and P(zero) of each coefficient; error and selection of each
        method; extra bias of pairs of methods; what laws of the registry predict. Nothing is written.
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
    tables = [law_choice_table(pd.DataFrame([law_choice(each) for each in chosen.glm]))] if chosen.glm else []
    tables += [] if constants.empty else [constants_table(constants)]
    if not own.empty:
        tables += [predictions_table(own), predicted_selection_table(own)]
    if own["reference"].notna().any():
        tables.append(extra_bias_table(own))
    return tables + ([] if others.empty else [laws_table(others)]), (*silent, *reasons)


def best(study: str | Path | Study, name: str = "error", level: float = 0.0) -> tuple[list[Table], tuple[str, ...]]:
    """The best level of FGSM and of penalised likelihood in each scenario, without simulating any data set (T21).

    Parameters
    ----------
    study : str, Path or Study
        A study file, or the study itself; of its methods nothing is read.
    name : {"error", "risk", "adversarial_error"}
        What is smallest.
    level : float
        Size of the attack on a new observation times sqrt(p), for the last two.

    Returns
    -------
    tables : list of Table
        One row for each scenario.
    reasons : tuple of str
        Why some scenarios have none.

    Raises
    ------
    ConfigError
        As `study_of`, or as `criterion_named`; or no scenario has a best level.
    """
    criterion = criterion_named(name, level)
    frame, reasons = best_levels(study_of(study).glm, criterion)
    if frame.empty:
        raise ConfigError("\n".join(["no scenario of this study has a best level", *reasons]))
    return [best_table(frame, name.replace("_", " "))], reasons
