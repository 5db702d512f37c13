"""Numbers of an analysis with the names of methods as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pandas as pd

from simstudy.report.columns import METHODS


def with_labels(numbers: Any, labels: Mapping[str, str]) -> Any:
    """The numbers with labels in place of the names of methods, for sentences and figures.

    Parameters
    ----------
    numbers : DataFrame, or a dataclass with DataFrames among its fields
        What an analysis returns; anything else is returned as it is.
    labels : mapping of str to str
        Label of each method by its name.
    """
    if isinstance(numbers, pd.DataFrame):
        named = [name for name in METHODS if name in numbers]
        return numbers.assign(**{name: numbers[name].map(lambda each: labels.get(each, each)) for name in named})
    if is_dataclass(numbers) and not isinstance(numbers, type):
        frames = {each.name: getattr(numbers, each.name) for each in fields(numbers)}
        changed = {name: with_labels(each, labels) for name, each in frames.items() if isinstance(each, pd.DataFrame)}
        return replace(numbers, **changed)
    return numbers
