"""An estimator along a grid of levels, from the smallest that gives the null model downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import ALIKE, FloatArray, Rows, check_penalty, check_rows
from simstudy.estimators.registry import ESTIMATORS, Estimator, estimator_named
from simstudy.penalties import Penalty
from simstudy.records import Data


def path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    lams: Sequence[float],
    estimator: str = "fgsm",
    fit_intercept: bool = True,
    options: Mapping[str, Any] | None = None,
    rng: np.random.Generator | None = None,
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
        Further arguments of the estimator, such as ``attack``, or ``weights`` and ``offset`` of the observations.
    rng : numpy.random.Generator, optional
        For an estimator that draws random numbers.

    Raises
    ------
    InputError
        As the estimator; or there is none of this name, or it has no penalty.
    """
    check_penalty(penalty)
    entry = with_penalty(estimator)
    X, y, rows, others = split(entry, X, y, options)
    arguments: dict[str, Any] = {"family": family, "fit_intercept": fit_intercept, **others}
    if entry.path is not None:
        given = {"rows": rows} if entry.rows else {}
        return entry.path(X, y, [float(lam) for lam in lams], penalty=penalty, **arguments, **given)
    if entry.rows:
        arguments |= vars(rows)
    data = Data(X, y)
    return [entry.fit(data, rng, penalty=replace(penalty, lam=float(lam)), **arguments) for lam in lams]


def split(
    entry: Estimator, X: ArrayLike, y: ArrayLike, options: Mapping[str, Any] | None
) -> tuple[FloatArray, FloatArray, Rows, dict[str, Any]]:
    """Data, what each observation counts and its offset, and the options that are not these."""
    own = {name: value for name, value in (options or {}).items() if name not in vars(ALIKE) or name in entry.options}
    given = {name: value for name, value in (options or {}).items() if name not in own}
    X, y, rows = check_rows(X, y, given.get("weights"), given.get("offset"))
    entry.check_rows(rows)
    return X, y, rows, own


def with_penalty(name: str) -> Estimator:
    """The estimator of this name, which must have a penalty."""
    entry = estimator_named(name)
    if not entry.needs_penalty:
        known = [each for each, other in ESTIMATORS.items() if other.needs_penalty]
        raise InputError(bad_value("estimator", name, f"one with a penalty: {', '.join(known)}"))
    return entry


def largest_lam(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    estimator: str = "fgsm",
    fit_intercept: bool = True,
    options: Mapping[str, Any] | None = None,
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

    Raises
    ------
    InputError
        As `path`; or the estimator has not declared its largest level.
    """
    check_penalty(penalty)
    entry = with_penalty(estimator)
    X, y, rows, others = split(entry, X, y, options)
    largest = entry.need("largest_lam", "the grid of a path")
    given = {"rows": rows} if entry.rows else {}
    return float(largest(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept, **others, **given))
