"""Numbers and pictures along a path of levels in the form that the report's slider draws from."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.report.explorer import short

Array = NDArray[np.float64]

#: Keys of a document that a slider is drawn from; a file without them is none.
KEYS = frozenset({"caption", "lams", "start", "side", "images", "points", "bins", "robust", "series"})
#: Bytes in which a picture or a coordinate is kept: -1 is 1, 0 is 128, 1 is 255.
STEPS = 127


def signed_bytes(values: ArrayLike, top: float) -> str:
    """Values in [-top, top] as base64 of one byte each; larger ones are cut."""
    scaled = np.clip(np.asarray(values, dtype=float) / (top or 1.0), -1.0, 1.0)
    return b64encode((np.round(scaled * STEPS) + STEPS + 1).astype(np.uint8).tobytes()).decode()


def rounded(values: Iterable[float], digits: int = 4) -> list[float | None]:
    """Numbers with the digits that can be seen; None for what is not finite."""
    return [short(float(value), digits) for value in values]


def is_slider(found: Any) -> bool:
    """Whether what a file holds can be drawn: an object with all keys, whose series have a level for each lam."""
    if not isinstance(found, dict) or not found.keys() >= KEYS:
        return False
    lams, series = found["lams"], found["series"]
    if not isinstance(lams, list) or not isinstance(series, list) or not lams or not series:
        return False
    return all(isinstance(each, dict) and len(each.get("levels") or ()) == len(lams) for each in series)
