"""Replicates of studies about linear boundaries: which methods belong together, and means over data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.analyses.results import Results
from simstudy.measures.moments import mean
from simstudy.records import Status
from simstudy.study.labels import heading
from simstudy.study.method import Method
from simstudy.study.study import Study

Array = NDArray[np.float64]


def series(study: Study) -> dict[str, str]:
    """Name of the series of each method: those of an estimator and penalty, which differ in level or options only.

    A series is called by what the labels of its methods begin with up to a comma, such as "SVM" for "SVM, lam = 1" and
    "SVM, lam = .1"; by estimator and penalty where they have nothing in common or another series is called so.
    """
    members: dict[str, list[Method]] = {}
    for each in study.methods:
        members.setdefault(" ".join(filter(None, [each.estimator, each.penalty])), []).append(each)
    shared = {kind: _shared([heading(each) for each in methods]) for kind, methods in members.items()}
    taken = Counter(shared.values())
    names = {kind: name if name and taken[name] == 1 else kind for kind, name in shared.items()}
    return {each.name: names[kind] for kind, methods in members.items() for each in methods}


def _shared(labels: Sequence[str]) -> str:
    """What labels begin with, up to a comma where they differ after it."""
    if len(set(labels)) == 1:
        return labels[0]
    first = labels[0]
    same = [all(each[:end] == first[:end] for each in labels) for end in range(len(first) + 1)]
    return first[: sum(same) - 1].rpartition(",")[0].strip()


def lacks(study: Study, estimands: Sequence[str]) -> str:
    """Which of some estimands a study does not ask for, in words; empty where it asks for all."""
    missing = [name for name in estimands if name not in study.estimands]
    return f"estimands = {missing}" if missing else ""


def rows_of(results: Results) -> pd.DataFrame:
    """Replicate rows of all scenarios, with the scenario's label."""
    labels = results.scenarios.set_index("scenario_key")["scenario"]
    rows = pd.concat(list(results.all_replicates()), ignore_index=True)
    return rows.assign(scenario=rows["scenario_key"].astype(str).map(labels))


def usable(rows: pd.DataFrame, estimands: Sequence[str]) -> pd.DataFrame:
    """Replicate rows whose fit is usable and has a boundary: every number among the estimands is known."""
    numbers = [name for name in estimands if rows[name].dtype != object]
    return rows[(rows["status"] == Status.OK.value) & rows[numbers].notna().all(axis=1)]


def means(values: Mapping[str, Array]) -> dict[str, float]:
    """Mean over data sets of each quantity, with its MCSE under `<name>_mcse`."""
    found: dict[str, float] = {}
    for name, each in values.items():
        estimate = mean(np.asarray(each, dtype=float)[:, np.newaxis])
        found |= {name: float(estimate.value[0]), f"{name}_mcse": float(estimate.mcse[0])}
    return found
