"""What the commands print for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import click
import numpy as np
import pandas as pd

from simstudy.report import Table
from simstudy.report.table import document
from simstudy.runner.plan import Cell
from simstudy.runner.status import StudyStatus


def print_json(value: object) -> None:
    """Print a value as JSON; what is not a finite number is null."""
    click.echo(json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False))


def plain(value: Any) -> Any:
    """The value in terms of JSON."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return None if value is pd.NA else str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame, missing values as None."""
    return [{str(name): each for name, each in row.items()} for row in frame.to_dict("records")]


def tables(made: Sequence[Table]) -> list[dict[str, Any]]:
    """Tables as printed and, as `data`, in full precision."""
    return [{**document(table), "data": records(table.data)} for table in made]


def planned(found: Sequence[Cell]) -> list[dict[str, Any]]:
    """Cells of a plan."""
    return [
        {
            "scenario": cell.scenario.label,
            "scenario_key": cell.scenario.key,
            "method": cell.method,
            "present": cell.present,
            "to_do": cell.to_do,
        }
        for cell in found
    ]


def status(state: StudyStatus) -> dict[str, Any]:
    """State of a study."""
    return {
        "scenarios": [{**asdict(each), "failed": dict(each.failed)} for each in state.scenarios],
        "running": [str(holder) for holder in state.running],
    }
