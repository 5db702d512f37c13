"""Reading results back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from simstudy.errors import ResultsError
from simstudy.store.definition import read_definition
from simstudy.store.files import read_table
from simstudy.store.layout import Layout
from simstudy.store.shards import Damaged, read_all


def load(folder: str | Path) -> pd.DataFrame:
    """Every replicate row of a study.

    Parameters
    ----------
    folder : str or Path
        The study's folder, such as ``results/root_n``.

    Returns
    -------
    DataFrame
        Columns of ``records.REPLICATE_SCHEMA``; ``beta_hat`` holds one (p,) array a row, all NaN where the fit failed.
        Sorted by scenario (in the study's order), replicate and method (in the study's order).

    Raises
    ------
    ResultsError
        There are no results, or a shard is damaged: it is named, and running the study again mends it.
    """
    layout = Layout(Path(folder))
    found = list(read_all(layout))
    if not found:
        raise ResultsError(f"{layout.folder} holds no replicates; `simstudy run` makes them")
    damaged = [shard.reason for shard in found if isinstance(shard, Damaged)]
    if damaged:
        again = "Run the study again: it sets the damaged file aside and redoes its replicates"
        raise ResultsError(f"{'; '.join(damaged)}. {again}")
    rows = pa.concat_tables([shard[1].replace_schema_metadata() for shard in found if not isinstance(shard, Damaged)])
    frame: pd.DataFrame = in_study_order(rows, scenario_order(layout), method_order(layout)).to_pandas()
    return frame


def load_scenarios(folder: str | Path) -> pd.DataFrame:
    """The truth: one row a scenario, columns of ``records.SCENARIO_SCHEMA``, ``beta_true`` as (p,) arrays.

    Raises
    ------
    ResultsError
        The folder holds no readable scenarios.parquet.
    """
    frame: pd.DataFrame = read_table(Layout(Path(folder)).scenarios).to_pandas()
    return frame


def scenario_order(layout: Layout) -> list[str]:
    """Scenario keys in the study's order."""
    keys: list[str] = read_table(layout.scenarios)["scenario_key"].to_pylist()
    return keys


def method_order(layout: Layout) -> list[str]:
    """Method names in the study's order."""
    return [method["name"] for method in read_definition(layout)["method"]]


def in_study_order(rows: pa.Table, scenario_keys: list[str], methods: list[str]) -> pa.Table:
    """Rows sorted by scenario, replicate and method, in the orders given."""
    scenario = pc.index_in(rows["scenario_key"], pa.array(scenario_keys)).to_numpy()
    method = pc.index_in(rows["method"], pa.array(methods)).to_numpy()
    return rows.take(np.lexsort((method, rows["replicate"].to_numpy(), scenario)))
