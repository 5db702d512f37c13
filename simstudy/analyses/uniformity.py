"""Scaled risk over local coefficients h / sqrt(n), where the oracle property breaks (Leeb & Poetscher 2008)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import side_by_side
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, measured, whole
from simstudy.measures import WHOLE
from simstudy.report.columns import (
    best,
    estimate,
    failures,
    interval,
    number,
    text,
    theory,
    where_known,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table

#: What the figure shows of a scenario: its local coefficients.
SHOWN = {"beta"}


def uniformity(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """sqrt(n) RMSE against h, its prediction, and its maximum over h.

    Pointwise, a method with the oracle property has bounded sqrt(n) RMSE at every fixed coefficient; over all h the
    maximum grows with n, while that of the MLE stays.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n and h rising: the scenario's columns, the counts, `h` = sqrt(n) times
        the largest coefficient, `scaled` = sqrt(n) RMSE with `_mcse`, `_lower`, `_upper`, `_predicted`,
        `_predicted_mcse`, `zero_probability` of the first coefficient, and `is_worst`, whether the error is largest
        at this h among those of its family, n and method.
    """
    table = side_by_side(measures, scenarios, ["rmse"], [WHOLE], predictions)
    truth = scenarios.set_index("scenario_key")
    root = np.sqrt(table["n"])
    table["h"] = root * table["scenario_key"].map(truth["beta_true"].map(lambda beta: np.abs(beta).max()))
    for part in ("", "_mcse", "_lower", "_upper", "_predicted", "_predicted_mcse"):
        table[f"scaled{part}"] = root * table[f"rmse{part}"]
    zero = measures[(measures["measure"] == "zero_probability") & (measures["parameter"] == "beta_1")]
    zero = zero.rename(columns={"value": "zero_probability", "mcse": "zero_probability_mcse"})
    keys = ["scenario", "method"]
    table = table.merge(zero[[*keys, "zero_probability", "zero_probability_mcse"]], on=keys, how="left")
    table = table.sort_values(["family", "n", "method", "h"], kind="stable").reset_index(drop=True)
    cells = table.groupby(["family", "n", "method"], sort=False)["scaled"]
    return table.assign(is_worst=table["scaled"] == cells.transform("max"))


def table(result: pd.DataFrame) -> Table:
    """Scaled error over local coefficients: one row for each method and h."""
    data = result.assign(worst=["worst" if worst else "" for worst in result["is_worst"]])
    columns = (
        *where_varying(data, text("Family", "family"), number("Prevalence", "prevalence"), number("n", "n", "$n$")),
        text("Method", "method"),
        number("h", "h", "$h$"),
        best(interval("√n RMSE [95 % CI]", "scaled", r"$\sqrt{n}\,$RMSE [95 \% CI]"), "scaled", ["scenario"]),
        *where_known(data, theory("Theory", "scaled_predicted", "scaled", "Theory")),
        estimate("P(zero)", "zero_probability"),
        text("Over h", "worst"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Coefficients are h/√n. Worst: the method's largest √n RMSE at its n over the h shown.",
        "At every fixed coefficient an oracle method has bounded √n RMSE; its maximum over h grows with n.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("uniformity", "Scaled error over local coefficients", columns, notes, data)


def sentence(frame: pd.DataFrame) -> str:
    """By which factor the largest scaled error over h grows with n, for the methods that grow most and least."""
    worst = frame[frame["is_worst"]].dropna(subset=["scaled"])
    if worst.empty:
        return NOTHING
    ends = [worst["n"].min(), worst["n"].max()]
    first, last = (worst[worst["n"] == n].groupby("method", sort=False)[["scaled", "scaled_mcse"]].max() for n in ends)
    factor = (last["scaled"] / first["scaled"]).sort_values()
    spread = np.hypot(last["scaled_mcse"] / last["scaled"], first["scaled_mcse"] / first["scaled"]) * factor
    least, most = (f"{name}, by {measured(factor[name], spread[name])}" for name in factor.index[[0, -1]])
    said = f"From n = {whole(ends[0])} to {whole(ends[1])} the largest √n RMSE over h is multiplied most with {most}"
    return f"{said}." if len(factor) == 1 else f"{said}, and least with {least}."


def figure(result: pd.DataFrame) -> Figure:
    """Root n times RMSE against the local coefficient h, a panel for each n."""
    scaled = Quantity("scaled", "√n · RMSE")
    return curves(result, Axis("h", "h (the coefficient is h/√n)"), (scaled,), ["_case"])


@analysis("uniformity", table=table, sentence=sentence, figure=figure, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Scaled error over local coefficients."""
    found = uniformity(results.measures, results.scenarios, results.limit_theory)
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, SHOWN)))
