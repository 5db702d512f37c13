"""Proximal Newton in (b, P) jointly for one smoothing width, with a line search on the smoothed objective."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, LOSS, NUMBER, STATE, TERMS, Terms
from simstudy.kernels.calls import kernel, part
from simstudy.kernels.codes import Outcome
from simstudy.kernels.hessian import fill_hessian
from simstudy.kernels.jumps import best_jump
from simstudy.kernels.lapack import symmetric_product
from simstudy.kernels.loss import NONE, has_gram, has_kinks, smoothed
from simstudy.kernels.model import minimise_step, penalty_value, residual_of
from simstudy.kernels.power import descend_on_support, minimise_power_model
from simstudy.kernels.quadratic import ALL, minimise_model
from simstudy.kernels.tolerances import FACES, SETTLED_STEP, SMALL, UNSETTLED_STEPS, VANISHED
from simstudy.kernels.vectors import any_positive, assign, copy, gradient_in, largest_change

CONVERGED = np.int64(Outcome.CONVERGED)
ITERATION_LIMIT = np.int64(Outcome.ITERATION_LIMIT)
SEPARATED = np.int64(Outcome.SEPARATED)
DIVERGING = np.int64(Outcome.DIVERGING)
NON_FINITE = np.int64(Outcome.NON_FINITE)
SINGULAR = np.int64(Outcome.SINGULAR)


@part
def margin(direction, eta, P):
    """min_i (direction_i eta_i - P), positive exactly where the data are separated beyond the attack (T18)."""
    smallest = np.inf
    for i in range(direction.size):
        smallest = min(smallest, direction[i] * eta[i] - P)
    return smallest


@part
def _rounding(eta, d_eta):
    """Mean of |eta_i d_eta_i|."""
    total = 0.0
    for i in range(eta.size):
        total += abs(eta[i] * d_eta[i])
    return total / eta.size


@part
def _slope_along(q, b, b_new, P, P_new):
    """Change of the loss from b to b_new by its gradient q in (b, P)."""
    change = q[b.size] * (P_new - P)
    for j in range(b.size):
        change += q[j] * (b_new[j] - b[j])
    return change


@kernel(
    types.UniTuple(COUNT, 2)(LOSS, COUNT, DESIGN, TERMS, NUMBER, NUMBER, COUNT, STATE),
    minimise_model,
    symmetric_product,
)
def proximal_newton(loss, attack, design, terms, delta, tol, max_iter, state):
    """Minimise the smoothed objective over b = (intercept if any, slopes), from b.

    Parameters
    ----------
    loss : Loss
    attack : int
        An Attack.
    design : Design
    terms : Terms
    delta : float
        Smoothing width of the attack's sign, on the scale of y.
    tol : float
        Optimality residual at which to stop.
    max_iter : int
    state : State

    Returns
    -------
    outcome : int
        An Outcome; SEPARATED carries its certificate, DIVERGING says that steps do not shrink while the gradient
        does, or that what is left of the curvature leaves the model's minimiser hardly determined.
    n_iter : int
    """
    Z, gram, y, scale = design.Z, design.gram, design.y, design.scale
    c, ridge, r = terms.c, terms.ridge, terms.r
    b, eta, sigma = state.b, state.eta, state.sigma
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    H = np.zeros((m + 1, m + 1))
    q = np.empty(m + 1)
    b_new = np.empty(m)
    eta_new = np.empty(n)
    np.dot(Z, b, eta)
    P = penalty_value(b, terms)
    value, dP, d2P = smoothed(loss, attack, y, eta, P, delta, sigma, d_eta, w, v)
    if not np.isfinite(value):
        return NON_FINITE, 0
    band = has_kinks(loss, attack)
    free = not (any_positive(c) or any_positive(ridge))
    # Beyond a certificate the loss falls for ever, unless P outgrows every linear predictor.
    certified = design.direction.size > 0 and (free or (attack != NONE and r <= 1.0 and not any_positive(ridge)))
    # Observations that are fitted lose their curvature; where many do, whether there is a minimiser is asked first.
    faces = FACES if certified and attack != NONE and m > SMALL else ALL
    model_c = copy(c)
    model = Terms(model_c, ridge, r, terms.offset)
    unsettled = 0
    last_move = np.inf
    for iteration in range(max_iter):
        if certified and margin(design.direction, eta, 0.0 if attack == NONE else P) > 0.0:
            return SEPARATED, iteration
        gradient_in(Z, d_eta, q)
        q[m] = dP
        jumps, landing = -1, 0.0
        if r < 1.0:
            fill_hessian(has_gram(loss), Z, gram, w, v, d2P, band, H)
            assign(model_c, c)
            jumps, landing = best_jump(loss, attack, Z, y, r, delta, b, eta, P, H, q, model_c)
        residual = residual_of(H, q, b, model, scale)
        if residual <= tol and jumps < 0:
            if last_move <= SETTLED_STEP or loss.quadratic:
                return CONVERGED, iteration
            unsettled += 1
            if unsettled == UNSETTLED_STEPS:
                return DIVERGING, iteration
        if r >= 1.0:
            fill_hessian(has_gram(loss), Z, gram, w, v, d2P, band, H)
        assign(b_new, b)
        slope_at = copy(q)
        regular = minimise_step(H, q, b_new, model, scale, 0.1 * tol, faces)
        if not regular and faces < ALL:
            return DIVERGING, iteration
        if free and iteration == 0 and not regular:
            return SINGULAR, iteration
        P_new = penalty_value(b_new, terms)
        decrease = _slope_along(slope_at, b, b_new, P, P_new)
        np.dot(Z, b_new, eta_new)
        # Without curvature along some direction the model's step says nothing about how far the minimiser is.
        move = largest_change(eta, eta_new) if regular else np.inf
        accepted = False
        # Rounding of eta enters the loss through its gradient and is all that is left of a step near the minimiser.
        slack = 1e-14 * abs(value) + 1e-15 * _rounding(eta, d_eta)
        # A point that the model has nothing to add to is left by the jump alone.
        for trial in range(40 if jumps < 0 or residual > tol else 0):
            new_value, new_dP, new_d2P = smoothed(loss, attack, y, eta_new, P_new, delta, sigma, d_eta, w, v)
            if new_value <= value + 1e-4 * min(decrease, 0.0) + slack:
                accepted = True
                break
            decrease *= 0.5
            if r < 1.0 and trial == 0:
                # A model that takes a coordinate to zero, or from it, may be wrong about that one alone.
                assign(b_new, b)
                descend_on_support(H, copy(slope_at), b_new, c, r, scale, 0.1 * tol)
            elif r < 1.0:
                # Between zero and a concave penalty's minimiser the objective may rise: more curvature, not less step.
                for j in range(m):
                    H[j, j] *= 2.0
                assign(b_new, b)
                minimise_power_model(H, copy(slope_at), b_new, model_c, r, scale, 0.1 * tol)
            else:
                for j in range(m):
                    b_new[j] = 0.5 * (b_new[j] + b[j])
            P_new = penalty_value(b_new, terms)
            if r < 1.0:
                decrease = _slope_along(slope_at, b, b_new, P, P_new)
            np.dot(Z, b_new, eta_new)
        if not accepted and jumps >= 0:
            assign(b_new, b)
            b_new[jumps] = landing
            P_new = penalty_value(b_new, terms)
            np.dot(Z, b_new, eta_new)
            new_value, new_dP, new_d2P = smoothed(loss, attack, y, eta_new, P_new, delta, sigma, d_eta, w, v)
            accepted = new_value < value
        if not accepted:
            smoothed(loss, attack, y, eta, P, delta, sigma, d_eta, w, v)
            vanished = residual <= VANISHED and not loss.quadratic
            return (DIVERGING if vanished and move > SETTLED_STEP else ITERATION_LIMIT), iteration + 1
        # A concave power's model may have proposed what was not done.
        last_move = move if r >= 1.0 else largest_change(eta, eta_new)
        assign(b, b_new)
        assign(eta, eta_new)
        P, value, dP, d2P = P_new, new_value, new_dP, new_d2P
    return ITERATION_LIMIT, max_iter
