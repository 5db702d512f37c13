"""The [[scenario]] tables of a study file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.sources.coefficients import PATTERNS, Coefficients, Explicit
from simstudy.sources.designs import BLOCKS, DESIGNS, Design
from simstudy.sources.glm import Scenario, check_sample_size
from simstudy.sources.noise import ERRORS
from simstudy.sources.registry import SOURCES, Source
from simstudy.sources.setting import Setting
from simstudy.study.grid import GLM_VECTORS, LabelFields, combinations, expand, label_fields, labels
from simstudy.study.limits import check_data_size, check_grid
from simstudy.study.tables import build, build_tagged, collect, errors_at

#: The source whose tables are read here, because its keys depend on each other.
GLM = "glm"


@dataclass(frozen=True)
class ScenarioTable:
    """One combination of a [[scenario]] block; `Any` where several forms are allowed."""

    family: str
    n: int
    beta: Any
    p: Any = None
    intercept: Any = None
    design: Any = "normal"
    prevalence: float | None = None
    sigma: float = 1.0
    errors: Any = "normal"
    label: str | None = None

    def __post_init__(self) -> None:
        # Before p and beta, which may depend on it.
        check_sample_size(self.n)


@dataclass(frozen=True)
class GrowingSize:
    """A number of coefficients that grows with n: floor(c n^power), at least 1."""

    c: float
    power: float

    def __post_init__(self) -> None:
        if not 0.0 < self.c < math.inf:
            raise ConfigError(bad_value("c", self.c, "a finite positive number"))
        if not 0.0 <= self.power < math.inf:
            raise ConfigError(bad_value("power", self.power, "a finite number of at least 0"))

    def at(self, n: int) -> int:
        """Number of coefficients at n observations."""
        # 1000^(1/3) is 9.999999999999998 in floating point; the floor of what was meant is 10.
        return max(1, math.floor(self.c * math.pow(n, self.power) * (1.0 + 1e-12)))


@dataclass(frozen=True)
class Cell:
    """A scenario of the grid before it is labelled."""

    labelled: Callable[[str], Source]
    fields: LabelFields
    own_label: str | None
    is_alone: bool

    def label(self, generated: str) -> str:
        """The block's own label, followed by the generated one if the block has several scenarios."""
        if self.own_label is None:
            return generated
        return self.own_label if self.is_alone else f"{self.own_label}_{generated}"


def read_scenarios(blocks: tuple[dict[str, Any], ...], folder: Path) -> tuple[Source, ...]:
    """Scenarios of the [[scenario]] blocks of a study file, each combination of a grid with a label of its own.

    Parameters
    ----------
    blocks : tuple of dict
        The tables.
    folder : Path
        Where the study file is: paths in the tables are relative to it.

    Raises
    ------
    ConfigError
        Lists every problem with its place in the file.
    """
    nested = collect(partial(_cells, f"scenario[{k}]", block, folder) for k, block in enumerate(blocks))
    cells = [cell for block in nested for cell in block]
    texts = labels([cell.fields for cell in cells])
    return tuple(cell.labelled(cell.label(text)) for cell, text in zip(cells, texts, strict=True))


def _cells(where: str, block: dict[str, Any], folder: Path) -> list[Cell]:
    name = block.get("source", GLM)
    if name == GLM:
        read, vectors = partial(_glm_cell, {}), GLM_VECTORS
    else:
        if name not in SOURCES:
            raise ConfigError(unknown_name(f"{where}.source", name, [GLM, *SOURCES]))
        cls = SOURCES[name]
        read, vectors = partial(_setting_cell, name, cls, folder), _vectors(cls)
    grid = {key: value for key, value in block.items() if key not in {"source", "code"}}
    with errors_at(where):
        check_grid(combinations(grid, vectors))
        tables = expand(grid, vectors)
    return collect(partial(read, where, table, len(tables) == 1) for table in tables)


def _vectors(cls: type) -> Mapping[str, int]:
    """Fields whose value in a study file is a list, so that an axis of them is a list of lists: how deep."""
    hints = get_type_hints(cls)
    depths = {each.name: _depth(hints[each.name]) for each in fields(cls)}
    return {name: depth for name, depth in depths.items() if depth}


def _depth(annotation: Any) -> int:
    if get_origin(annotation) not in {tuple, list, Sequence}:
        return 0
    return 1 + max(map(_depth, get_args(annotation)), default=0)


def _setting_cell(name: str, cls: type, folder: Path, where: str, table: dict[str, Any], is_alone: bool) -> Cell:
    values = {key: value for key, value in table.items() if key != "label"}
    hints = get_type_hints(cls)
    for key, value in values.items():
        if hints.get(key) is Path and isinstance(value, str):
            # Absolute, because the resolved study file lies elsewhere.
            values[key] = (folder / value).absolute()
    source: Any = build(cls, values, where)
    own = table.get("label")
    if own is not None and not isinstance(own, str):
        raise ConfigError(bad_value(f"{where}.label", own, "a string"))
    shown = {each.name: getattr(source, each.name) for each in fields(cls)}
    return Cell(partial(Setting, name, source), {"source": name, **shown}, own, is_alone)


def _glm_cell(known: dict[str, Any], where: str, table: dict[str, Any], is_alone: bool) -> Cell:
    """A scenario of the block at `where`; `known` holds the parts that its other cells have been built from."""
    row = build(ScenarioTable, table, where)
    parts = {
        "beta": lambda: build_tagged(PATTERNS, "pattern", row.beta, f"{where}.beta"),
        "design": lambda: _design(_tagged(row.design), f"{where}.design"),
        "errors": lambda: build_tagged(ERRORS, "law", _tagged(row.errors), f"{where}.errors"),
    }
    coefficients, design, errors = (_once(known, f"{name} {getattr(row, name)!r}", parts[name]) for name in parts)
    p = _size(row, coefficients, f"{where}.p")
    with errors_at(where):
        check_data_size(row.n, p)
    with errors_at(f"{where}.beta"):
        beta = coefficients.vector(p, row.n)
    with errors_at(where):
        scenario = Scenario(
            row.family, row.n, tuple(beta), _intercept(row), design, row.sigma, row.prevalence, errors=errors
        )
    return Cell(scenario.labelled, label_fields(scenario, coefficients), row.label, is_alone)


def _once(known: dict[str, Any], name: str, make: Callable[[], Any]) -> Any:
    """What is known under a name, made at first."""
    if name not in known:
        known[name] = make()
    return known[name]


def _tagged(law: Any) -> Any:
    """A law's table; its name alone is a law with its default parameters."""
    return {"law": law} if isinstance(law, str) else law


def _design(table: Any, where: str) -> Design:
    if isinstance(table, dict) and isinstance(table.get("blocks"), list):
        blocks = [partial(build_tagged, BLOCKS, "law", _tagged(each), f"{where}.blocks[{k}]")
                  for k, each in enumerate(table["blocks"])]  # fmt: skip
        table = {**table, "blocks": collect(blocks)}
    return build_tagged(DESIGNS, "law", table, where)


def _size(row: ScenarioTable, coefficients: Coefficients, where: str) -> int:
    if row.p is None and isinstance(coefficients, Explicit) and coefficients.size is not None:
        return coefficients.size
    if row.p is None:
        raise ConfigError(f"{where} is missing: it is a number or {{ c = ..., power = ... }}")
    if isinstance(row.p, dict):
        return build(GrowingSize, row.p, where).at(row.n)
    if not isinstance(row.p, int) or isinstance(row.p, bool) or row.p < 1:
        raise ConfigError(bad_value(where, row.p, "a whole number of at least 1, or { c = ..., power = ... }"))
    return row.p


def _intercept(row: ScenarioTable) -> float | None:
    """Intercept as `Scenario` takes it: None for a model without one and where it is solved from a prevalence."""
    if row.prevalence is not None:
        if row.intercept is not None:
            raise ConfigError(bad_value("intercept", row.intercept, "left out where a prevalence is given"))
        return None
    if row.intercept is None:
        raise ConfigError('intercept is missing: give a number, "none" (no intercept in the model) or a prevalence')
    if row.intercept == "none":
        return None
    if not isinstance(row.intercept, int | float) or isinstance(row.intercept, bool):
        raise ConfigError(bad_value("intercept", row.intercept, 'a number or "none"'))
    return row.intercept
