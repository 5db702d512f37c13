"""Which penalties are sparse, and which have the oracle property (T6, T8)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_scenarios
from simstudy.measures import WHOLE

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
