"""What a study will cost and how precise it will be, from a few of its own replicates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from simstudy.runner.block import run_block
from simstudy.runner.methods import resolve
from simstudy.runner.plan import block_of
from simstudy.sources.registry import Source
from simstudy.study.study import Study


@dataclass(frozen=True)
class Pilot:
    """Rows of a few replicates of a scenario, and the processor seconds of one replicate."""

    rows: pd.DataFrame
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """Processor seconds of one replicate of a scenario, and the largest MCSE of a method's RMSE to expect."""

    seconds: float
    rmse_mcse: float


def pilot(study: Study, scenario: Source, replicates: int) -> Pilot:
    """Compute the first replicates of a scenario in memory and in this process."""
    methods = resolve(scenario, study.methods)
    # The first replicate loads compiled code, which no later one does.
    run_block(block_of(study, scenario, methods, 0, 1))
    result = run_block(block_of(study, scenario, methods, 0, replicates))
    return Pilot(result.table.to_pandas(), result.cpu_seconds / replicates)


def expected_mcse(measures: pd.DataFrame, replicates: int, measure: str = "rmse", parameter: str = "all") -> float:
    """Largest MCSE of a measure over the methods that so many replicates will give: MCSEs fall like R^(-1/2)."""
    rows = measures[(measures["measure"] == measure) & (measures["parameter"] == parameter)]
    rows = rows[rows["reference"].isna() & rows["mcse"].notna()]
    if rows.empty:
        return math.nan
    return float((rows["mcse"] * (rows["usable"] / replicates) ** 0.5).max())
