"""One compiled call a path of levels of a convex penalty: each fit starts where the one before ended."""

from typing import Any

import numpy as np

from simstudy.kernels.arguments import State, Terms
from simstudy.kernels.calls import entry
from simstudy.kernels.certificate import certify
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.columns import columns_of
from simstudy.kernels.penalty import power_terms
from simstudy.kernels.start import in_given_units, in_units, is_narrow
from simstudy.kernels.vectors import any_positive, assign, copy, fill, full
from simstudy.kernels.weighted import weighted
from simstudy.kernels.working_sets import on_columns

NONE = np.int64(Attack.NONE)
SEPARATED = np.int64(Outcome.SEPARATED)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO: Any = np.bool_(False)


@entry(in_units, weighted, certify)
def fit_path(loss, attack, shape, levels, weights, X, y, has_intercept):
    """LASSO, elastic net or ridge fits along multiples of one penalty, warm-started.

    Parameters
    ----------
    loss, attack, shape, weights, y, has_intercept
        As in `linearised.fit_linearised`; the problem must be convex, so that a start decides on the way and not on
        the result.
    levels : (L,) float array
        Multiples of `shape`, best from large to small.
    X : (n, p) float array

    Returns
    -------
    outcome : (L,) int array
        An Outcome each.
    b : (L, m) float array
    objective, kkt : (L,) float arrays
        NaN where there is no solution.
    n_iter : (L,) int array
    constant : (p,) bool array
        Which columns have zero variance.
    """
    n, m = X.shape[0], weights.size
    constant = np.empty(X.shape[1], np.bool_)
    Z = columns_of(X, weights, True, has_intercept, constant)
    L = levels.size
    outcomes = np.empty(L, np.int64)
    B = np.empty((L, m))
    objectives, residuals = full(L, np.nan), full(L, np.nan)
    used = np.empty(L, np.int64)
    narrow = is_narrow(weights)
    design, start, units = in_units(loss, Z, y, has_intercept, narrow)
    unit_terms = power_terms(shape, weights, units.size)
    terms = Terms(np.empty(m), np.empty(m), 1.0, 0.0)
    b = copy(start)
    state = State(b, np.empty(n), np.zeros(n))
    warm = NO
    for k in range(L):
        for j in range(m):
            terms.c[j] = levels[k] * unit_terms.c[j]
            terms.ridge[j] = levels[k] * unit_terms.ridge[j]
        kind = attack if any_positive(terms.c) or any_positive(terms.ridge) else NONE
        outcome, used[k] = on_columns(loss, kind, design, terms, narrow, warm, state)
        outcomes[k] = outcome
        warm = outcome not in (SEPARATED, NON_FINITE, SINGULAR)
        if not warm:
            assign(b, start)
            fill(B[k], np.nan)
            continue
        objectives[k], residuals[k] = certify(loss, kind, design, terms, state)
        assign(B[k], b)
        in_given_units(B[k], units, has_intercept)
    return outcomes, B, objectives, residuals, used, constant
