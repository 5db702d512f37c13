"""Distance of a simulated law to a predicted one, both given as draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def kolmogorov(sample: FloatArray, draws: FloatArray) -> tuple[float, float]:
    """Largest difference of the two distribution functions, and the share of the sample below the place where it is.

    Parameters
    ----------
    sample, draws : (R,) and (D,) arrays
        In any order; atoms, such as exact zeros, are allowed in both.
    """
    points = np.concatenate([sample, draws])
    points.sort()
    ours = np.searchsorted(np.sort(sample), points, side="right") / len(sample)
    theirs = np.searchsorted(np.sort(draws), points, side="right") / len(draws)
    place = int(np.argmax(np.abs(ours - theirs)))
    return float(abs(ours[place] - theirs[place])), float(ours[place])
