"""Restrictions such as ``family=poisson`` or ``n=200`` to a part of a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simstudy.errors import ConfigError, unknown_name
from simstudy.runner.plan import Cell


def properties(cell: Cell) -> dict[str, object]:
    """What a cell can be selected by: its scenario's columns, its scenario's label, its method."""
    return {**cell.scenario.columns(), "scenario": cell.scenario.label, "method": cell.method}


def matches(value: object, wanted: str) -> bool:
    """Whether a value is the one written as `wanted`; numbers compare as numbers, so that 0.10 finds 0.1."""
    if str(value) == wanted:
        return True
    if isinstance(value, str) or value is None:
        return False
    try:
        return float(wanted) == value
    except ValueError:
        return False


def select(cells: Iterable[Cell], only: Sequence[str]) -> tuple[Cell, ...]:
    """Cells that satisfy every restriction.

    Parameters
    ----------
    cells : iterable of Cell
        The whole study.
    only : sequence of str
        ``KEY=VALUE``, with KEY a scenario column (family, n, p, s, design, rho, sigma, intercept, prevalence),
        ``scenario`` (its label) or ``method``. Restrictions with the same key are alternatives.

    Raises
    ------
    ConfigError
        A restriction has another form, an unknown key, or a value that no cell has.
    """
    chosen = tuple(cells)
    for key, values in parse(only).items():
        options = [properties(cell).get(key) for cell in chosen]
        known = properties(chosen[0]) if chosen else {key: None}
        if key not in known:
            raise ConfigError(unknown_name("--only", key, known))
        for wanted in values:
            if not any(matches(option, wanted) for option in options):
                raise ConfigError(unknown_name(f"--only {key}", wanted, {str(option) for option in options}))
        chosen = tuple(
            cell for cell, option in zip(chosen, options, strict=True) if any(matches(option, w) for w in values)
        )
    return chosen


def parse(only: Sequence[str]) -> dict[str, list[str]]:
    """Values asked for by key."""
    wanted: dict[str, list[str]] = {}
    for text in only:
        key, sign, value = text.partition("=")
        if not (key and sign and value):
            raise ConfigError(f"--only {text!r} is not allowed: it must be KEY=VALUE, such as family=poisson")
        wanted.setdefault(key.strip(), []).append(value.strip())
    return wanted
