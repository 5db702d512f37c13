"""What the sentences of analyses have in common."""

from __future__ import annotations

from typing import Any

import pandas as pd

from simstudy.measures.numbers import with_interval, with_mcse

NOTHING = "There are no usable results yet."
#: A difference within so many MCSEs of zero is called zero.
TELLING = 3.0
#: An MCSE below it is shown as this, for a ratio of methods that nearly always agree.
FINEST = 1e-4


def shown(row: Any, name: str) -> str:
    """A number with its MCSE."""
    return with_mcse(float(row[name]), float(row[f"{name}_mcse"]))


def ratio(row: pd.Series, name: str) -> str:
    """A number with its 95 % interval."""
    mcse = row[f"{name}_mcse"]
    return with_interval(row[name], row[f"{name}_lower"], row[f"{name}_upper"], max(mcse, FINEST))
