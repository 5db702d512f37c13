"""Means of the estimands that a study asks for, beside their laws; without the coefficients that fits have besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.performance import performance
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.report.columns import estimate, failures, number, text, theory, where_known, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.forest import forest_figure
from simstudy.report.notes import FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table
from simstudy.study.study import Study

#: Below it a mean is zero and rounding.
ROUNDING = 1e-12


def estimands(rows: pd.DataFrame, truths: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Mean of each estimand: the truth plus the bias where it is known.

    Parameters
    ----------
    rows : DataFrame
        What `performance.performance` returns, of the estimands that are wanted.
    truths : mapping
        From the key of a scenario to true values by estimand.

    Returns
    -------
    DataFrame
        One row for each scenario, component and method: the columns of `rows`, `true` (NaN where it is not known), and
        `average` and `average_predicted` with their `_mcse` and the ends of their intervals.
    """
    true = np.array([_true(truths[each["scenario_key"]], each) for _, each in rows.iterrows()], dtype=float)
    found = rows.assign(true=true)
    for name, of in (("average", "{}"), ("average_predicted", "predicted_{}")):
        for part in ("", "_mcse", "_lower", "_upper"):
            mean, bias = (rows.get(of.format(measure) + part, np.nan) for measure in ("mean", "bias"))
            shifted = bias + (0.0 if part == "_mcse" else true)
            found[name + part] = np.where(np.isnan(true), mean, shifted)
    tiny = found["average"].abs() < ROUNDING
    found.loc[tiny, ["average", "average_mcse"]] = [0.0, np.nan]
    return found


def _true(truth: Mapping[str, Any], row: pd.Series) -> float:
    if row["estimand"] not in truth:
        return np.nan
    value = truth[row["estimand"]]
    return float(value) if pd.isna(row["component"]) else float(value[int(row["component"])])


def table(result: pd.DataFrame) -> Table:
    """One row for each scenario, estimand and method."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Estimand", "parameter"),
        text("Method", "method"),
        estimate("Mean", "average"),
        *where_known(result, theory("Law", "average_predicted", "average"), number("Truth", "true")),
        failures(),
    )
    notes = (replicates(result), PARENTHESES, THEORY, FAILED)
    return Table("estimands", "Means of the study's estimands", columns, notes, result)


def sentence(result: pd.DataFrame) -> str:
    """How many means a law predicts, and the largest deviation from it."""
    known = result.dropna(subset=["average", "average_predicted"])
    if known.empty:
        return ""
    off = (known["average"] - known["average_predicted"]).abs()
    row = known.iloc[int(off.to_numpy().argmax())]
    return (
        f"A law predicts {len(known)} of these means; the largest deviation is {off.max():.2g}, of {row['parameter']} "
        f"of {row['method']} in {row['scenario']}."
    )


def figure(result: pd.DataFrame) -> Figure:
    """Mean of each estimand with Monte Carlo intervals, a panel for each."""
    parts = {f"average{part}": f"value{part}" for part in ("", "_mcse", "_lower", "_upper")}
    keys = ["scenario", "scenario_key", "parameter", "method"]
    rows = result[[*keys, *parts]].rename(columns=parts)
    return forest_figure(rows.assign(panel=rows["parameter"]), "mean", zero=False)


def needs(study: Study) -> str:
    """What a study lacks."""
    return "" if study.estimands else "estimands"


@analysis("estimands", table=table, sentence=sentence, figure=figure, needs=needs)
def frame(results: Results) -> pd.DataFrame:
    """Means of the estimands that the study asks for, beside their laws."""
    rows = performance(results.measures, results.scenarios, results.predictions)
    wanted = rows[rows["estimand"].isin(results.study.estimands)].reset_index(drop=True)
    return estimands(wanted, {each.key: each.truth() for each in results.study.scenarios})
