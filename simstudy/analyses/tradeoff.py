"""Does FGSM's extra bias pay? Its error against penalised likelihood, matched and each at its best lambda (T16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_scenarios
from simstudy.errors import InputError
from simstudy.measures import WHOLE


@dataclass(frozen=True)
class Contender:
    """Methods that differ in lambda only, and those of penalised likelihood with the same penalty.

    Parameters
    ----------
    name : str
        Estimator and penalty, for the table.
    methods, references : tuple of str
        Names of the methods.
    """

    name: str
    methods: tuple[str, ...]
    references: tuple[str, ...]


def tradeoff(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    matched: Sequence[tuple[str, str]],
    contenders: Sequence[Contender],
) -> pd.DataFrame:
    """Ratio and difference of errors over prevalence, on the same data.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns with the contrasts that are asked for, and columns of
        `records.SCENARIO_SCHEMA`.
    matched : sequence of (method, reference)
        Pairs at matched lambda.
    contenders : sequence of Contender
        Compared at the lambda at which each has the smallest RMSE in the scenario. It is chosen on the replicates that
        it is judged on; with lambdas whose errors differ by more than their MCSEs this does not matter.

    Returns
    -------
    DataFrame
        One row for each scenario and comparison: `comparison` (matched, or best and the contender's name), `method`,
        `reference`, the scenario's columns, `prevalence` (as realised where none was asked for), `rmse_ratio` and
        `mse_difference` of the whole vector, each with MCSE and interval, and the counts.

    Raises
    ------
    InputError
        The measures hold no contrast of a pair.
    """
    rows: list[dict[str, Any]] = []
    for key in dict.fromkeys(measures["scenario_key"]):
        own = measures[(measures["scenario_key"] == key) & (measures["parameter"] == WHOLE)]
        rows += [_row(own, "matched", *pair) for pair in matched]
        for each in contenders:
            best = [_best(own, names) for names in (each.methods, each.references)]
            rows.append(_row(own, f"best {each.name}", *best))
    table = with_scenarios(pd.DataFrame(rows), scenarios)
    realised = scenarios.set_index("scenario_key")["prevalence_realised"]
    table["prevalence"] = table["prevalence"].fillna(table["scenario_key"].map(realised))
    parts = ["", "_mcse", "_lower", "_upper"]
    numbers = [f"{name}{part}" for name in ("rmse_ratio", "mse_difference") for part in parts]
    columns = ["scenario", "comparison", "method", "reference", *SCENARIO_COLUMNS, *numbers, *COUNTS]
    return table[columns]


def _best(own: pd.DataFrame, names: Sequence[str]) -> str:
    errors = own[own["reference"].isna() & (own["measure"] == "rmse") & own["method"].isin(list(names))]
    if errors["value"].isna().all():
        raise InputError(f"no usable results of {', '.join(names)}")
    return str(errors.sort_values("value", kind="stable")["method"].iloc[0])


def _row(own: pd.DataFrame, comparison: str, method: str, reference: str) -> dict[str, Any]:
    pair = own[(own["method"] == method) & (own["reference"] == reference)]
    found: dict[str, Any] = {"comparison": comparison}
    for measure in ("rmse_ratio", "mse_difference"):
        row = pair[pair["measure"] == measure]
        if row.empty:
            raise InputError(f"measures hold no contrast of {method} with {reference}: summarise with this pair")
        first = row.iloc[0]
        found |= {name: first[name] for name in ("scenario", "scenario_key", "method", "reference", *COUNTS)}
        found |= {measure: first["value"], **{f"{measure}_{part}": first[part] for part in ("mcse", "lower", "upper")}}
    return found
