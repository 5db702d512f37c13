"""What an analysis is a function of: a study with everything that was found and predicted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from simstudy.study.study import Study
from simstudy.theory.registry import LAWS
from simstudy.verdicts.found import Found


@dataclass(frozen=True)
class Results(Found):
    """Numbers of a study: its truth, its measures, and what the theory predicts.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns, with the contrasts of the study's analyses and claims.
    scenarios : DataFrame
        The truth, one row a scenario: columns of `records.SCENARIO_SCHEMA`, and `group_key`, the same for scenarios
        that differ in n only.
    replicates : callable
        From a scenario key to its replicate rows.
    study : Study
    predictions : DataFrame, optional
        Columns of `theory.predictions.Prediction`; None where the theory says nothing.
    silent_theory : tuple of str
        For each scenario or method without predictions, why there are none.
    """

    study: Study
    predictions: pd.DataFrame | None = None
    silent_theory: tuple[str, ...] = ()
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def limit_theory(self) -> pd.DataFrame | None:
        """Predictions of the limit theory (T6-T17), without those of laws of the registry."""
        if self.predictions is None:
            return None
        return self.predictions[~self.predictions["law"].isin(list(LAWS))]

    @cached_property
    def labels(self) -> dict[str, str]:
        """How people see the methods, by name."""
        return self.study.labels

    def once(self, name: str, make: Callable[[Results], Any]) -> Any:
        """What `make` returns for these results, computed at the first call with this name."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def all_replicates(self) -> Iterator[pd.DataFrame]:
        """Replicate rows of one scenario after the other."""
        return (self.replicates(key) for key in dict.fromkeys(self.measures["scenario_key"]))

    @cached_property
    def levels(self) -> dict[tuple[str, str], float]:
        """Lambda by scenario and method: given, or the median of what a tuning rule chose."""
        labels = self.scenarios.set_index("scenario_key")["scenario"]
        found: dict[tuple[str, str], float] = {}
        for key in dict.fromkeys(self.measures["scenario_key"]):
            medians = self.replicates(key).groupby("method", observed=True)["lam"].median().dropna()
            found |= {(labels[key], str(method)): float(lam) for method, lam in medians.items()}
        return found
