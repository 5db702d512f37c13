"""Which scenarios differ in the sample size only, and how such a group is named."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from simstudy.sources.registry import Source


def with_group_keys(truth: pd.DataFrame, scenarios: Sequence[Source]) -> pd.DataFrame:
    """The truth with the column `group_key`, which results of version 0.1.0 lack.

    Rows of scenarios that are not among those given are groups alone.
    """
    if "group_key" in truth:
        return truth
    keys = {scenario.key: scenario.group_key for scenario in scenarios}
    return truth.assign(group_key=[keys.get(key, key) for key in truth["scenario_key"]])


def sample_size_groups(truth: pd.DataFrame) -> dict[str, str]:
    """Name of the group of each scenario, by the scenario's label.

    A group is named by what the labels of its scenarios have in common besides n, and by the first of them where they
    have nothing in common or another group has that name.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for _, rows in truth.groupby("group_key", sort=False):
        labels = [str(label) for label in rows["scenario"]]
        stems = {without_size(label, n) for label, n in zip(labels, rows["n"], strict=True)}
        name = stems.pop() if len(stems) == 1 else ""
        name = name if name and name not in taken else labels[0]
        taken.add(name)
        names |= dict.fromkeys(labels, name)
    return {str(label): names[str(label)] for label in truth["scenario"]}


def without_size(label: str, n: int) -> str:
    """A label as people write it, without the words for n; it is for reading only, groups come from keys."""
    return f"_{label}_".replace(f"_n{n}_", "_").strip("_")
