"""What the sentences of analyses have in common: words first, at most two numbers, each with its error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from simstudy.measures.estimate import Z_95

NOTHING = "There are no usable results yet."
#: A difference within so many MCSEs of zero is called zero.
TELLING = 3.0
#: Numbers are said with so many significant digits, their uncertainty with one.
DIGITS = 2
#: From this number of names on a list is a count.
MOST_NAMES = 5


def plain_number(value: float, digits: int = DIGITS) -> str:
    """A number with some significant digits, without an exponent and with a comma for thousands.

    Examples
    --------
    >>> plain_number(0.014445), plain_number(16000.0), plain_number(-0.5)
    ('0.014', '16,000', '−0.50')
    """
    if not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = digits - 1 - int(f"{abs(value):.{digits - 1}e}".split("e")[1])
    return f"{round(value, places):,.{max(places, 0)}f}".replace("-", "−")


def whole(value: float) -> str:
    """A count or a size as people write it: 16,000."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:.4g}"


def measured(value: float, mcse: float, unit: str = "", factor: float = 1.0) -> str:
    """A simulated number with the half width of its 95 % interval.

    Parameters
    ----------
    value, mcse : float
        The number and its Monte Carlo standard error.
    unit : str
        What follows the number, such as " %".
    factor : float
        The unit's size: 100 for a share in percent.

    Examples
    --------
    >>> measured(0.0144, 0.0004, " %", 100.0)
    '1.4 % (± 0.08)'
    """
    half = Z_95 * factor * mcse
    error = f" (± {plain_number(half, 1)})" if np.isfinite(half) and half > 0 else ""
    return f"{plain_number(factor * value)}{unit}{error}"


def of_row(row: Any, name: str, unit: str = "", factor: float = 1.0) -> str:
    """A row's number with the half width of its 95 % interval."""
    return measured(float(row[name]), float(row[f"{name}_mcse"]), unit, factor)


def relative(row: Any, name: str) -> str:
    """A row's ratio as a difference in percent, with the half width of its 95 % interval."""
    change = float(row[name]) - 1.0
    size = measured(abs(change), float(row[f"{name}_mcse"]), " %", 100.0)
    return f"{size} {'larger' if change > 0 else 'smaller'}" if round(change, 4) else "equal"


def span(first: str, last: str) -> str:
    """Two ends of a range, or the one value where they are the same."""
    return first if first == last else f"{first} to {last}"


def listed(names: Sequence[str], what: str = "") -> str:
    """Names as a sentence lists them; how many there are where these are too many."""
    different = list(dict.fromkeys(map(str, names)))
    if len(different) > MOST_NAMES and what:
        return f"{len(different)} {what}"
    return " and ".join(filter(None, [", ".join(different[:-1]), *different[-1:]]))


def largest(frame: pd.DataFrame, values: pd.Series) -> pd.Series:
    """The row of a frame at which a series of the same index is largest."""
    return frame.iloc[int(np.nanargmax(values.to_numpy(float)))]


def place(row: Any, *columns: str) -> str:
    """Where a number was found, such as "FGSM-SCAD, poisson, n = 200"; columns without a value are left out."""
    words = {"n": "n = ", "prevalence": "prevalence "}
    known = [name for name in columns if name in row and row[name] is not None and row[name] == row[name]]
    return ", ".join(f"{words[name]}{whole(row[name])}" if name in words else str(row[name]) for name in known)
