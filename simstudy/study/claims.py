"""The [[claim]] tables of a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from simstudy.errors import ConfigError, bad_value
from simstudy.study.claim import SUPPORTED, Claim, Law, Region, Selection
from simstudy.study.grid import expand
from simstudy.study.tables import build, collect, errors_at

Table = dict[str, Any]


@dataclass(frozen=True)
class ClaimTable:
    """One combination of a [[claim]] block; `Any` where several forms are allowed."""

    id: str
    statement: str
    theory: str
    quantity: str
    method: str
    prediction: Any
    margin: float
    scenario: Any = None
    reference: str | None = None
    parameter: str = "all"
    versus: Any = None
    scaled: bool = False
    expected: str = SUPPORTED
    estimand: str = ""
    control: Any = None


def read_claims(blocks: Sequence[Table]) -> tuple[Claim, ...]:
    """Claims of a study file; a list in a block is an axis of a grid, as in a [[scenario]] block.

    Raises
    ------
    ConfigError
        Lists every problem with its place in the file.
    """
    nested = collect(partial(_block, f"claim[{k}]", block) for k, block in enumerate(blocks))
    return tuple(claim for block in nested for claim in block)


def _block(where: str, block: Table) -> list[Claim]:
    with errors_at(where):
        tables = expand({key: value for key, value in block.items() if key != "control"})
    control = {"control": block["control"]} if "control" in block else {}
    return collect(partial(_claim, where, {**_named(table, tables), **control}) for table in tables)


def _named(table: Table, tables: Sequence[Table]) -> Table:
    """The table with an id that tells it from the others of its grid."""
    if "id" not in table:
        return table
    return {**table, "id": "_".join([str(table["id"]), *_axis_values(table, tables)])}


def _leaves(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= _leaves(value, f"{path}.{key}") if isinstance(value, dict) else {f"{path}.{key}": value}
    return found


def _axis_values(table: Table, tables: Sequence[Table]) -> list[str]:
    """Values that tell this combination of a grid from the others, as parts of its id."""
    leaves = [_leaves(each) for each in tables]
    return [
        f"{key.rpartition('.')[2]}{value:g}" if isinstance(value, int | float) else str(value)
        for key, value in _leaves(table).items()
        if any(other.get(key) != value for other in leaves)
    ]


def _claim(where: str, table: Table) -> Claim:
    row = build(ClaimTable, table, where)
    with errors_at(where):
        claim = Claim(
            id=row.id,
            statement=row.statement,
            theory=row.theory,
            quantity=row.quantity,
            method=row.method,
            prediction=_prediction(row.prediction),
            margin=row.margin,
            scenario=() if row.scenario is None else _selection("scenario", row.scenario),
            reference=row.reference,
            parameter=row.parameter,
            versus=None if row.versus is None else _selection("versus", row.versus),
            scaled=row.scaled,
            expected=row.expected,
            estimand=row.estimand,
        )
    if row.control is None:
        return claim
    own, changes = {key: value for key, value in table.items() if key != "control"}, row.control
    if not isinstance(changes, dict) or not changes or "control" in changes:
        raise ConfigError(bad_value(f"{where}.control", changes, "a table of what is different in the control"))
    return replace(claim, control=_claim(f"{where}.control", {**own, "id": f"{claim.id}_control", **changes}))


def _prediction(value: Any) -> Region | Law:
    if isinstance(value, dict):
        return build(Law, value, "prediction") if "law" in value else build(Region, value, "prediction")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ConfigError(bad_value("prediction", value, 'a number, { above = ..., below = ... } or { law = "..." }'))
    return Region(float(value), float(value))


def _selection(field: str, value: Any) -> Selection:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise ConfigError(bad_value(field, value, "a label, or a table of columns and values such as { n = 100 }"))
    return tuple(value.items())
