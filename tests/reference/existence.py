"""Does a minimiser exist (T18)? Decided by linear programs that are not the solver's."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from reference.objective import Problem


def has_minimiser(problem: Problem) -> bool:
    """Whether no direction d of (intercept, beta) lets the objective fall for ever.

    Along t d, as t grows, an observation's loss falls by no more than a constant if its predictor moves its way
    (binomial: yt_i x_i'd >= 0; poisson with y_i = 0: x_i'd <= 0) or not at all, and grows without bound otherwise
    (poisson with y_i > 0: whenever x_i'd != 0). The attack takes P(d) off the binomial gain; outside a bounded loss an
    unbounded penalty grows faster than any gain, so that only unpenalised directions remain. For each observation in
    turn, the largest gain over directions with norm_inf(d) <= 1 is sought; a minimiser exists iff all are zero.
    """
    if problem.family == "gaussian":
        return True
    n, p = problem.X.shape
    k = int(problem.fit_intercept)
    Z = np.column_stack([np.ones((n, k)), problem.X])
    # The rate of P far from zero; a bounded penalty's slope vanishes there.
    rate = np.append(np.zeros(k), problem.penalty.multipliers(p) * problem.penalty.slope(np.full(p, 1e12)))
    if problem.family == "binomial":
        gains, still, inside = (2 * problem.y - 1)[:, None] * Z, Z[:0], problem.attack != "none"
    else:
        gains, still, inside = -Z[problem.y == 0], Z[problem.y > 0], False
    largest = np.where((rate > 0) & (not inside), 0.0, 1.0)
    # d = up - down with both nonnegative, so that P(d) <= rate'(up + down) with equality at the best choice.
    net = np.hstack([gains - rate * inside, -gains - rate * inside])
    fixed = {"A_eq": np.hstack([still, -still]), "b_eq": np.zeros(still.shape[0])} if still.size else {}
    bounds = [(0.0, high) for high in np.tile(largest, 2)]
    best = [linprog(-row, A_ub=-net, b_ub=np.zeros(len(net)), bounds=bounds, **fixed) for row in net]
    return all(result.status == 0 and -result.fun <= 1e-9 for result in best)
