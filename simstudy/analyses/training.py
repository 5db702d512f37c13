"""Where the adversarial-training loop ends, against the minimiser of the FGSM objective, by penalty (T3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.joins import COUNTS
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, place, plain_number
from simstudy.errors import InputError
from simstudy.measures.moments import mean
from simstudy.measures.numbers import with_mcse
from simstudy.measures.proportion import proportion
from simstudy.report.columns import (
    bounds,
    estimate,
    failures,
    number,
    text,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.panels import split
from simstudy.report.figures.scales import log_axis
from simstudy.report.figures.style import limits, looks, no_data, panels
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.verdicts.found import Found

#: Distance up to which the loop has reached the minimiser: it finds its own end to about three digits.
REACHED = 0.005


def training(results: Found, pairs: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Largest difference of a coefficient between the loop's estimate and the objective's minimiser.

    Parameters
    ----------
    results : Found
    pairs : sequence of (method, reference, penalty)
        The training loop, FGSM with the same penalty, and the penalty in words.

    Returns
    -------
    DataFrame
        One row for each scenario and pair with results: `scenario`, `scenario_key`, `family`, `n`, `method`,
        `reference`, `penalty`, `distance` (mean over data sets of the maximum norm) with MCSE, `largest`, `reached`
        (share of data sets with a distance up to 0.005) with MCSE and interval, and the counts of data sets on which
        both are usable.

    Raises
    ------
    InputError
        No two methods that belong together have results.
    """
    rows = []
    for truth in results.scenarios.itertuples():
        for pair in pairs:
            found = _row(results, str(truth.scenario_key), *pair)
            if found is not None:
                names = {"scenario": truth.scenario, "scenario_key": truth.scenario_key}
                rows.append({**names, "family": truth.family, "n": truth.n, **found})
    if not rows:
        raise InputError("training needs the results of a training loop and of FGSM with the same penalty")
    return pd.DataFrame(rows)


def _row(results: Found, key: str, method: str, reference: str, penalty: str) -> dict[str, Any] | None:
    first, second = results.sample(key, method), results.sample(key, reference)
    if first is None or second is None:
        return None
    attempted = len(np.intersect1d(first.attempted, second.attempted, assume_unique=True))
    both, left, right = np.intersect1d(first.usable, second.usable, assume_unique=True, return_indices=True)
    row: dict[str, Any] = {"method": method, "reference": reference, "penalty": penalty}
    usable = len(both)
    row |= dict(zip(COUNTS, (attempted, usable, attempted - usable, usable < attempted), strict=True))
    distances = np.abs(first.all_errors[left] - second.all_errors[right]).max(axis=1, keepdims=True)
    distance, reached = mean(distances), proportion(distances <= REACHED)
    row |= {"distance": distance.value[0], "distance_mcse": distance.mcse[0]}
    row |= {"largest": distances.max(initial=0.0), "reached": reached.value[0], "reached_mcse": reached.mcse[0]}
    return row | {"reached_lower": reached.lower[0], "reached_upper": reached.upper[0]}


def table(result: pd.DataFrame) -> Table:
    """The training loop's end against the objective's minimiser: one row for each scenario and penalty."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Penalty", "penalty"),
        text("Loop", "method"),
        text("Minimiser", "reference"),
        estimate("Distance", "distance"),
        number("Largest", "largest"),
        estimate("Reached", "reached"),
        bounds("95 % CI", "reached"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Distance: mean over data sets of the largest difference of a coefficient, the intercept "
        "included. Reached: share of data sets on which it is at most 0.005.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("training", "End of the training loop against the minimiser of the objective", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """Where the loop reaches the objective's minimiser, by penalty; shares of several cells are never averaged."""
    known = frame.dropna(subset=["reached"])
    if known.empty:
        return NOTHING
    said = [f"{penalty} {_reached(rows)}" for penalty, rows in known.groupby("penalty", sort=False)]
    return f"The loop ends at the objective's minimiser, by penalty: {'; '.join(said)}."


def _reached(rows: pd.DataFrame) -> str:
    """On which data sets the loop reaches the minimiser with one penalty."""
    if (rows["reached"] == 1.0).all():
        return "always"
    if (rows["reached"] == 0.0).all():
        return "never"
    ends = rows.sort_values("reached").iloc[[0, -1] if len(rows) > 1 else [0]]
    shares = (f"{plain_number(100.0 * row['reached'])} % ({place(row, 'family', 'n')})" for _, row in ends.iterrows())
    return f"on {' to '.join(shares)} of the data sets"


def figure(result: pd.DataFrame) -> Figure:
    """Distance of the training loop's end from the objective's minimiser for each penalty, on a logarithmic axis."""
    if result.empty or result["distance"].isna().all():
        return no_data("There are no usable results to draw.")
    parts, known = split(result, ["scenario"]), looks(result["penalty"])
    names = list(known)[::-1]
    figure, axes = panels(len(parts), 2, height=0.9 + 0.32 * len(names))
    for part, each in zip(parts, axes[0], strict=True):
        for penalty, rows in part.rows.groupby("penalty", sort=False):
            place, look = names.index(str(penalty)), known[str(penalty)]
            lower, upper = limits(rows, "distance")
            # An interval that reaches zero has no end on a logarithmic axis.
            each.hlines([place] * len(rows), np.maximum(lower, rows["distance"] / 10), upper, color=look.colour, lw=2.0)
            each.plot(rows["distance"], [place] * len(rows), color=look.colour, marker=look.marker, ls="", mfc="white")
        each.set_yticks(range(len(names)), names)
        log_axis(each.xaxis)
        each.set_ylim(-0.6, len(names) - 0.4)
        each.set_title(part.title)
        each.set_xlabel("largest difference, 95 % MC interval")
    said = (
        f"{row['penalty']} in {row['scenario']} {with_mcse(row['distance'], row['distance_mcse'])}"
        for row in result.to_dict("records")
    )
    figure.set_label(f"Mean distance of the training loop's end from the minimiser, by penalty: {'; '.join(said)}.")
    return figure


@analysis("training", table=table, sentence=sentence, figure=figure, needs=methods.lacks_loop)
def frame(results: Results) -> pd.DataFrame:
    """End of the training loop against the minimiser of the objective."""
    return training(results, methods.trained(results.study))
