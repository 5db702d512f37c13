"""Reading results back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from simstudy.errors import ResultsError
from simstudy.store.definition import read_definition
from simstudy.store.files import read_table
from simstudy.store.layout import Layout
from simstudy.store.long import long_rows
from simstudy.store.overlap import each_fit_once
from simstudy.store.shards import PREFIX, Damaged, Shard, estimate_columns, read_all, shard_paths

#: Columns without which a file is not the truth of a study.
TRUTH = ("scenario", "scenario_key")


def load(folder: str | Path, long: bool = False) -> pd.DataFrame:
    """Every replicate row of a study.

    Parameters
    ----------
    folder : str or Path
        The study's folder, such as ``results/root_n``.
    long : bool
        Whether to give one row for each component of each estimand, with its truth, as `long.long_rows` describes it.

    Returns
    -------
    DataFrame
        One row for each attempted fit: ids, the source's columns, how the fit was found, and a column for each
        estimand (``records.REPLICATE_SCHEMA`` for a GLM); ``beta_hat`` holds one (p,) array a row, all NaN where the
        fit failed. Sorted by scenario (in the study's order), replicate and method (in the study's order).

    Raises
    ------
    ResultsError
        There are no results, or a shard is damaged: it is named, and running the study again mends it.
    """
    layout = Layout(Path(folder))
    table = rows(layout)
    if long:
        return long_rows(table, read_table(layout.scenarios, needs=TRUTH), estimate_columns(shard_paths(layout)))
    frame: pd.DataFrame = table.to_pandas()
    return frame


@dataclass(frozen=True)
class Index:
    """Shards of a study and what their rows are sorted by, looked up once for the rows of many scenarios.

    Parameters
    ----------
    folder : Path
        The study's folder.
    paths : mapping
        Files of each scenario's shards, by the digits of its key that their names begin with.
    truth : Table
        The truth, one row a scenario in the study's order.
    methods : tuple of str
        Method names in the study's order.
    """

    folder: Path
    paths: Mapping[str, tuple[Path, ...]]
    truth: pa.Table
    methods: tuple[str, ...]

    def files(self, keys: Iterable[str] | None = None) -> list[Path]:
        """Shards of some scenarios, or of all."""
        wanted = self.paths if keys is None else dict.fromkeys(key[:PREFIX] for key in keys)
        return [path for prefix in wanted for path in self.paths.get(prefix, ())]

    def of(self, keys: Sequence[str]) -> Index:
        """The part on some scenarios, which another process can use in another working folder."""
        paths = {key[:PREFIX]: tuple(path.absolute() for path in self.files([key])) for key in keys}
        truth = self.truth.filter(pc.is_in(self.truth["scenario_key"], pa.array(keys, pa.string())))
        return Index(self.folder, paths, truth, self.methods)


def index_of(layout: Layout) -> Index:
    """Index of a study's shards as they are now.

    Raises
    ------
    ResultsError
        There are none, or the study's other files cannot be read.
    """
    paths: dict[str, list[Path]] = {}
    for path in shard_paths(layout):
        paths.setdefault(path.name[:PREFIX], []).append(path)
    if not paths:
        raise ResultsError(f"{layout.folder} holds no replicates; `simstudy run` makes them")
    truth = read_table(layout.scenarios, needs=TRUTH)
    methods = tuple(method["name"] for method in read_definition(layout)["method"])
    return Index(layout.folder, {prefix: tuple(own) for prefix, own in paths.items()}, truth, methods)


def rows(
    layout: Layout,
    scenario_key: str | None = None,
    methods: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Replicate rows of a study, or of a part of it, sorted as in `load`.

    Parameters
    ----------
    layout : Layout
        Where the results are.
    scenario_key : str, optional
        Only this scenario; only its shards are read.
    methods : sequence of str, optional
        Only these methods.
    columns : sequence of str, optional
        Only these columns, and those that sort the rows.

    Raises
    ------
    ResultsError
        As `load`, or two shards hold different rows for the same fits.
    """
    return rows_of(index_of(layout), None if scenario_key is None else [scenario_key], methods, columns)


def rows_of(
    index: Index,
    keys: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """As `rows`, of some scenarios or all, through an index."""
    # By their first replicate, so that rows are in order already unless methods were added later.
    found = each_fit_once([*whole_tables(index, keys, columns)])
    if not found:
        where = "" if keys is None else f" of scenario {', '.join(keys)}"
        raise ResultsError(f"{index.folder} holds no replicates{where}; `simstudy run` makes them")
    truth = index.truth
    rank = {key: position for position, key in enumerate(truth["scenario_key"].to_pylist())}
    found.sort(key=lambda each: rank.get(each[0].scenario_key, len(rank)))
    table = pa.concat_tables([part for _, part in found], promote_options="permissive")
    if methods is not None:
        table = table.filter(pc.is_in(table["method"], pa.array(methods, pa.string())))
    if columns is None:
        table = grouped(relabelled(table, truth), truth)
    return in_study_order(table, list(rank), list(index.methods))


def estimates(index: Index, keys: Sequence[str], methods: Sequence[str] | None = None) -> pa.Table:
    """Rows of scenarios with what measures and analyses are made of: ids, status, lam and the columns of estimands.

    Raises
    ------
    ResultsError
        As `load`.
    """
    return rows_of(index, keys, methods, ["status", "lam", *estimate_columns(index.files(keys))])


def whole_tables(
    index: Index, keys: Sequence[str] | None, columns: Sequence[str] | None
) -> Iterator[tuple[Shard, pa.Table]]:
    """Each shard with its verified rows; ResultsError after all of them if any is damaged."""
    wanted = None if columns is None else list(dict.fromkeys(["scenario_key", "replicate", "method", *columns]))
    damaged = []
    for found in read_all(index.files(keys), wanted):
        if isinstance(found, Damaged):
            damaged.append(found.reason)
        elif keys is None or found[0].scenario_key in keys:
            yield found[0], found[1].replace_schema_metadata()
    if damaged:
        again = "Run the study again: it sets the damaged file aside and redoes its replicates"
        raise ResultsError(f"{'; '.join(damaged)}. {again}")


def relabelled(table: pa.Table, truth: pa.Table) -> pa.Table:
    """Rows with the scenario labels of today's study, which need not be those of the day when they were computed."""
    position = pc.index_in(table["scenario_key"], truth["scenario_key"].combine_chunks())
    labels = pc.coalesce(truth["scenario"].take(position), table["scenario"])
    return table.set_column(table.schema.get_field_index("scenario"), table.schema.field("scenario"), labels)


def grouped(table: pa.Table, truth: pa.Table) -> pa.Table:
    """Rows with the group keys of today's study, which rows of version 0.1.0 do not have."""
    if "group_key" not in truth.schema.names:
        return table
    position = pc.index_in(table["scenario_key"], truth["scenario_key"].combine_chunks())
    keys = truth["group_key"].take(position)
    if "group_key" not in table.schema.names:
        return table.add_column(table.schema.get_field_index("scenario_key") + 1, "group_key", keys)
    index = table.schema.get_field_index("group_key")
    return table.set_column(index, table.schema.field(index), pc.coalesce(table["group_key"], keys))


def load_scenarios(folder: str | Path) -> pd.DataFrame:
    """The truth: one row a scenario, columns of ``records.SCENARIO_SCHEMA``, ``beta_true`` as (p,) arrays.

    Raises
    ------
    ResultsError
        The folder holds no readable scenarios.parquet.
    """
    path = Layout(Path(folder)).scenarios
    frame: pd.DataFrame = read_table(path, needs=TRUTH).to_pandas()
    return frame


def in_study_order(rows: pa.Table, scenario_keys: list[str], methods: list[str]) -> pa.Table:
    """Rows sorted by scenario, replicate and method, in the orders given."""
    scenario = pc.index_in(rows["scenario_key"], pa.array(scenario_keys)).to_numpy()
    method = pc.index_in(rows["method"], pa.array(methods)).to_numpy()
    order = np.lexsort((method, rows["replicate"].to_numpy(), scenario))
    return rows if np.array_equal(order, np.arange(len(rows))) else rows.take(order)
