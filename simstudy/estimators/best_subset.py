"""Best subset selection: the maximum likelihood fit of the subset of columns that a criterion prefers to all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Freedom, Placement
from simstudy.estimators.fit import Fit, fit_checked
from simstudy.estimators.input import FloatArray, check_data
from simstudy.estimators.oracle import oracle
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.records import Status
from simstudy.solvers.problem import Attack

SubsetCriterion = Literal["bic", "aic"]
#: Most columns: the number of subsets doubles with each.
MOST_COLUMNS = 20
#: Share of a column's sum of squares below which what is left of it is rounding.
DEPENDENT = 1e-12

BoolArray = NDArray[np.bool_]


@estimator_of_arrays("best_subset", placement=Placement.NONE, freedom=Freedom.COUNT)
def best_subset(
    X: ArrayLike, y: ArrayLike, *, family: str, criterion: SubsetCriterion = "bic", fit_intercept: bool = True
) -> Fit:
    """Maximum likelihood on the subset of columns with the smallest criterion among all 2^p.

    Gaussian data: residual sums of squares of all subsets, each from that of a subset with one column less. Other
    families: branch and bound ("leaps", Furnival & Wilson 1974), since no subset of a set of columns has a smaller
    deviance than the set.

    Parameters
    ----------
    X, y, family, fit_intercept
        As in `mle`; at most 20 columns.
    criterion : {"bic", "aic"}
        -2 log L plus log n, or 2, for each coefficient; the gaussian likelihood with the variance at its estimate, so
        that a subset which fits every response is not comparable and is left out.

    Returns
    -------
    Fit
        `kkt` is that of the maximum likelihood fit. A subset without an MLE (T18) is not chosen; where none has one,
        the failure is that of the null model.

    Raises
    ------
    InputError
        As `mle`; more than 20 columns; an unknown criterion.
    """
    X, y = check_data(X, y)
    if criterion not in get_args(SubsetCriterion):
        raise InputError(unknown_name("criterion", criterion, get_args(SubsetCriterion)))
    n, p = X.shape
    if p > MOST_COLUMNS:
        allowed = f"at most {MOST_COLUMNS}, since all 2^p subsets of columns are compared"
        raise InputError(bad_value("p", p, allowed))
    law = family_named(family)
    law.check_response(y)
    price = 2.0 if criterion == "aic" else float(np.log(n))
    if law.quadratic:
        chosen = _best_of_all(X, y, price, fit_intercept)
    else:
        chosen = _best_by_bounds(p, price, _deviance(X, y, law, family, fit_intercept))
    fit = oracle(X, y, family=family, support=chosen, fit_intercept=fit_intercept)
    if fit.status != Status.OK:
        return fit
    return replace(fit, message=f"{fit.message}; {chosen.sum()} of {p} columns by {criterion}")


def _best_of_all(X: FloatArray, y: FloatArray, price: float, fit_intercept: bool) -> BoolArray:
    """Support (p,) with the smallest n log RSS + price k."""
    n, p = X.shape
    rss = residual_sums(X, y, fit_intercept)
    size = np.array([subset.bit_count() for subset in range(1 << p)])
    comparable = (rss > DEPENDENT * rss[0]) & (size + fit_intercept < n)
    score = np.full(rss.size, np.inf)
    score[comparable] = n * np.log(rss[comparable]) + price * size[comparable]
    best = int(np.argmin(score))
    return np.array([bool(best >> j & 1) for j in range(p)])


def residual_sums(X: FloatArray, y: FloatArray, fit_intercept: bool) -> FloatArray:
    """Residual sums of squares (2^p,) of y on each subset of columns; bit j of its number says whether j is in it.

    Goes through the columns once: each cross-product matrix of what is left splits into one without the column, and one
    from which the column is eliminated. That takes six numbers a subset on average, and no subset's sum has been
    updated more often than it has columns. A column that depends on those before it adds nothing.
    """
    Z = np.column_stack([X, y])
    Z = Z - Z.mean(axis=0) if fit_intercept else Z
    size = np.max(np.abs(Z), axis=0)
    scale = np.where(size > 0.0, size, 1.0)
    Z = Z / scale
    left = (Z.T @ Z)[np.newaxis]
    own = np.diagonal(left[0]).copy()
    for j in range(X.shape[1]):
        pivot, row, rest = left[:, 0, 0], left[:, 0, 1:], left[:, 1:, 1:]
        inverse = np.where(pivot > DEPENDENT * own[j], 1.0 / np.where(pivot > 0.0, pivot, 1.0), 0.0)
        without = rest - inverse[:, None, None] * row[:, :, None] * row[:, None, :]
        left = np.concatenate([rest, without])
    return np.asarray(np.maximum(left[:, 0, 0], 0.0) * scale[-1] ** 2)


def _deviance(
    X: FloatArray, y: FloatArray, law: Family, family: str, fit_intercept: bool
) -> Callable[[BoolArray], tuple[float, bool]]:
    """Deviance of the MLE on a subset, and whether there is an MLE; without one it is bounded by zero."""

    def deviance(subset: BoolArray) -> tuple[float, bool]:
        columns = X[:, subset]
        fit = fit_checked(columns, y, family, None, Attack.NONE, fit_intercept)
        if fit.status != Status.OK:
            return 0.0, False
        return float(np.sum(law.deviance(y, fit.intercept + columns @ fit.coef))), True

    return deviance


def _best_by_bounds(p: int, price: float, deviance: Callable[[BoolArray], tuple[float, bool]]) -> BoolArray:
    """Support (p,) with the smallest deviance + price k, by depth first search from all columns downwards.

    A node is a set of columns of which those before `first` stay; each child lacks one of the others. All sets below a
    node have at least its deviance and the columns that stay.
    """
    best, least = np.zeros(p, dtype=bool), np.inf
    nodes = [(np.ones(p, dtype=bool), 0)]
    while nodes:
        subset, first = nodes.pop()
        value, exists = deviance(subset)
        if exists and value + price * subset.sum() < least:
            best, least = subset, value + price * float(subset.sum())
        if value + price * subset[:first].sum() >= least:
            continue
        for j in range(first, p):
            child = subset.copy()
            child[j] = False
            # What stays of this child is one column more than of the child before it.
            if value + price * child[:j].sum() < least:
                nodes.append((child, j + 1))
    return best
