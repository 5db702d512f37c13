"""Which penalties are sparse, and which have the oracle property (T6, T8)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_scenarios
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, whole
from simstudy.measures import WHOLE
from simstudy.report.columns import (
    estimate,
    failures,
    interval,
    number,
    text,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table

#: What the figure shows of a scenario.
SHOWN = {"n"}


#: RMSE over the oracle's up to which a method counts as as accurate, a scientific tolerance.
AS_ACCURATE = 1.1


def penalties(measures: pd.DataFrame, scenarios: pd.DataFrame, oracles: Sequence[str]) -> pd.DataFrame:
    """How often zero coefficients are set to zero, and the error over that of the oracle MLE.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns with the contrasts of the methods with the oracles, and columns of
        `records.SCENARIO_SCHEMA`.
    oracles : sequence of str
        Names of the methods that know the support.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n rising: the scenario's columns, `zeros` (share of the zero coefficients
        that are estimated as zero), `exact_support` and `rmse_ratio`, each with `_mcse`, `_lower`, `_upper`;
        `is_sparse`, whether any zero coefficient was set to zero; `is_oracle`, whether the interval of the ratio lies
        below 1.1; and the counts.
    """
    whole = measures[(measures["parameter"] == WHOLE)]
    rows = whole[(whole["measure"] == "rmse_ratio") & whole["reference"].isin(list(oracles))]
    parts = ["value", "mcse", "lower", "upper"]
    table = with_scenarios(_named(rows, "rmse_ratio", parts), scenarios)
    keys = ["scenario", "method"]
    for measure, name in (("exact_support", "exact_support"), ("false_positive_rate", "wrong")):
        own = _named(whole[whole["measure"] == measure], name, parts)
        table = table.merge(own[[*keys, name, *(f"{name}_{part}" for part in parts[1:])]], on=keys)
    table["zeros"], table["zeros_mcse"] = 1 - table["wrong"], table["wrong_mcse"]
    table["zeros_lower"], table["zeros_upper"] = 1 - table["wrong_upper"], 1 - table["wrong_lower"]
    table["is_sparse"] = table["zeros"] > 0
    table["is_oracle"] = table["rmse_ratio_upper"] < AS_ACCURATE
    ends = ("", "_mcse", "_lower", "_upper")
    numbers = [f"{name}{end}" for name in ("zeros", "exact_support", "rmse_ratio") for end in ends]
    columns = ["scenario", "scenario_key", "method", "reference", *SCENARIO_COLUMNS, *numbers, "is_sparse", "is_oracle"]
    return table[[*columns, *COUNTS]].sort_values(["family", "method", "n"], kind="stable").reset_index(drop=True)


def _named(rows: pd.DataFrame, name: str, parts: Sequence[str]) -> pd.DataFrame:
    """Rows of a measure with its value and its parts under its name."""
    return rows.rename(columns={part: name if part == "value" else f"{name}_{part}" for part in parts})


def table(result: pd.DataFrame) -> Table:
    """Sparsity and accuracy of each penalty: one row for each scenario and method."""
    words = {True: "yes", False: "no"}
    data = result.assign(sparse=result["is_sparse"].map(words), oracle=result["is_oracle"].map(words))
    columns = (
        text("Family", "family"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        estimate("Zeros found", "zeros"),
        estimate("P(exact support)", "exact_support"),
        interval("RMSE / oracle's [95 % CI]", "rmse_ratio"),
        text("Sparse", "sparse"),
        text("Oracle", "oracle"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Zeros found: share of the zero coefficients that are estimated as exactly zero.",
        "Sparse: any were. Oracle: the interval of the ratio of RMSEs on the same data sets lies below 1.1.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("penalties", "Sparsity and accuracy by penalty", columns, notes, data)


def sentence(frame: pd.DataFrame) -> str:
    """Which methods are sparse and which oracle at the largest n, in every family or in some."""
    last = frame[frame["n"] == frame["n"].max()].dropna(subset=["rmse_ratio"])
    if last.empty:
        return NOTHING
    return (
        f"At n = {whole(last['n'].iloc[0])} coefficients are set to zero by {_which(last, 'is_sparse')}; within a "
        f"tenth of the oracle's error {'come' if last['is_oracle'].sum() != 1 else 'comes'} "
        f"{_which(last, 'is_oracle')}."
    )


def _which(rows: pd.DataFrame, column: str) -> str:
    chosen = rows[rows[column]]
    families = {str(name): list(own) for name, own in chosen.groupby("method", sort=False)["family"]}
    every = rows["family"].nunique()
    names = [name if len(where) == every else f"{name} ({', '.join(where)})" for name, where in families.items()]
    return ", ".join(names) or "none"


def figure(result: pd.DataFrame) -> Figure:
    """Share of the zero coefficients that are found, and RMSE over that of the oracle, against n for each penalty."""
    zeros = Quantity("zeros", "zeros found", share=True)
    ratio = Quantity("rmse_ratio", "RMSE / oracle's", line=1.0, shared=False)
    return curves(result, Axis("n", "n", log=True), (zeros, ratio), ["_case", "reference"], columns=2)


@analysis(
    "penalties",
    table=table,
    sentence=sentence,
    figure=figure,
    needs=methods.lacks_oracle,
    pairs=methods.against_oracles,
)
def frame(results: Results) -> pd.DataFrame:
    """Sparsity and accuracy by penalty."""
    found = penalties(results.measures, results.scenarios, methods.oracles(results.study))
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, SHOWN)))
