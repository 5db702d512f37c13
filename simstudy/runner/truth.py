"""The table of a study's scenarios: what their data are drawn from, and the true values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from simstudy.plugins import users_code
from simstudy.records import SCENARIO_SCHEMA, described
from simstudy.sources.registry import Source
from simstudy.study.study import Study


def truth(study: Study) -> pa.Table:
    """One row a scenario: ids, the source's columns, and `truth` and `definition` as JSON.

    The true coefficients of a source that knows them are a list of their own, too: `beta_true`.
    """
    rows = [truth_row(study.name, scenario) for scenario in study.scenarios]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: column(name, [row.get(name) for row in rows]) for name in names}
    fields = [described(pa.field(name, array.type)) for name, array in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def truth_row(study_name: str, scenario: Source) -> dict[str, Any]:
    """The row of one scenario."""
    with users_code(f"truth of {scenario.label}"):
        values = {name: np.asarray(value).tolist() for name, value in scenario.truth().items()}
    return {
        "study": study_name,
        "scenario": scenario.label,
        "scenario_key": scenario.key,
        "group_key": scenario.group_key,
        **scenario.columns(),
        **scenario.facts(),
        **({"beta_true": values["beta"]} if "beta" in values else {}),
        "truth": json.dumps(values),
        "definition": json.dumps(scenario.definition()),
    }


def column(name: str, values: Sequence[Any]) -> pa.Array:
    """Values of one column; sources that differ in what they hold under a name share it as text."""
    if all(value is None for value in values) and name in SCENARIO_SCHEMA.names:
        return pa.nulls(len(values), SCENARIO_SCHEMA.field(name).type)
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
