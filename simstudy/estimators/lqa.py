"""Local quadratic approximation with a cut-off: the algorithm with which published tables were computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from simstudy.estimators.capabilities import Errors, Freedom, LevelScale, Placement
from simstudy.estimators.estimating_equation import penalised_equation
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import FloatArray, check_data, check_penalty
from simstudy.estimators.mle import mle
from simstudy.estimators.options import Interval
from simstudy.estimators.penalized import scaled_level
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.estimators.standard_errors import standard_errors
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status

#: Steps, and the change in units of a standard error at which they end.
MOST_STEPS = 500
STILL = 1e-4


def lqa_path(
    X: FloatArray, y: FloatArray, lams: Sequence[float], *, family: str, penalty: Penalty, fit_intercept: bool,
    cutoff: float = 0.5,
) -> list[Fit]:  # fmt: skip
    """Fits of `lqa` at each level, from one MLE."""
    first = mle(X, y, family=family, fit_intercept=fit_intercept)
    if first.status != Status.OK:
        return [first] * len(lams)
    first = standard_errors(first, X, y, family=family, estimator="mle", fit_intercept=fit_intercept)
    law = family_named(family)
    Z = np.column_stack([np.ones(y.size), X]) if fit_intercept else X
    return [_from(first, law, Z, y, replace(penalty, lam=float(lam)), cutoff) for lam in lams]


@estimator_of_arrays(
    "lqa",
    placement=Placement.OUTSIDE,
    largest_lam=scaled_level,
    path=lqa_path,
    level_scale=LevelScale.RESPONSE,
    errors=Errors.SANDWICH,
    equation=penalised_equation,
    freedom=Freedom.EQUATION,
)
def lqa(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    cutoff: Annotated[float, Interval(0.0)] = 0.5,
) -> Fit:
    """Penalised likelihood (T4) by local quadratic approximation (Fan & Li 2001, section 3.3).

    Starts at the MLE; each step is Newton's with p(|b|) replaced by the parabola through b of slope p'(|b_j|)/|b_j|. A
    coefficient that comes closer to zero than `cutoff` of its standard error is set to zero and never comes back. It is
    an algorithm and no minimiser: for the lasso it gives other zeros than T4's minimum, since a coefficient on its way
    to zero is cut off, or stops, at a distance that the algorithm decides.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `penalized`.
    penalty : Penalty
    cutoff : float
        In units of the standard error of the coefficient's MLE; above 0.

    Returns
    -------
    Fit
        `objective` is T4 at the result and `kkt` is NaN, since it is no minimum. Where there is no MLE, its failure;
        NOT_CONVERGED where the steps do not settle.

    Raises
    ------
    InputError
        As `penalized`.
    """
    check_penalty(penalty)
    X, y = check_data(X, y)
    given: dict[str, Any] = {"family": family, "penalty": penalty, "fit_intercept": fit_intercept}
    return lqa_path(X, y, [penalty.lam], **given, cutoff=cutoff)[0]


def _from(first: Fit, law: Family, Z: FloatArray, y: FloatArray, penalty: Penalty, cutoff: float) -> Fit:
    """Fit from the MLE `first` with its standard errors."""
    k = Z.shape[1] - first.coef.size
    b, settled, steps = _settle(law, Z, y, first, penalty, cutoff)
    weights = penalty.multipliers(first.coef.size)
    squares = float(np.mean(y**2)) / 2.0 if law.quadratic else 0.0
    objective = float(squares + np.mean(law.loss(y, Z @ b)) + np.sum(weights * penalty.value(np.abs(b[k:]))))
    status = Status.OK if settled else Status.NOT_CONVERGED
    message = f"{'settled' if settled else 'stopped'} after {steps} steps"
    return Fit(b[k:], float(b[0]) if k else 0.0, objective, np.nan, status, message, steps)


def _settle(
    law: Family, Z: FloatArray, y: FloatArray, first: Fit, penalty: Penalty, cutoff: float
) -> tuple[FloatArray, bool, int]:
    """Coefficients from the MLE `first`, whether the steps have come to rest, and their number."""
    k, unit = Z.shape[1] - first.coef.size, np.asarray(first.se)
    weights = penalty.multipliers(first.coef.size)
    b = np.concatenate([np.full(k, first.intercept), first.coef])
    for steps in range(1, MOST_STEPS + 1):
        moved = _step(law, Z, y, b, k, penalty, weights)
        if not np.isfinite(moved).all():
            return b, False, steps
        moved[k:][np.abs(moved[k:]) < cutoff * unit * (weights > 0.0)] = 0.0
        change = np.max(np.abs(moved - b)[k:] / unit, initial=0.0)
        b = moved
        if change <= STILL:
            return b, True, steps
    return b, False, MOST_STEPS


def _step(
    law: Family, Z: FloatArray, y: FloatArray, b: FloatArray, k: int, penalty: Penalty, weights: FloatArray
) -> FloatArray:
    """One Newton step over the coefficients that are not zero, the first k of them unpenalised."""
    n = y.size
    kept = np.concatenate([np.ones(k, dtype=bool), b[k:] != 0.0])
    columns, eta = Z[:, kept], Z @ b
    size = np.abs(b[k:][b[k:] != 0.0])
    ridge = np.concatenate([np.zeros(k), weights[b[k:] != 0.0] * penalty.slope(size) / size])
    H = columns.T @ (law.curvature(y, eta)[:, None] * columns) / n + np.diag(ridge)
    score = columns.T @ law.slope(y, eta) / n + ridge * b[kept]
    moved = np.zeros_like(b)
    moved[kept] = b[kept] - np.linalg.solve(H, score)
    return moved
