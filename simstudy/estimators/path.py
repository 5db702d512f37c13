"""An estimator along a grid of levels, from the smallest that gives the null model downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.adaptive import with_pilot_weights
from simstudy.estimators.fgsm import attack_named
from simstudy.estimators.fit import Fit, check_data, fit_checked
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.solvers.path import solve_path
from simstudy.solvers.problem import Attack, Problem

FloatArray = NDArray[np.float64]

ADAPTIVE = ("penalized_adaptive", "fgsm_adaptive")
#: Estimators whose penalty is added to the likelihood (T4); it is inside of the others' (T3).
LIKELIHOOD = ("penalized", "penalized_adaptive")


def path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    lams: Sequence[float],
    estimator: str = "fgsm",
    fit_intercept: bool = True,
    options: Mapping[str, str | float] | None = None,
) -> list[Fit]:
    """Fits at each of `lams`, equal to single calls of the estimator.

    Only convex problems are warm-started: lasso and elastic net, but not Poisson FGSM, which has no objective of its
    own. The fixed point of a nonconvex penalty depends on its start, which belongs to the estimator.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `fgsm`.
    penalty : Penalty
        Its lam is replaced.
    lams : sequence of float
        Levels; warm starts are best from large to small.
    estimator : str
        Name in the registry of an estimator with a penalty.
    options : mapping, optional
        Further arguments of the estimator, such as ``attack``.

    Raises
    ------
    InputError
        As the estimator; or it has no penalty.
    """
    X, y = check_data(X, y)
    if estimator not in ESTIMATORS or not ESTIMATORS[estimator].needs_penalty:
        known = [name for name, each in ESTIMATORS.items() if each.needs_penalty]
        raise InputError(unknown_name("estimator with a penalty", estimator, known))
    if estimator not in {"penalized", "fgsm"}:
        function = ESTIMATORS[estimator].fit
        shared = {"family": family, "fit_intercept": fit_intercept, **(options or {})}
        return [function(X, y, penalty=replace(penalty, lam=float(lam)), **shared) for lam in lams]
    law = family_named(family)
    law.check_response(y)
    penalty.multipliers(X.shape[1])
    attack = Attack.NONE if estimator == "penalized" else attack_named(str((options or {}).get("attack", "fgsm")))
    solutions = solve_path(Problem(X, y, law, penalty, attack, fit_intercept), penalty, [float(lam) for lam in lams])
    return [Fit(s.coef, s.intercept, s.objective, s.kkt, s.status, s.message, s.n_iter) for s in solutions]


def null_errors(X: FloatArray, y: FloatArray, family: str, penalty: Penalty, fit_intercept: bool) -> FloatArray:
    """Scores e (n,) of the model with unpenalised coefficients only: y - mean(y) for the intercept, canonical link."""
    free = penalty.multipliers(X.shape[1]) == 0.0
    law = family_named(family)
    law.check_response(y)
    if not free.any():
        null = law.link(np.array([y.mean()]))[0] if fit_intercept else 0.0
        return -law.slope(y, np.full_like(y, null))
    fit = fit_checked(X[:, free], y, family, None, Attack.NONE, fit_intercept)
    return np.asarray(-law.slope(y, fit.intercept + X[:, free] @ fit.coef))


def unit_slope(penalty: Penalty) -> float:
    """Slope of the penalty at zero, in units of lam; one where it is zero or infinite, as for the lasso."""
    at_zero = float(replace(penalty, lam=1.0).slope(0.0))
    return at_zero if 0.0 < at_zero < np.inf else 1.0


def largest_lam(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    estimator: str = "fgsm",
    fit_intercept: bool = True,
    options: Mapping[str, str | float] | None = None,
) -> float:
    """Smallest level at which all penalised coefficients are zero (T14).

    ||X'e||_inf / ||e||_1 for FGSM and ||X'e||_inf / n for penalised likelihood, with e the errors of the null model
    and each column divided by its weight. Exact for the lasso and for the adaptive lasso with the MLE as its pilot; for
    other penalties the level at which zero becomes a local solution, that of the lasso where their slope at zero is
    zero or infinite; for other pilots, whose weights depend on the level, that of the lasso.

    Parameters
    ----------
    X, y, family, penalty, estimator, fit_intercept, options
        As in `path`.

    Returns
    -------
    float
        Zero or NaN where there is none: every response is fitted by the null model, or it does not exist.
    """
    X, y = check_data(X, y)
    given = options or {}
    if estimator in ADAPTIVE and given.get("pilot", "mle") == "mle":
        penalty = with_pilot_weights(X, y, family, penalty, fit_intercept, float(given.get("gamma", 1.0)))
    e = null_errors(X, y, family, penalty, fit_intercept)
    total = y.size if estimator in LIKELIHOOD else np.sum(np.abs(e))
    if not total > 0.0:
        return np.nan
    return float(largest_score(X, e[:, None], penalty)[0] / total)


def largest_score(X: FloatArray, e: FloatArray, penalty: Penalty) -> FloatArray:
    """max_j |x_j'e| / (w_j p'(0)) over the penalised columns for each column of e (n, k), p'(0) in units of lam."""
    weights = penalty.multipliers(X.shape[1])
    penalised = weights > 0.0
    scores = np.abs(X[:, penalised].T @ e) / weights[penalised, None]
    return np.asarray(np.max(scores, axis=0, initial=0.0) / unit_slope(penalty))


def lam_grid(largest: float, count: int, ratio: float) -> FloatArray:
    """`count` levels from just above `largest` down to `ratio` times it, equidistant on the log scale.

    Raises
    ------
    InputError
        If largest is not positive and finite.
    """
    if not 0.0 < largest < np.inf:
        raise InputError(bad_value("largest", largest, "a positive number"))
    levels = largest * np.geomspace(1.0, ratio, count)
    # At the threshold itself rounding decides whether the null model is among the fits.
    levels[0] *= 1.0 + 1e-9
    return np.asarray(levels)
