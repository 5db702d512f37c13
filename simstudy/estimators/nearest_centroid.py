"""The nearest-centroid classifier: the boundary half way between the classes' means (G5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simstudy.estimators.capabilities import Placement
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families.labels import signs
from simstudy.records import Status

#: Distance of the centroids, relative to the data, below which rounding decides their direction.
IDENTICAL = 1e-14


@estimator_of_arrays("nearest_centroid", words="Nearest centroid", placement=Placement.NONE)
def nearest_centroid(X: ArrayLike, y: ArrayLike) -> Fit:
    """Classify by the nearer centroid: w = j - i, b = (||i||^2 - ||j||^2)/2 (G5, tilting angle zero).

    Parameters
    ----------
    X : (n, p) array
        Data; finite.
    y : (n,) array
        Labels in {0, 1} or {-1, 1}.

    Returns
    -------
    Fit
        `objective` and `kkt` are NaN: nothing is minimised. Status DEGENERATE_RESPONSE where there is one class only,
        NO_MINIMISER where the centroids are identical, so that there is no boundary and theta is undefined.

    Raises
    ------
    InputError
        X or y is not finite, their shapes disagree, or y has other labels.
    """
    X, y = check_data(X, y)
    labels = signs(y)
    missing = np.full(X.shape[1], np.nan)
    if labels.min() == labels.max():
        message = f"every response equals {y[0]:g}"
        return Fit(missing, np.nan, np.nan, np.nan, Status.DEGENERATE_RESPONSE, message, 0)
    i, j = X[labels < 0.0].mean(axis=0), X[labels > 0.0].mean(axis=0)
    w = j - i
    if np.linalg.norm(w) <= IDENTICAL * max(1.0, float(np.abs(X).max())):
        message = "the classes have the same centroid: no boundary, and theta is undefined (G5)"
        return Fit(missing, np.nan, np.nan, np.nan, Status.NO_MINIMISER, message, 0)
    return Fit(w, float(-0.5 * w @ (i + j)), np.nan, np.nan, Status.OK, "closed form", 0)
