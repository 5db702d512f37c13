"""The fit to one data set: LASSO, elastic net and ridge, and any concave penalty by local linear approximation."""

from typing import Any

import numpy as np

from simstudy.kernels.arguments import FIT, State, Terms
from simstudy.kernels.calls import kernel
from simstudy.kernels.certificate import certify
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.penalty import extrapolate, is_steady, is_steep, linearise, power_terms
from simstudy.kernels.start import fit_mle, in_given_units, in_units, is_narrow
from simstudy.kernels.vectors import any_positive, assign, copy
from simstudy.kernels.weighted import weighted
from simstudy.kernels.working_sets import on_columns

NONE = np.int64(Attack.NONE)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO: Any = np.bool_(False)
YES: Any = np.bool_(True)

MAX_LLA = 500
# Change of the tangents, in units of the slope at zero and of the response's deviation, at which the approximation has
# arrived.
STEADY = 1e-12
# Approximations that may end without a solution before the sequence is given up.
MAX_UNSOLVED = 3
# Linear approximation converges geometrically where a coefficient ends between the knots of its penalty.
EXTRAPOLATE_EVERY = 6
# Slope of the penalty, as a share of the largest, from which a coefficient of the first approximation starts at zero.
STEEP = 0.5


@kernel(FIT, in_units, weighted, certify)
def fit_linearised(loss, attack, shape, weights, Z, y, has_intercept):
    """Fit one estimator to one data set.

    A penalty with tangents is the fixed point of the linear approximation from the MLE, or from the lasso fit with the
    slope at zero where the MLE is not unique, or where it does not exist but the penalty outgrows the loss's gain.

    Parameters
    ----------
    loss : Loss
    attack : int
        An Attack.
    shape : Shape
        The penalty, its power one. Zero weights throughout give the MLE.
    weights : (m,) float array
        Multipliers of each column's penalty, zero for the intercept and for unpenalised columns.
    Z : (n, m) float array, C order
        Columns of the design, ones first where `has_intercept`; brought to other units in place.
    y : (n,) float array
        Response; its mean inside the range of means where `has_intercept`.
    has_intercept : bool
        Whether the first column is an intercept.

    Returns
    -------
    outcome : int
        An Outcome. CONVERGED and ITERATION_LIMIT leave it to kkt how good b is.
    b : (m,) float array
    objective, kkt : float
        T3 or T4 at b without smoothing, and its optimality residual; NaN where there is no solution.
    n_iter : int
        Newton steps in all.
    spread : float
        Zero: there is one start.
    unique : bool
        Whether the MLE where an approximation starts is unique; true where there is no approximation.
    """
    n, m = Z.shape
    concave = shape.tangents and any_positive(weights)
    narrow = is_narrow(weights)
    design, start, units = in_units(loss, Z, y, has_intercept, narrow or (concave and n > m))
    size = units.size
    terms = power_terms(shape, weights, size)
    c, ridge = terms.c, terms.ridge
    if not concave and not (any_positive(c) or any_positive(ridge)):
        attack = NONE
    b, used = copy(start), 0
    state = State(b, np.empty(n), np.zeros(n))
    offset, unique = 0.0, YES
    if concave:
        outcome, mle, used = fit_mle(loss, design, has_intercept, start)
        unique = outcome != SINGULAR
        if outcome == CONVERGED:
            assign(b, mle)
            offset = linearise(shape, weights, size, b, c)
            # Most coefficients that small end at zero; where a convex approximation starts does not change its end.
            for j in range(m):
                if is_steep(shape, c[j], size[j], STEEP):
                    b[j] = 0.0
        elif unique and (outcome != SEPARATED or shape.bounded or attack != NONE):
            # Inside the likelihood a linear gain overtakes a penalty that grows more slowly.
            return outcome, mle, np.nan, np.nan, used, 0.0, unique
    outcome = ITERATION_LIMIT
    warm, again, unsolved = NO, NO, 0
    step = np.zeros(m)
    for k in range(MAX_LLA):
        before, step_before = copy(b), step
        outcome, n_iter = on_columns(loss, attack, design, Terms(c, ridge, 1.0, offset), narrow, warm, state)
        used += n_iter
        if concave and not again and outcome in (ITERATION_LIMIT, NON_FINITE):
            # A saturated start has no curvature to go by; each approximation is convex and may start anywhere.
            assign(b, start)
            warm, again = NO, True
            continue
        if again and outcome == ITERATION_LIMIT:
            unsolved += 1
        again = False
        if not concave or outcome in (SEPARATED, NON_FINITE, SINGULAR):
            break
        step = np.empty(m)
        for j in range(m):
            step[j] = b[j] - before[j]
        moved = k % EXTRAPOLATE_EVERY == EXTRAPOLATE_EVERY - 1 and extrapolate(step_before, step, weights, b)
        warm = True
        previous, offset_before = copy(c), offset
        offset = linearise(shape, weights, size, b, c)
        steady = (
            not moved
            and is_steady(shape, c, previous, size, STEADY)
            and abs(offset - offset_before) <= STEADY * design.unit
        )
        if steady or outcome == DIVERGING or unsolved == MAX_UNSOLVED:
            break
    if outcome in (SEPARATED, NON_FINITE, SINGULAR):
        return outcome, b, np.nan, np.nan, used, 0.0, unique
    objective, kkt = certify(loss, attack, design, Terms(c, ridge, 1.0, offset), state)
    in_given_units(b, units, has_intercept)
    return outcome, b, objective, kkt, used, 0.0, unique
