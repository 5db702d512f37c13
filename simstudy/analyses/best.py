"""The best lambda of a grid, chosen on one half of the replicates and judged on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.analyses.joins import COUNTS
from simstudy.analyses.methods import grids as grids_of
from simstudy.analyses.methods import lacks_coefficients
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, listed
from simstudy.errors import InputError, unknown_name
from simstudy.measures.estimate import FloatArray
from simstudy.measures.moments import mean, rmse
from simstudy.measures.samples import Sample, samples
from simstudy.report.columns import estimate, failures, interval, number, text
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.overview import overview_figure
from simstudy.report.figures.panels import source_columns
from simstudy.report.figures.style import no_data
from simstudy.report.notes import FAILED, PARENTHESES
from simstudy.report.table import Table

#: A candidate that fails more often on the choosing half is not chosen: what it does well may be the easy data.
MOST_FAILURES = 0.05
#: Columns of `best` itself; the others are of the scenarios.
OWN = {
    "grid", "lam", "at_end", "chosen_on", *COUNTS,
    *(f"{name}{part}" for name in ("mse", "rmse") for part in ("", "_mcse", "_lower", "_upper")),
}  # fmt: skip


def best(replicates: pd.DataFrame, scenarios: pd.DataFrame, grids: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Error of each grid of methods at its own best member: an oracle choice of lambda, for a fair comparison.

    A grid is a set of methods that differ in lambda only. Replicates 0, 2, 4, ... choose the member with the smallest
    mean squared error ||betahat - beta0||^2 (slopes), on the replicates that are usable for every candidate; the other
    replicates judge it, so that the choice does not flatter it.

    Parameters
    ----------
    replicates, scenarios : DataFrame
        Columns of `records.REPLICATE_SCHEMA` and `records.SCENARIO_SCHEMA`.
    grids : mapping of name to method names
        For example ``{"fgsm lasso": ["fgsm_1", "fgsm_2"], "penalised lasso": ["pen_1", "pen_2"]}``.

    Returns
    -------
    DataFrame
        One row for each scenario and grid: `scenario`, `scenario_key`, `grid`, the chosen `method` and its `lam`
        (missing where no member is usable often enough), `at_end` whether it is the smallest or largest level, so that
        a wider grid might do better; `mse` and `rmse` on the judging half, each with `_mcse`, `_lower`,
        `_upper`; the counts of the judging half; and `chosen_on`, the number of replicates behind the choice.

    Raises
    ------
    InputError
        A grid has a method without replicates.
    """
    groups = samples(replicates, scenarios)
    known = {method for _, method in groups}
    for method in (name for names in grids.values() for name in names):
        if method not in known:
            raise InputError(unknown_name("method of a grid", method, known))
    levels = replicates.groupby(["scenario_key", "method"], observed=True)["lam"].median().to_dict()
    rows = []
    for key in dict.fromkeys(key for key, _ in groups):
        for name, methods in grids.items():
            found = {method: groups[key, method] for method in methods if (key, method) in groups}
            if found:
                rows.append({"grid": name, **_row(found, {method: levels[key, method] for method in found})})
    return pd.DataFrame(rows)


def _row(found: Mapping[str, Sample], levels: Mapping[str, float]) -> dict[str, Any]:
    first = next(iter(found.values()))
    chosen, chosen_on = _choose(found)
    row: dict[str, Any] = {
        "scenario": first.scenario,
        "scenario_key": first.scenario_key,
        "method": chosen,
        "chosen_on": chosen_on,
    }
    if chosen is None:
        return row
    lam = levels[chosen]
    sample = found[chosen]
    judging = sample.usable % 2 == 1
    norms = sample.error_norms[judging]
    attempted, usable = int(np.sum(sample.attempted % 2 == 1)), int(judging.sum())
    at_end = lam in {min(levels.values()), max(levels.values())}
    row |= {"lam": lam, "at_end": at_end, "attempted": attempted, "usable": usable, "failed": attempted - usable}
    row["conditional"] = usable < attempted
    for measure, accuracy in (("mse", mean(norms**2)), ("rmse", rmse(norms))):
        row[measure] = float(accuracy.value[0])
        row |= {f"{measure}_{part}": float(getattr(accuracy, part)[0]) for part in ("mcse", "lower", "upper")}
    return row


def _choose(found: Mapping[str, Sample]) -> tuple[str | None, int]:
    """Name of the member with the smallest error on the even replicates, and how many of them decide."""
    candidates = {name: sample for name, sample in found.items() if _failures(sample) <= MOST_FAILURES}
    common: NDArray[np.int64] | None = None
    for sample in candidates.values():
        even = sample.usable[sample.usable % 2 == 0]
        common = even if common is None else np.intersect1d(common, even, assume_unique=True)
    if common is None or common.size == 0:
        return None, 0
    errors = {name: _squared_errors(sample, common).mean() for name, sample in candidates.items()}
    return min(errors, key=errors.__getitem__), int(common.size)


def _failures(sample: Sample) -> float:
    """Share of failures among the even replicates; one where there are none."""
    attempted = int(np.sum(sample.attempted % 2 == 0))
    return 1.0 - int(np.sum(sample.usable % 2 == 0)) / attempted if attempted else 1.0


def _squared_errors(sample: Sample, replicates: NDArray[np.int64]) -> FloatArray:
    return np.asarray(sample.error_norms[np.isin(sample.usable, replicates), 0] ** 2)


def table(result: pd.DataFrame) -> Table:
    """Error of each grid at its best lambda: one row for each scenario and grid."""
    columns = (
        text("Scenario", "scenario"),
        text("Estimator", "grid"),
        text("Best method", "method"),
        number("λ", "lam", r"$\lambda$"),
        interval("RMSE [95 % CI]", "rmse"),
        estimate("MSE", "mse"),
        failures(),
    )
    notes = (
        "Each estimator at the λ of the study with the smallest error on the even replicates; the numbers are those of "
        "the odd ones, which the choice does not flatter.",
        PARENTHESES,
        FAILED,
    )
    return Table("best", "Error of each estimator at its best λ", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """Estimator with the smallest error at its best lambda, by scenario."""
    known = frame.dropna(subset=["rmse"])
    if known.empty:
        return NOTHING
    first = known.sort_values("rmse", kind="stable").groupby("scenario", sort=False).head(1)
    counts = first["grid"].value_counts()
    said = listed([f"{name} in {count}" for name, count in counts.items()])
    everywhere = "One estimator is best everywhere" if len(counts) == 1 else "No estimator is best everywhere"
    return f"{everywhere}: each at its best λ, the smallest error is that of {said} of {len(first)} scenarios."


def figure(result: pd.DataFrame) -> Figure:
    """Root mean squared error of each estimator at its best lambda, over what the scenarios differ in most."""
    parts = {f"rmse{part}": f"value{part}" for part in ("", "_mcse", "_lower", "_upper")}
    if not set(parts) <= set(result):
        return no_data("No level of any estimator is usable often enough.")
    rows = result.drop(columns="method").rename(columns={"grid": "method", **parts})
    return overview_figure(rows, "RMSE at the best λ", [name for name in source_columns(result) if name not in OWN])


@analysis("best", table=table, sentence=sentence, figure=figure, needs=lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Error of each estimator at its best lambda."""
    grids = {grid.name: grid.methods for grid in grids_of(results.study)}
    found = pd.concat([best(rows, results.scenarios, grids) for rows in results.all_replicates()], ignore_index=True)
    columns = [name for name in source_columns(results.scenarios) if name not in found]
    return found.merge(results.scenarios[["scenario_key", *columns]], on="scenario_key", validate="many_to_one")
