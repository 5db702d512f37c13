"""From which n/p on is there a minimiser? Shares of data sets without one, and where they cross one half (T22)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.joins import COUNTS, measure_rows, with_scenarios
from simstudy.analyses.methods import lacks_glm
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, largest, measured, of_row, plain_number
from simstudy.errors import SimstudyError
from simstudy.report.columns import estimate, number, text, where_known, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.runner.methods import resolve
from simstudy.study.study import Study
from simstudy.theory.proportional.levels import existence_ratio_of

ESTIMAND, MEASURE = "no_minimiser", "nonzero_share"
#: What tells the curves of a study apart, one point for each n.
CURVE = ["family", "p", "s", "method"]
#: Steps of a curve are looked at where it crosses this share.
HALF = 0.5


def existence(
    measures: pd.DataFrame, scenarios: pd.DataFrame, thresholds: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    """Share of data sets without a minimiser against n/p, and n/p at which it crosses one half.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and the truth.
    thresholds : mapping
        alphastar (T22) by scenario and method.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n rising: the scenario's columns, the counts, `ratio` = n/p, `share` with
        MCSE and interval, `threshold`; and of the curve that the row is a point of `crossing`, the n/p at which the
        line between two points crosses one half, and `steepness`, the fall of the share there for each unit of
        log(n/p), both with MCSE. NaN where no two points have one half between them.
    """
    rows = measure_rows(measures, MEASURE, ESTIMAND)
    ends = {"value": "share", "mcse": "share_mcse", "lower": "share_lower", "upper": "share_upper"}
    rows = with_scenarios(rows[["scenario_key", "scenario", "method", *ends, *COUNTS]].rename(columns=ends), scenarios)
    rows = rows.assign(ratio=rows["n"] / rows["p"])
    pairs = zip(rows["scenario"], rows["method"], strict=True)
    rows = rows.assign(threshold=[thresholds.get(pair, math.nan) for pair in pairs])
    rows = rows.sort_values([*CURVE, "ratio"], kind="stable")
    parts = [own.assign(**crossing(own)) for _, own in rows.groupby(CURVE, sort=False, dropna=False)]
    found = pd.concat(parts, ignore_index=True)
    off = found["crossing"] / found["threshold"] - 1.0
    return found.assign(deviation=off, deviation_mcse=found["crossing_mcse"] / found["threshold"])


def crossing(curve: pd.DataFrame) -> dict[str, float]:
    """Where a falling curve crosses one half and how steeply: the first two points with one half between them.

    Points are independent, so that MCSEs are those of a function of two shares.
    """
    x, y, error = (curve[name].to_numpy(float) for name in ("ratio", "share", "share_mcse"))
    found = np.flatnonzero((y[:-1] >= HALF) & (y[1:] < HALF))
    if not found.size:
        return dict.fromkeys(("crossing", "crossing_mcse", "steepness", "steepness_mcse"), math.nan)
    k = int(found[0])
    apart, fall, log_apart = x[k + 1] - x[k], y[k] - y[k + 1], math.log(x[k + 1] / x[k])
    slopes = np.array([HALF - y[k + 1], y[k] - HALF]) * apart / fall**2
    return {
        "crossing": float(x[k] + (y[k] - HALF) / fall * apart),
        "crossing_mcse": float(np.hypot(*(slopes * error[k : k + 2]))),
        "steepness": fall / log_apart,
        "steepness_mcse": float(np.hypot(*error[k : k + 2])) / log_apart,
    }


def thresholds_of(study: Study) -> dict[tuple[str, str], float]:
    """Alphastar (T22) of each scenario and method that it is about."""
    found = {}
    for scenario in study.glm:
        for method in resolve(scenario, study.methods):
            if ESTIMAND in method.estimates:
                try:
                    found[scenario.label, method.name] = existence_ratio_of(scenario, method)
                except SimstudyError:
                    # A scenario that T22 does not cover has a share and no threshold.
                    continue
    return found


def of_curves(result: pd.DataFrame) -> pd.DataFrame:
    """One row for each curve, with the fewest and the most replicates of its points."""
    return result.drop_duplicates(CURVE).reset_index(drop=True)


def table(result: pd.DataFrame) -> Table:
    """n/p at which half of the data sets have a minimiser, for each p, signal and method."""
    rows = of_curves(result)
    columns = (
        *where_varying(rows, text("Family", "family"), number("p", "p", "$p$"), number("s", "s", "$s$")),
        text("Method", "method"),
        *where_known(rows, number("T22", "threshold", r"$\alpha^*$")),
        estimate("Crossing", "crossing"),
        *where_known(rows, estimate("Relative deviation", "deviation")),
        estimate("Steepness", "steepness"),
    )
    notes = (
        f"{replicates(result)} Crossing: n/p at which half of the data sets have no minimiser, on the line between "
        "the two values of n around it; – where the study has none. Steepness: fall of the share there for each unit "
        "of log(n/p).",
        "T22: the threshold as n, p → ∞, below which no data set has a minimiser.",
        PARENTHESES,
    )
    keep = [*CURVE, "threshold", "crossing", "crossing_mcse", "deviation", "deviation_mcse", "steepness"]
    return Table("existence", "Where a minimiser begins to exist", columns, notes, rows[[*keep, "steepness_mcse"]])


def sentence(result: pd.DataFrame) -> str:
    """How far crossings are from the threshold at the largest p, and how much steeper curves are there."""
    rows = of_curves(result).dropna(subset=["crossing"])
    if rows.empty:
        return NOTHING
    top, low = (rows[rows["p"] == each] for each in (rows["p"].max(), rows["p"].min()))
    known = top.dropna(subset=["threshold"])
    if known.empty:
        row = top.iloc[0]
        return f"Half of the data sets have a minimiser at n/p = {of_row(row, 'crossing')} ({row['method']})."
    row = largest(known, known["deviation"].abs())
    off = measured(abs(row["deviation"]), row["deviation_mcse"], " %", 100.0)
    said = (
        f"At p = {row['p']:.0f} half of the data sets have a minimiser within {off} of the n/p of theory in all "
        f"{len(known)} curves (worst for {row['method']}, s = {row['s']:.0f})"
    )
    if len(low) and row["p"] > low["p"].iloc[0]:
        pairs = top.merge(low, on=["family", "method"], suffixes=("", "_low"))
        pairs = pairs[(pairs["s"] * pairs["p_low"]) == (pairs["s_low"] * pairs["p"])]
        if len(pairs):
            steeper = float(np.exp(np.log(pairs["steepness"] / pairs["steepness_low"]).mean()))
            said += f"; the share falls {plain_number(steeper)} times as steeply as at p = {low['p'].iloc[0]:.0f}"
    return f"{said}."


def figure(result: pd.DataFrame) -> Figure:
    """Share of data sets without a minimiser against n/p, with the thresholds."""
    axis = Axis("ratio", "n/p", marks="threshold")
    return curves(result, axis, (Quantity("share", "Share without a minimiser", share=True),), ["p", "s"], columns=2)


def needs(study: Study) -> str:
    """What a study lacks."""
    if any(ESTIMAND in method.entry.estimates for method in study.methods) and MEASURE in study.measures:
        return lacks_glm(study)
    return "a method that asks whether there is a minimiser (estimator exists), and the measure nonzero_share"


@analysis("existence", table=table, sentence=sentence, figure=figure, needs=needs)
def frame(results: Results) -> Any:
    """From which n/p on data sets have a minimiser."""
    return existence(results.measures, results.scenarios, results.once("thresholds", lambda r: thresholds_of(r.study)))
