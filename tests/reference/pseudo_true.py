"""Differences of pseudo-true parameters with the standard errors of differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.theory.pseudo_true import DRAWS, PseudoTrue

Array = NDArray[np.float64]


def difference(first: PseudoTrue, second: PseudoTrue) -> tuple[Array, Array]:
    """Difference of two pseudo-true parameters of one scenario and its standard error, each (q,)."""
    spread = (first.influence - second.influence).std(axis=0)
    return first.beta - second.beta, spread / np.sqrt(DRAWS)
