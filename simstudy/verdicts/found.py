"""What simulation found: measures, the truth, and the replicates behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from simstudy.measures.samples import Sample, samples


@dataclass(frozen=True)
class Found:
    """What simulation found.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns, with the contrasts that claims are about.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`: the truth.
    replicates : callable
        From a scenario key to its replicate rows (columns of `records.REPLICATE_SCHEMA`).
    """

    measures: pd.DataFrame
    scenarios: pd.DataFrame
    replicates: Callable[[str], pd.DataFrame]

    def row(self, key: str, method: str, reference: str | None, measure: str, parameter: str) -> pd.Series | None:
        """One row of the measures, None where there is none."""
        frame = self.measures
        theirs = frame["reference"].isna() if reference is None else frame["reference"] == reference
        wanted = (frame["scenario_key"] == key) & (frame["method"] == method) & theirs
        found = frame[wanted & (frame["measure"] == measure) & (frame["parameter"] == parameter)]
        return None if found.empty else found.iloc[0]

    def sample(self, key: str, method: str) -> Sample | None:
        """Estimates of one method in one scenario, None where there are none."""
        rows = self.replicates(key)
        return samples(rows[rows["method"] == method], self.scenarios).get((key, method))

    def truth(self, key: str) -> pd.Series:
        """Row of one scenario."""
        rows: pd.DataFrame = self.scenarios[self.scenarios["scenario_key"] == key]
        return rows.iloc[0]
