"""Independent signs as covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from simstudy.sources.designs.independent import Independent
from simstudy.sources.designs.law import Array, ComplexArray


@dataclass(frozen=True)
class Rademacher(Independent):
    """Independent signs, -1 or 1 with probability one half, plus the mean."""

    name: ClassVar[str] = "rademacher"
    mean: float = 0.0

    @override
    def _draw(self, n: int, p: int, rng: np.random.Generator) -> Array:
        return rng.choice((-1.0, 1.0), size=(n, p))

    @override
    def _column_characteristic(self, t: Array) -> ComplexArray:
        return np.cos(t).astype(np.complex128)
