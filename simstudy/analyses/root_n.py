"""How fast the error falls with n, and the constant in front of n^(-1/2) (T9)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.joins import COUNTS, measure_rows, of_kind, with_predictions, with_scenarios
from simstudy.measures import WHOLE
from simstudy.verdicts.slopes import log_log_slope, predicted_slope


@dataclass(frozen=True)
class RootN:
    """Result of `root_n`.

    Parameters
    ----------
    slopes : DataFrame
        One row for each group of scenarios that differ in n only and each method: `group`, `method`, the group's
        columns, the fields of `Slope`, `predicted_slope` with its MCSE; at the largest n (`n_largest`) `scaled` =
        sqrt(n) RMSE and its prediction `predicted_scaled`, each with its MCSE; counts summed over n.
    points : DataFrame
        One row for each scenario and method: `rmse`, `scaled` = sqrt(n) RMSE and the predictions of both, each with
        its MCSE, and the counts.
    """

    slopes: pd.DataFrame
    points: pd.DataFrame


def root_n(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None, parameter: str = WHOLE
) -> RootN:
    """Slope of log RMSE on log n, and sqrt(n) RMSE next to the constant that the theory predicts (T9).

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse; rows of quantity `rmse` are used.
        A row without a prediction gets NaN.
    parameter : str
        `all` for the whole vector (slopes; the intercept left out), or `intercept`, `beta_1`, ...

    Returns
    -------
    RootN
        A scenario in which every fit failed stays in `points` with NaN and is left out of the regression.
    """
    rows = with_scenarios(measure_rows(measures, "rmse", parameter), scenarios)
    rows = with_predictions(rows, of_kind(predictions, "quantity", "rmse"), on=["scenario", "method", "parameter"])
    rows = rows.rename(columns={"value": "rmse", "mcse": "rmse_mcse"})
    root = np.sqrt(rows["n"])
    points = rows.assign(
        group=rows["scenario"].map(sample_size_groups(scenarios)),
        scaled=root * rows["rmse"],
        scaled_mcse=root * rows["rmse_mcse"],
        predicted_scaled=root * rows["predicted"],
        predicted_scaled_mcse=root * rows["predicted_mcse"],
    ).drop(columns=["reference", "measure", "lower", "upper"])
    groups = points.groupby(["group", "method"], sort=False)
    return RootN(slopes=pd.DataFrame([_group_row(group) for _, group in groups]), points=points)


def _group_row(group: pd.DataFrame) -> dict[str, object]:
    largest = group.sort_values("n").iloc[-1]
    columns = ["n", "rmse", "rmse_mcse", "predicted", "predicted_mcse"]
    n, rmse, rmse_mcse, predicted, predicted_mcse = group[columns].to_numpy(np.float64).T
    relative = np.divide(rmse_mcse, rmse, out=np.full(len(n), np.nan), where=rmse > 0)
    theory, theory_mcse = predicted_slope(n, predicted, predicted_mcse, relative)
    kept = ["group", "method", "parameter", "family", "p", "s", "prevalence"]
    scaled = ["scaled", "scaled_mcse", "predicted_scaled", "predicted_scaled_mcse"]
    return {
        **{name: largest[name] for name in kept},
        **asdict(log_log_slope(n, rmse, rmse_mcse)),
        "predicted_slope": theory,
        "predicted_slope_mcse": theory_mcse,
        "n_smallest": group["n"].min(),
        "n_largest": largest["n"],
        **{name: largest[name] for name in scaled},
        **{name: group[name].sum() for name in COUNTS[:3]},
        "conditional": bool(group["conditional"].any()),
    }
