"""Labels of two classes, as {0, 1} or as {-1, 1}."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value

ALLOWED = "labels in {0, 1} or in {-1, 1}"


def signs(y: ArrayLike) -> NDArray[np.float64]:
    """Labels as -1 and +1.

    Parameters
    ----------
    y : (n,) array
        Labels in {0, 1} or in {-1, 1}; the larger one is +1. Labels that are all 1 are +1.

    Returns
    -------
    (n,) float array

    Raises
    ------
    InputError
        y is not one-dimensional, has no entry, or has values that are not labels of two classes.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1 or values.size == 0:
        raise InputError(bad_value("y.shape", values.shape, "(n,) with n >= 1"))
    for lower in (0.0, -1.0):
        if ((values == lower) | (values == 1.0)).all():
            return np.where(values == 1.0, 1.0, -1.0)
    known = np.isin(values, (-1.0, 0.0, 1.0))
    if known.all():
        raise InputError(bad_value("y", "a mixture of -1, 0 and 1", ALLOWED))
    where = int(np.argmin(known))
    raise InputError(bad_value(f"y[{where}]", float(values[where]), ALLOWED))


def both_signs(y: ArrayLike) -> NDArray[np.float64]:
    """Labels as -1 and +1, as `signs`, where both classes must be there.

    Raises
    ------
    InputError
        As `signs`, or there is one class only.
    """
    values = signs(y)
    if values.min() == values.max():
        raise InputError(
            bad_value("y", f"one class only, {values.size} times {float(np.asarray(y).flat[0]):g}", ALLOWED)
        )
    return values
