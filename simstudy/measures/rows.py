"""Rows of the measures frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.measures.cells import Cells
from simstudy.measures.columns import BoolArray, IntArray
from simstudy.measures.estimate import FIELDS, Estimate
from simstudy.measures.names import parameter
from simstudy.measures.plan import Step

#: Columns that are text; `reference` and `estimand` may be null.
TEXT = ("scenario", "scenario_key", "method", "reference", "parameter", "measure", "estimand")
#: What rows are sorted by, the last key first.
ORDER = ("component", "estimand_place", "rank", "step", "slot", "scenario_place")


class MeasureRow(NamedTuple):
    """One number of the measures frame; the fields are its columns.

    `reference` is the other method of a paired contrast, else None. `lower` and `upper` end the 95 % interval.
    `conditional` says that the value rests on some, not all, of the attempted replicates. `estimand` is None for what
    is about the fits, `component` (0-based) for a number and for a vector as a whole; `parameter` shows both.
    """

    scenario: str
    scenario_key: str
    method: str
    reference: str | None
    parameter: str
    measure: str
    value: float
    mcse: float
    lower: float
    upper: float
    attempted: int
    usable: int
    failed: int
    conditional: bool
    estimand: str | None = None
    component: int | None = None


@dataclass(frozen=True)
class Part:
    """Rows of one measure of one estimand in m cells, k rows each.

    Parameters
    ----------
    step : Step
    cell, attempted, usable : ndarray of int, shape (m,)
    estimate : Estimate
        Of m k numbers, the components of a cell one after the other.
    kept : ndarray of bool, shape (m k,), optional
        Rows that the frame has; None for all.
    estimand : str, optional
        None for what is about the fits.
    number : bool
        Whether the estimand is a number.
    reference : str, optional
        The other method of a contrast.
    slot : int, optional
        Place of a contrast, after those of the methods.
    suffix : str
        Behind the measure's name.
    rank : int
        Place among the suffixes.
    """

    step: Step
    cell: IntArray
    attempted: IntArray
    usable: IntArray
    estimate: Estimate
    kept: BoolArray | None = None
    estimand: str | None = None
    number: bool = False
    reference: str | None = None
    slot: int | None = None
    suffix: str = ""
    rank: int = 0


def frame(of: Cells, parts: Sequence[Part]) -> pd.DataFrame:
    """Measures frame of the parts, ordered as scenarios, methods and contrasts, measures, estimands, components."""
    blocks = [_block(of, part) for part in parts]
    if not blocks:
        return pd.DataFrame(columns=list(MeasureRow._fields)).astype({"reference": "str", "estimand": "str"})
    columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    order = np.lexsort([columns[name] for name in ORDER])
    found = pd.DataFrame({name: columns[name][order] for name in MeasureRow._fields})
    found["component"] = found["component"].astype("Int64").mask(found["component"] < 0)
    return found.astype(dict.fromkeys(TEXT, "str"))


def _block(of: Cells, part: Part) -> dict[str, NDArray[Any]]:
    """Columns of a part, and what it is sorted by."""
    cells, total = len(part.cell), len(part.estimate.value)
    each = total // cells
    single = part.step.whole or part.number or part.estimand is None
    names = [parameter(part.estimand, None if single else j, part.number) for j in range(each)]
    cell = np.repeat(part.cell, each)
    method = of.method[cell]
    attempted, usable = np.repeat(part.attempted, each), np.repeat(part.usable, each)
    columns = {
        "scenario": of.scenarios["scenario"].to_numpy(dtype=object)[of.scenario[cell]],
        "scenario_key": of.scenarios["scenario_key"].to_numpy(dtype=object)[of.scenario[cell]],
        "method": np.array(of.methods, dtype=object)[method],
        "reference": np.full(total, part.reference, dtype=object),
        "parameter": np.tile(np.array(names, dtype=object), cells),
        "measure": np.full(total, part.step.measure.name + part.suffix, dtype=object),
        **{name: getattr(part.estimate, name) for name in FIELDS},
        "attempted": attempted,
        "usable": usable,
        "failed": attempted - usable,
        # A rate of failures is over all attempted fits.
        "conditional": (usable < attempted) & (part.estimand is not None),
        "estimand": np.full(total, part.estimand, dtype=object),
        "component": np.full(total, -1) if single else np.tile(np.arange(each), cells),
        "scenario_place": of.scenario[cell],
        "slot": method if part.slot is None else np.full(total, part.slot),
        "step": np.full(total, part.step.place),
        "rank": np.full(total, part.rank),
        "estimand_place": np.full(total, 0 if part.estimand is None else list(of.values).index(part.estimand)),
    }
    return columns if part.kept is None else {name: column[part.kept] for name, column in columns.items()}
