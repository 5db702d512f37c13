"""The penalty inside the activation: its weight on an observation against the observation's margin (T3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.joins import COUNTS
from simstudy.measures.estimate import FloatArray
from simstudy.measures.moments import mean

#: Ends of the intervals of the margin.
EDGES = np.array([-np.inf, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, np.inf])
#: Interval of all observations.
ALL = "all"


@dataclass(frozen=True)
class Weighted:
    """Observations of some data sets of one scenario at one method's estimates; `data_sets` are (margin, weight)."""

    scenario: str
    scenario_key: str
    family: str
    method: str
    data_sets: tuple[tuple[FloatArray, FloatArray], ...]
    attempted: int


def activation(cells: Iterable[Weighted], kappas: Mapping[str, float]) -> pd.DataFrame:
    """Mean penalty weight of the observations with a margin in each interval.

    Parameters
    ----------
    cells : iterable of Weighted
    kappas : mapping of scenario label to float
        E|y - mu|, which the mean weight over all observations tends to inside the likelihood (T5, T11).

    Returns
    -------
    DataFrame
        One row for each scenario, method and interval of the margin: `margin` in words, `lower_end`, `upper_end`,
        `share` of the observations, `weight` with MCSE (over data sets that have such observations), `predicted`
        (kappa, for all observations together and inside the likelihood), and the counts of data sets.
    """
    intervals = [(-np.inf, np.inf), *pairwise(EDGES)]
    rows = (_row(cell, lower, upper, kappas) for cell in cells if cell.data_sets for lower, upper in intervals)
    return pd.DataFrame([row for row in rows if row["share"] > 0.0])


def _row(cell: Weighted, lower: float, upper: float, kappas: Mapping[str, float]) -> dict[str, Any]:
    found = [(weight, (margin > lower) & (margin <= upper)) for margin, weight in cell.data_sets]
    means = np.array([weight[inside].mean() for weight, inside in found if inside.any()])
    weight = mean(means[:, np.newaxis])
    is_inside = any((weight != 1.0).any() for _, weight in cell.data_sets)
    name, failed = _words(lower, upper), cell.attempted - len(cell.data_sets)
    return {
        **{key: getattr(cell, key) for key in ("scenario", "scenario_key", "family", "method")},
        "margin": name,
        "lower_end": lower,
        "upper_end": upper,
        "share": float(np.mean([inside.mean() for _, inside in found])),
        "weight": weight.value[0],
        "weight_mcse": weight.mcse[0],
        "predicted": kappas[cell.scenario] if name == ALL and is_inside else np.nan,
        "predicted_mcse": 0.0,
        **dict(zip(COUNTS, (cell.attempted, len(cell.data_sets), failed, failed > 0), strict=True)),
    }


def _words(lower: float, upper: float) -> str:
    if np.isinf(lower) and np.isinf(upper):
        return ALL
    if np.isinf(lower):
        return f"up to {upper:g}"
    return f"above {lower:g}" if np.isinf(upper) else f"{lower:g} to {upper:g}"
