"""Sentences below tables that are the same in many of them."""

from __future__ import annotations

import pandas as pd

from simstudy.measures.numbers import MISSING

PARENTHESES = (
    f"Parentheses: Monte Carlo standard error (MCSE), {MISSING} where the replicates cannot tell it: there is one, or "
    "all have the same value; of shares and counts on which all agree it is that of the case not seen yet, about 1/R."
)
THEORY = "Theory without parentheses is exact or has an MCSE below a tenth of the simulated one."
BEST = (
    "Bold: the best method of its scenario, with those that 95 % intervals do not tell apart from it; none where that "
    "is all of them."
)
FAILED = (
    "Failed: fits without a usable result, of those attempted. An asterisk marks a row that is conditional on the "
    "fits that succeeded."
)


def replicates(rows: pd.DataFrame) -> str:
    """Sentence on the number of replicates."""
    fewest, most = rows["attempted"].min(), rows["attempted"].max()
    return f"R = {most} replicates." if fewest == most else f"R = {fewest} to {most} replicates."
