"""The penalty inside the activation: its weight on an observation against the observation's margin (T3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.joins import COUNTS
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, of_row
from simstudy.measures.estimate import FloatArray
from simstudy.measures.moments import mean
from simstudy.records import Status
from simstudy.report.columns import (
    estimate,
    failures,
    number,
    text,
    theory,
    where_known,
)
from simstudy.report.figures.canvas import (
    Figure,
    FixedLocator,
    NullLocator,
)
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.figures.style import no_data
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.runner.methods import resolve
from simstudy.runner.weights import penalty_weights
from simstudy.study.study import Study
from simstudy.theory import constants

#: Data sets that are drawn again for the weights of their observations.
DATA_SETS = 200


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


def table(result: pd.DataFrame) -> Table:
    """Weight of the penalty on observations: one row for each scenario, method and interval of the margin."""
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        text("Margin", "margin"),
        number("Share", "share"),
        estimate("Weight", "weight"),
        *where_known(result, theory("kappa", "predicted", "weight", r"$\kappa$")),
        failures(),
    )
    notes = (
        f"{replicates(result)} Weight: derivative of an observation's loss in the penalty, |y − b'(η − s P)| inside "
        "the likelihood (T3) and 1 outside of it (T4).",
        "Margin: (2y − 1)η in the binomial family, minus the size of the residual elsewhere. Share: of observations.",
        "The mean over all observations tends to kappa inside the likelihood, which is what matching uses (T11).",
        PARENTHESES,
        FAILED,
    )
    return Table("activation", "Weight of the penalty on observations by their margin", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """Weight of the penalty at the smallest and the largest margin, inside the likelihood and outside."""
    inside = frame[frame.groupby(["scenario", "method"])["predicted"].transform("any")]
    if inside.empty:
        return NOTHING
    rows = inside[(inside["scenario"] == inside["scenario"].iloc[0]) & (inside["method"] == inside["method"].iloc[0])]
    parts = rows[rows["margin"] != ALL].sort_values("lower_end")
    first, last = (f"{of_row(row, 'weight')} (margin {row['margin']})" for _, row in parts.iloc[[0, -1]].iterrows())
    return (
        "Inside the likelihood the penalty switches off where a prediction is confident: its weight on an observation "
        f"falls from {first} to {last}; outside it is 1 for every observation."
    ).replace(") (", ", ")


def figure(result: pd.DataFrame) -> Figure:
    """Weight of the penalty on observations against their margin: a panel for each scenario."""
    within = result[np.isfinite(result["lower_end"]) | np.isfinite(result["upper_end"])]
    if within.empty:
        return no_data("There are no usable results to draw.")
    ends = sorted(within["lower_end"].unique())
    names = dict(zip(within["lower_end"], within["margin"], strict=True))
    data = within.assign(place=within["lower_end"].map({end: place for place, end in enumerate(ends)}))
    weight = Quantity("weight", "weight of the penalty", shared=False)
    figure = curves(data, Axis("place", "margin of the observation"), (weight,), ["scenario"], columns=2)
    for axes in figure.axes:
        axes.xaxis.set_major_locator(FixedLocator(range(len(ends))))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticklabels([names[end] for end in ends], rotation=40, ha="right", fontsize=7.5)
    first = data.groupby(["method", "place"], sort=False)["weight"].mean()
    said = (
        f"{method} from {rows.iloc[0]:.3g} to {rows.iloc[-1]:.3g}"
        for method, rows in first.groupby("method", sort=False)
    )
    across = f"from margin {names[ends[0]]} to {names[ends[-1]]}"
    figure.set_label(f"Weight of the penalty against the observation's margin; {across}: {'; '.join(said)}.")
    return figure


def kappas(study: Study) -> dict[str, float]:
    """E|y - mu| of each scenario by its label (T5)."""
    return {scenario.label: constants(scenario).kappa for scenario in study.glm}


def weighted(s: Results) -> Iterator[Weighted]:
    """Observations of the first data sets of each scenario at the estimates of each method with a penalty."""
    for scenario in s.study.glm:
        rows = s.replicates(scenario.key)
        rows = rows[rows["replicate"] < DATA_SETS]
        for method in resolve(scenario, s.study.methods):
            own = rows[rows["method"] == method.name]
            if "penalty" not in method.arguments or own.empty:
                continue
            usable = own[own["status"] == Status.OK.value].fillna({"intercept_hat": 0.0})
            data_sets = [
                penalty_weights(s.study.seed, scenario, method, *estimate)
                for estimate in zip(usable["replicate"], usable["intercept_hat"], usable["beta_hat"], strict=True)
            ]
            yield Weighted(scenario.label, scenario.key, scenario.family, method.name, tuple(data_sets), len(own))


@analysis("activation", table=table, sentence=sentence, figure=figure, needs=methods.lacks_glm)
def frame(results: Results) -> pd.DataFrame:
    """Weight of the penalty on an observation by its margin."""
    found = activation(weighted(results), kappas(results.study))
    prevalence = results.scenarios.set_index("scenario_key")["prevalence"]
    return found.assign(prevalence=found["scenario_key"].map(prevalence))
