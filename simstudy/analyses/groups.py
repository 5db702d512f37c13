"""Which scenarios differ in the sample size only, and how such a group is named."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

import pandas as pd

from simstudy.registry import digest
from simstudy.sources.registry import Source


def with_definitions(truth: pd.DataFrame, scenarios: Sequence[Source]) -> pd.DataFrame:
    """The truth with the columns `group_key` and `definition`, which results of version 0.1.0 lack.

    Of scenarios that are not among those given nothing is known: each is a group alone.
    """
    known = {scenario.key: scenario for scenario in scenarios}
    sources = [(key, known.get(key)) for key in truth["scenario_key"]]
    keys = [key if source is None else source.group_key for key, source in sources]
    texts = [json.dumps({"key": key} if source is None else source.definition()) for key, source in sources]
    made = {"group_key": keys, "definition": texts}
    return truth.assign(**{name: values for name, values in made.items() if name not in truth})


def cases(truth: pd.DataFrame, shown: Collection[str]) -> dict[str, str]:
    """By the label of each scenario, the label of the first one that differs from it in nothing but what is shown.

    Parameters
    ----------
    truth : DataFrame
        With the column `definition`.
    shown : collection of str
        Keys of a definition that a figure shows, or that follow from what it shows.
    """
    first: dict[str, str] = {}
    found = {}
    for label, text in zip(truth["scenario"], truth["definition"], strict=True):
        rest = {name: value for name, value in json.loads(text).items() if name != "label" and name not in shown}
        found[str(label)] = first.setdefault(digest(rest), str(label))
    return found


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
