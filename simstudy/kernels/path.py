"""One compiled call a path of levels of a convex penalty: each fit starts where the one before ended."""

from typing import Any

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.penalty import power_terms
from simstudy.kernels.start import gram_matrix, in_units, is_narrow, null_start
from simstudy.kernels.weighted import certify, on_working_sets

NONE = np.int64(Attack.NONE)
SEPARATED = np.int64(Outcome.SEPARATED)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO: Any = np.bool_(False)


@njit(cache=True)
def fit_path(family, attack, code, lams, shape, weights, Z, y, has_intercept):
    """LASSO, elastic net or ridge fits along `lams`, warm-started.

    Parameters
    ----------
    family, attack, code, shape, weights, Z, y, has_intercept
        As in `linearised.fit_linearised`; the problem must be convex, so that a start decides on the way and not on
        the result.
    lams : (L,) float array
        Penalty levels, best from large to small.

    Returns
    -------
    outcome : (L,) int array
        An Outcome each.
    b : (L, m) float array
    objective, kkt : (L,) float arrays
        NaN where there is no solution.
    n_iter : (L,) int array
    """
    n, m = Z.shape
    L = lams.size
    outcomes = np.empty(L, np.int64)
    B = np.full((L, m), np.nan)
    objectives = np.full(L, np.nan)
    residuals = np.full(L, np.nan)
    used = np.empty(L, np.int64)
    y, centre, unit, scale = in_units(family, Z, y, has_intercept)
    narrow = is_narrow(weights)
    gram = gram_matrix(family, Z) if narrow else np.zeros((0, 0))
    b = null_start(family, Z, y, has_intercept)
    eta = np.empty(n)
    sigma = np.zeros(n)
    warm = NO
    for k in range(L):
        c, ridge, _ = power_terms(code, lams[k], shape, weights)
        kind = attack if np.any(c + ridge > 0.0) else NONE
        outcome, used[k] = on_working_sets(
            family, kind, Z, gram, y, c, ridge, 0.0, scale, unit, narrow, warm, b, eta, sigma
        )
        outcomes[k] = outcome
        warm = outcome not in (SEPARATED, NON_FINITE, SINGULAR)
        if not warm:
            b = null_start(family, Z, y, has_intercept)
            continue
        objectives[k], residuals[k] = certify(family, kind, Z, y, c, ridge, 1.0, 0.0, scale, unit, b, eta, sigma)
        B[k] = b
        if has_intercept:
            B[k, 0] += centre
    return outcomes, B, objectives, residuals, used
