"""The fit with a weighted penalty: continuation over the smoothing width."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, FLAG, LOSS, STATE, TERMS
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.kinks import follow_kinks, solve_kinks
from simstudy.kernels.loss import has_kinks
from simstudy.kernels.newton import proximal_newton
from simstudy.kernels.states import assign_state, copy_state
from simstudy.kernels.tolerances import KINK_WIDTH, MAX_ITER, TOL

FGSM = np.int64(Attack.FGSM)
WORST_CASE = np.int64(Attack.WORST_CASE)
CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)
NO = np.bool_(False)
YES = np.bool_(True)
# Largest coefficient, in smoothing widths, that the smoothing alone may have left.
SPLIT = 1e3


@part
def _drop(b, c, small, trial):
    """Take the penalised coefficients that the smoothing alone may have left out of `trial`; whether there are any.

    Equal columns share a coefficient in any way while it is smoothed, and the exact system has no solution for both.
    """
    any_dropped = False
    for j in range(b.size):
        trial.b[j] = b[j]
        if c[j] > 0.0 and 0.0 < abs(b[j]) <= small:
            trial.b[j] = 0.0
            any_dropped = True
    return any_dropped


@part
def _kinked(loss, attack, design, terms, state):
    """Continuation over the smoothing width, with an attempt at the exact kink equations after each width.

    FGSM where its kinks are not the worst case's (Poisson), whose gradient is not that of an objective, is reached from
    the worst case, whose objective is convex.
    """
    used = 0
    worst = 1.0 if attack == WORST_CASE else 0.0
    moving = attack == FGSM and not loss.quadratic
    trial = copy_state(state)
    delta = 0.1 * design.unit
    settled = CONVERGED
    while delta >= 0.9 * KINK_WIDTH * design.unit:
        tol = max(1e-2 * delta / design.unit, TOL)
        outcome, n_iter = proximal_newton(loss, attack, design, terms, delta, tol, MAX_ITER, state)
        used += n_iter
        if outcome == NON_FINITE:
            return outcome, used
        if outcome == DIVERGING:
            settled = DIVERGING
        assign_state(trial, state)
        if moving:
            # Few counts end on their kinks, however many are in the band.
            for i in range(state.sigma.size):
                trial.sigma[i] = np.sign(state.sigma[i])
        solved, _, n_iter = solve_kinks(loss, worst, design, terms, NO, trial)
        used += n_iter
        if not solved and _drop(state.b, terms.c, SPLIT * delta / design.unit, trial):
            solved, _, n_iter = solve_kinks(loss, worst, design, terms, YES, trial)
            used += n_iter
        if not solved and moving:
            assign_state(trial, state)
            _drop(state.b, terms.c, SPLIT * delta / design.unit, trial)
            solved, n_iter = follow_kinks(loss, design, terms, delta < 10.0 * KINK_WIDTH * design.unit, trial)
            used += n_iter
        if solved:
            assign_state(state, trial)
            return settled, used
        delta *= 0.1
    return ITERATION_LIMIT, used


@kernel(types.UniTuple(COUNT, 2)(LOSS, COUNT, DESIGN, TERMS, FLAG, STATE), proximal_newton)
def weighted(loss, attack, design, terms, warm, state):
    """Fit from b; with `warm`, b and sigma are those of a neighbouring solution. Returns (Outcome, n_iter).

    Where there are kinks it needs `solve_kinks` and `follow_kinks`, which `prepare` builds.
    """
    if not has_kinks(loss, attack):
        return proximal_newton(loss, attack, design, terms, 1.0, TOL, MAX_ITER, state)
    used = 0
    if warm:
        trial = copy_state(state)
        solved, _, used = solve_kinks(loss, 1.0 if attack == WORST_CASE else 0.0, design, terms, NO, trial)
        if solved:
            assign_state(state, trial)
            return CONVERGED, used
    outcome, n_iter = _kinked(loss, attack, design, terms, state)
    return outcome, used + n_iter
