"""Support vector machine with a free bias, certified by its duality gap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import LevelScale
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families.labels import signs
from simstudy.records import Status
from simstudy.solvers.hinge import Hinge, solve_hinge

#: Relative duality gap up to which a fit is OK; the solver stops below it.
TOLERANCE = 1e-7


def svm(X: ArrayLike, y: ArrayLike, lam: float) -> Fit:
    """Support vector machine: minimises (1/n) sum max(0, 1 - y(w'x + b)) + lam ||w||^2 over w and b (G7).

    Parameters
    ----------
    X : (n, p) array
        Data; finite. They are not standardised.
    y : (n,) array
        Labels in {0, 1} or {-1, 1}.
    lam : float
        Positive; C of the usual form is 1/(2 n lam).

    Returns
    -------
    Fit
        `coef` is w, `intercept` is b, the midpoint where the optimal biases are an interval (all margins violated).
        `kkt` is the relative duality gap: no w and b have an objective that is smaller by more than this share.
        Status DEGENERATE_RESPONSE where there is one class only, NOT_CONVERGED where the gap is above 1e-7.

    Raises
    ------
    InputError
        X or y is not finite, their shapes disagree, y has other labels, or lam is not positive and finite.
    """
    return svm_path(X, y, [lam])[0]


def svm_path(X: ArrayLike, y: ArrayLike, lams: Sequence[float]) -> list[Fit]:
    """Support vector machines at several levels, each started from the next larger one.

    Parameters
    ----------
    X, y
        As in `svm`.
    lams : sequence of float
        Levels, in any order.

    Returns
    -------
    list of Fit
        In the order of `lams`; equal to single fits up to their duality gaps.

    Raises
    ------
    InputError
        As `svm`.
    """
    X, y = check_data(X, y)
    labels = signs(y)
    for lam in lams:
        if not 0.0 < lam < np.inf:
            raise InputError(bad_value("lam", lam, "a finite positive number"))
    if labels.min() == labels.max():
        message = f"every response equals {y[0]:g}"
        missing = np.full(X.shape[1], np.nan)
        return [Fit(missing, np.nan, np.nan, np.nan, Status.DEGENERATE_RESPONSE, message, 0) for _ in lams]
    return [_fit(each) for each in solve_hinge(X, labels, [float(lam) for lam in lams])]


def _fit(found: Hinge) -> Fit:
    if found.gap <= TOLERANCE:
        status, message = Status.OK, "converged"
    else:
        status, message = (
            Status.NOT_CONVERGED,
            f"the relative duality gap is {found.gap:.1e} after {found.n_iter} steps",
        )
    return Fit(found.w, found.b, found.objective, found.gap, status, message, found.n_iter)


@estimator_of_arrays("svm", words="SVM", level_scale=LevelScale.FREE, margin_loss="hinge")
def svm_at(X: ArrayLike, y: ArrayLike, *, lam: float) -> Fit:
    """`svm`, with its level by name as the runner gives it."""
    return svm(X, y, lam)
