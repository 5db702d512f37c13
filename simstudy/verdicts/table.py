"""The ledger of claims as a table."""

from __future__ import annotations

import math

import pandas as pd

from simstudy.measures.numbers import MISSING, decimals, rounded
from simstudy.report.columns import estimate, failures, text
from simstudy.report.table import Column, Table
from simstudy.verdicts.verdict import LEVEL, POWER

#: Digits of a prediction whose estimate has no MCSE.
DIGITS = 3


def claims_table(ledger: pd.DataFrame) -> Table:
    """Verdict on each claim and control: one row each, a control below its claim."""
    data = ledger.assign(conditional=ledger["failed"] > 0)
    columns = (
        text("Claim", "claim"),
        text("Theory", "theory"),
        text("Quantity", "quantity"),
        text("Where", "scenario"),
        Column("Method", _methods, numeric=False),
        text("Parameter", "parameter"),
        Column("Predicted region", _regions),
        estimate("Estimate", "estimate"),
        Column("Interval", _intervals),
        text("Verdict", "verdict"),
        text("Outcome", "outcome"),
        Column("Power", lambda rows: [_share(value) for value in rows["power"]]),
        Column("R needed", _needed),
        failures(),
    )
    return Table("claims", "Claims of the theory and their verdicts", columns, notes(ledger), data)


def notes(ledger: pd.DataFrame) -> tuple[str, ...]:
    """What is asserted, how it is judged, and what a reader must know about single lines."""
    claims = ledger[ledger["role"] == "claim"]
    said = (f"{theory}: {statement}" for theory, statement in zip(claims["theory"], claims["statement"], strict=True))
    remarks = (f"{claim}: {note}" for claim, note in zip(ledger["claim"], ledger["note"], strict=True) if note)
    return (
        *dict.fromkeys(said),
        "Predicted region: prediction with the claim's margin on both sides. A claim is supported if the interval lies "
        "inside it, contradicted if it lies wholly outside.",
        f"Over all claims, a wrong 'supported' has probability {LEVEL:.0%} at most, and so has a wrong 'contradicted' "
        "(Holm in each family; the interval is that of the claim's own step).",
        f"A control is the claim with something wrong, tested alone at {LEVEL:.0%}: it is caught if it is "
        "contradicted, and power is the probability of that at the study's full number of replicates if the truth is "
        "the estimate.",
        f"R needed: replicates that would decide an undecided line with probability {POWER:.0%} if the truth is the "
        "estimate; ? where its error is not known or it is on the edge.",
        "Parentheses: Monte Carlo standard error. Failed: fits without a usable result, of those attempted.",
        *remarks,
    )


def _methods(rows: pd.DataFrame) -> list[str]:
    pairs = zip(rows["method"], rows["reference"], strict=True)
    return [method if pd.isna(reference) else f"{method} / {reference}" for method, reference in pairs]


def _regions(rows: pd.DataFrame) -> list[str]:
    return _ends(rows, "region_lower", "region_upper")


def _intervals(rows: pd.DataFrame) -> list[str]:
    return _ends(rows, "lower", "upper")


def _ends(rows: pd.DataFrame, lower: str, upper: str) -> list[str]:
    return [_between(*ends) for ends in zip(rows[lower], rows[upper], rows["estimate_mcse"], strict=True)]


def _between(lower: float, upper: float, mcse: float) -> str:
    if math.isnan(lower) or (math.isinf(lower) and math.isinf(upper)):
        return MISSING
    return f"[{_end(lower, mcse)}, {_end(upper, mcse)}]"


def _end(value: float, mcse: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return rounded(value, decimals(mcse)) if mcse > 0 else f"{value:.{DIGITS}g}"


def _share(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.3f}"


def _needed(rows: pd.DataFrame) -> list[str]:
    return [
        MISSING if verdict != "undecided" else f"{needed:.0f}" if math.isfinite(needed) else "?"
        for verdict, needed in zip(rows["verdict"], rows["needed"], strict=True)
    ]
