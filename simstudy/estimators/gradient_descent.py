"""Gradient descent that is stopped early: the implicit regulariser of the logistic loss."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Placement
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.options import Interval
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import family as family_named
from simstudy.families.labels import signs
from simstudy.records import Status


@estimator_of_arrays("gradient_descent", words="Gradient descent", placement=Placement.NONE)
def gradient_descent(
    X: ArrayLike,
    y: ArrayLike,
    *,
    steps: Annotated[int, Interval(0)] = 100,
    rate: Annotated[float, Interval(0.0, 1.99)] = 1.0,
) -> Fit:
    """Logistic regression by gradient descent from zero, stopped after a number of steps.

    The first step goes from w = 0 along the difference of the centroids, where classes are balanced; later ones turn
    towards the minimiser, or to the largest margin where the data are separated. Few steps stand for much
    regularisation.

    Parameters
    ----------
    X : (n, p) array
        Data; finite. They are not standardised.
    y : (n,) array
        Labels in {0, 1} or {-1, 1}.
    steps : int
        Number of steps, at least 1.
    rate : float
        Length of a step in units of 1/L, with L the bound of the loss's curvature; above 0 and at most 1.99, since the
        loss falls with every step below 2.

    Returns
    -------
    Fit
        `objective` is the mean loss reached; `kkt` is NaN, since no minimiser is sought. The intercept is descended
        along with the slopes. Status DEGENERATE_RESPONSE where there is one class only.

    Raises
    ------
    InputError
        X or y is not finite, their shapes disagree, y has other labels, steps < 1, or a rate outside its range.
    """
    X, y = check_data(X, y)
    labels = signs(y)
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise InputError(bad_value("steps", steps, "a whole number of at least 1"))
    if not 0.0 < rate <= 1.99:
        raise InputError(bad_value("rate", rate, "above 0, at most 1.99"))
    if labels.min() == labels.max():
        missing, message = np.full(X.shape[1], np.nan), f"every response equals {y[0]:g}"
        return Fit(missing, np.nan, np.nan, np.nan, Status.DEGENERATE_RESPONSE, message, 0)
    Z, zeros_ones = np.column_stack([X, np.ones(y.size)]), (labels + 1.0) / 2.0
    law = family_named("binomial")
    # b'' is at most 1/4.
    step = 4.0 * rate / float(np.linalg.norm(Z, 2)) ** 2
    v = np.zeros(Z.shape[1])
    for _ in range(steps):
        v -= step * (Z.T @ (law.mean(Z @ v) - zeros_ones))
    objective = float(law.loss(zeros_ones, Z @ v).mean())
    return Fit(v[:-1], float(v[-1]), objective, np.nan, Status.OK, f"stopped after {steps} steps", int(steps))
