"""The fit to one data set with a power penalty c |b|^r, r other than 1."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, FIT, LOSS, NUMBER, STATE, VECTOR, Design, State, Terms
from simstudy.kernels.calls import KERNELS, kernel, part
from simstudy.kernels.certificate import certify, gradient_at, jump_from
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.jumps import best_jump
from simstudy.kernels.kinks import solve_kinks
from simstudy.kernels.lapack import gram_of, symmetric_product
from simstudy.kernels.loss import has_kinks
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.penalty import power_terms
from simstudy.kernels.power import descend_on_support, minimise_power_model, power_residual
from simstudy.kernels.start import fit_mle, in_given_units, in_units, is_narrow
from simstudy.kernels.states import assign_state, copy_state
from simstudy.kernels.tolerances import SUPPORT_WIDTH
from simstudy.kernels.vectors import active, assign, copy, largest, largest_change, put, take, take_columns
from simstudy.kernels.weighted import weighted
from simstudy.kernels.working_sets import on_columns

NONE = np.int64(Attack.NONE)
WORST_CASE = np.int64(Attack.WORST_CASE)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)
NO = np.bool_(False)
YES = np.bool_(True)

MAX_REWEIGHTED = 200
MAX_JUMPS = 20
MAX_SUPPORT_ITER = np.int64(30)
# The slope that keeps a coefficient at zero.
NEVER = 1e8


@part
def _tangents(c, r, never, b, tangent):
    """Weights of the tangent of sum_j c_j |b_j|^r at |b|, in place; returns its constant part."""
    offset = 0.0
    for j in range(b.size):
        t = abs(b[j])
        if c[j] == 0.0:
            tangent[j] = 0.0
        elif t == 0.0:
            tangent[j] = never
        else:
            tangent[j] = c[j] * r * t ** (r - 1.0)
            offset += c[j] * t**r - tangent[j] * t
    return offset


@part
def _reaches_zero(b, c):
    """Whether a penalised coefficient is zero."""
    for j in range(b.size):
        if b[j] == 0.0 and c[j] > 0.0:
            return True
    return False


@part
def _on_columns(loss, design, s):
    """The design with the columns s alone."""
    Z = take_columns(design.Z, s)
    return Design(Z, gram_of(Z), design.y, design.direction, take(design.scale, s), design.unit)


@part
def _height(loss, attack, design, terms, state):
    """Objective at a state, whose signs are left alone."""
    return gradient_at(loss, attack, design, terms, State(state.b, state.eta, copy(state.sigma)))[0]


@part
def _reweighted(loss, attack, design, c, r, state):
    """Concave bridge with kinks, by linear approximations with exact kinks.

    A zero stays one, as the penalty's slope there is infinite. Each approximation lowers the objective; Newton steps at
    its support end the sequence where they lead no higher.
    """
    b = state.b
    zero, tangent = np.zeros(b.size), np.empty(b.size)
    used, outcome = 0, ITERATION_LIMIT
    for k in range(MAX_REWEIGHTED):
        offset = _tangents(c, r, NEVER * design.unit, b, tangent)
        before = copy(b)
        outcome, n_iter = weighted(loss, attack, design, Terms(tangent, zero, 1.0, offset), k > 0, state)
        used += n_iter
        arrived = largest_change(b, before) <= 1e-11 * largest(before)
        if outcome != CONVERGED or arrived or largest(b) == 0.0:
            break
        s = active(b, c)
        design_s, terms_s = _on_columns(loss, design, s), Terms(take(c, s), take(zero, s), r, 0.0)
        state_s = State(take(b, s), copy(state.eta), copy(state.sigma))
        solved, _, n_iter = solve_kinks(loss, 1.0 if attack == WORST_CASE else 0.0, design_s, terms_s, NO, state_s)
        used += n_iter
        if not solved or _reaches_zero(state_s.b, terms_s.c):
            continue
        here = _height(loss, attack, design, Terms(c, zero, r, 0.0), state)
        if gradient_at(loss, attack, design_s, terms_s, state_s)[0] <= here:
            put(b, s, state_s.b)
            assign(state.eta, state_s.eta)
            assign(state.sigma, state_s.sigma)
            break
    return outcome, used


@kernel(
    types.UniTuple(COUNT, 2)(LOSS, COUNT, DESIGN, VECTOR, NUMBER, STATE),
    weighted,
    gradient_at,
    symmetric_product,
)
def on_support(loss, attack, design, c, r, state):
    """`_reweighted` on the columns that are not zero; `prepare` builds it where there are kinks."""
    s = active(state.b, c)
    if s.size == 0:
        return CONVERGED, 0
    state_s = State(take(state.b, s), state.eta, state.sigma)
    outcome, used = _reweighted(loss, attack, _on_columns(loss, design, s), take(c, s), r, state_s)
    put(state.b, s, state_s.b)
    return outcome, used


@part
def _concave_with_kinks(loss, attack, design, c, r, state):
    """Concave bridge with kinks from b: the support from a smoothed objective, exact values, jumps that lower it."""
    smooth_attack = attack if loss.quadratic else WORST_CASE
    terms = Terms(c, np.zeros(c.size), r, 0.0)
    width = SUPPORT_WIDTH * design.unit
    outcome, used = proximal_newton(loss, smooth_attack, design, terms, width, 1e-4, MAX_SUPPORT_ITER, state)
    if outcome == NON_FINITE:
        return outcome, used
    outcome, n_iter = on_support(loss, attack, design, c, r, state)
    used += n_iter
    for _ in range(MAX_JUMPS):
        if outcome != CONVERGED:
            break
        at = State(state.b, state.eta, copy(state.sigma))
        here, P, q = gradient_at(loss, attack, design, terms, at)
        _, _, j, t = jump_from(loss, attack, design, terms, state.b, state.eta, P, q)
        if j < 0:
            break
        trial = copy_state(state)
        trial.b[j] = t
        outcome_try, n_iter = on_support(loss, attack, design, c, r, trial)
        used += n_iter
        if outcome_try != CONVERGED or not _height(loss, attack, design, terms, trial) < here:
            break
        assign_state(state, trial)
    return outcome, used


@part
def _resolve_zeros(loss, attack, design, terms, shape, weights, size, state, b):
    """Coefficients (m,) in the given units that are zero in the design's, r > 1, in place: no minimiser is zero.

    Such a column moves no linear predictor, so that its gradient alone says where the penalty holds it. The number may
    exist on the user's scale only.
    """
    _, _, q = gradient_at(loss, attack, design, terms, State(state.b, state.eta, copy(state.sigma)))
    r, price = shape.power, q[b.size]
    for j in range(b.size):
        if state.b[j] == 0.0 and weights[j] > 0.0 and q[j] != 0.0 and price > 0.0:
            exponent = (np.log(abs(q[j])) + np.log(size[j]) - np.log(r * shape.linear * weights[j] * price)) / (r - 1.0)
            b[j] = -np.sign(q[j]) * np.exp(exponent)


@kernel(
    FIT, in_units, weighted, certify, best_jump, jump_from, minimise_power_model, power_residual,
    descend_on_support,
)  # fmt: skip
def fit_bridge(loss, attack, shape, weights, Z, y, has_intercept):
    """One fit for r > 1; for r < 1 the lowest objective over the starts MLE, zero and lasso.

    Parameters and results as in `linearised.fit_linearised`, without tangents and with a power other than one; `spread`
    is the largest minus the smallest objective over the starts, `unique` whether the MLE among them is.
    """
    n = y.size
    r = shape.power
    narrow = is_narrow(weights)
    design, null, units = in_units(loss, Z, y, has_intercept, True)
    terms = power_terms(shape, weights, units.size)
    c, zero, lasso = terms.c, terms.ridge, np.empty(weights.size)
    mle, mle_outcome, used, unique = null, SINGULAR, 0, YES
    if r < 1.0:
        mle_outcome, mle, used = fit_mle(loss, design, has_intercept, null)
        unique = mle_outcome != SINGULAR
        if mle_outcome == SEPARATED and attack != NONE:
            # A linear gain overtakes a penalty that grows more slowly.
            return mle_outcome, mle, np.nan, np.nan, used, 0.0, unique
    best, lowest, highest, kkt = ITERATION_LIMIT, np.inf, -np.inf, np.nan
    b, state = copy(null), State(null, np.empty(0), np.empty(0))
    for start in range(1 if r > 1.0 else 3):
        state = State(copy(null), np.empty(n), np.zeros(n))
        if start == 1:
            if mle_outcome != CONVERGED:
                continue
            assign(state.b, mle)
        elif start == 2:
            for j in range(c.size):
                lasso[j] = shape.linear * weights[j] / units.size[j]
            outcome, n_iter = on_columns(loss, attack, design, Terms(lasso, zero, 1.0, 0.0), narrow, NO, state)
            used += n_iter
            if outcome != CONVERGED:
                continue
        if r < 1.0 and has_kinks(loss, attack):
            outcome, n_iter = _concave_with_kinks(loss, attack, design, c, r, state)
        else:
            outcome, n_iter = weighted(loss, attack, design, terms, NO, state)
        used += n_iter
        if outcome == SEPARATED:
            return outcome, state.b, np.nan, np.nan, used, 0.0, unique
        if outcome == NON_FINITE:
            continue
        objective, residual = certify(loss, attack, design, terms, state)
        highest = max(highest, objective)
        if objective < lowest:
            best, lowest, kkt = outcome, objective, residual
            assign(b, state.b)
    if lowest == np.inf:
        return best, b, np.nan, np.nan, used, 0.0, unique
    in_given_units(b, units, has_intercept)
    if r > 1.0 and _reaches_zero(state.b, c):
        _resolve_zeros(loss, attack, design, terms, shape, weights, units.size, state, b)
    return best, b, lowest, kkt, used, highest - lowest, unique


def prepare(*, kinks: bool) -> None:
    """Build what only kinks need."""
    if kinks:
        KERNELS[on_support].build()
