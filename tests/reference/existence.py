"""Does a minimiser exist (T18)? Decided by linear programs that are not the solver's."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from reference.objective import Problem
from simstudy.penalties import Growth


def has_minimiser(problem: Problem) -> bool:
    """Whether no direction d of (intercept, beta) lets the objective fall for ever.

    Along t d, as t grows, an observation's loss falls by no more than a constant if its predictor moves its way
    (binomial: yt_i x_i'd >= 0; poisson with y_i = 0: x_i'd <= 0) or not at all, and grows without bound otherwise
    (poisson with y_i > 0: whenever x_i'd != 0). The attack takes P(d) off the binomial gain; outside a bounded loss an
    unbounded penalty grows faster than any gain, so that only unpenalised directions remain. The largest sum of
    gains over directions with norm_inf(d) <= 1 is sought; a minimiser exists iff it is zero.
    """
    if problem.family in {"gaussian", "gamma"}:
        return True
    n, p = problem.X.shape
    k = int(problem.fit_intercept)
    Z = np.column_stack([np.ones((n, k)), problem.X])
    grows = problem.penalty.growth
    # The rate of P far from zero; a bounded penalty's slope vanishes there.
    far = 1.0 if grows == Growth.LINEAR else 1e12
    rate = np.append(np.zeros(k), problem.penalty.multipliers(p) * problem.penalty.slope(np.full(p, far)))
    if problem.family == "binomial":
        gains, still, inside = (2 * problem.y - 1)[:, None] * Z, Z[:0], problem.attack != "none"
    else:
        gains, still, inside = -Z[problem.y == 0], Z[problem.y > 0], False
    if grows == Growth.SUBLINEAR and inside and problem.penalty.lam > 0 and _is_separable(gains):
        return False
    inside = inside and grows not in {Growth.SUPERLINEAR, Growth.SUBLINEAR}
    largest = np.where((rate > 0) & (not inside), 0.0, 1.0)
    # d = up - down with both nonnegative, so that P(d) <= rate'(up + down) with equality at the best choice.
    if not len(gains):
        return True
    net = np.hstack([gains - rate * inside, -gains - rate * inside])
    fixed = {"A_eq": np.hstack([still, -still]), "b_eq": np.zeros(still.shape[0])} if still.size else {}
    bounds = [(0.0, high) for high in np.tile(largest, 2)]
    # All gains are nonnegative, so that one is positive where their sum is.
    best = linprog(-net.sum(axis=0), A_ub=-net, b_ub=np.zeros(len(net)), bounds=bounds, **fixed)
    return bool(best.status == 0 and -best.fun <= 1e-9)


def _is_separable(gains: np.ndarray) -> bool:
    """Whether some direction gives every observation a gain: a slowly growing penalty is then overtaken."""
    n, q = gains.shape
    result = linprog(
        np.append(np.zeros(q), -1.0),
        A_ub=np.hstack([-gains, np.ones((n, 1))]),
        b_ub=np.zeros(n),
        bounds=[(-1.0, 1.0)] * q + [(None, None)],
    )
    return bool(-result.fun > 1e-9)
