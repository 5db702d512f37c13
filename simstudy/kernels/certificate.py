"""The certificate of a fit: objective, gradient and optimality residual without smoothing (theory, section 1)."""

import numpy as np
from numba import types

from simstudy.kernels.arguments import COUNT, DESIGN, LOSS, MATRIX, NUMBER, STATE, TERMS, VECTOR, Terms
from simstudy.kernels.calls import kernel
from simstudy.kernels.codes import Attack
from simstudy.kernels.hessian import fill_hessian
from simstudy.kernels.jumps import best_jump
from simstudy.kernels.lapack import gram_of, symmetric_product
from simstudy.kernels.loss import has_gram, has_kinks, sided, smoothed
from simstudy.kernels.model import penalty_value, residual_of
from simstudy.kernels.tolerances import KINK_WIDTH, SUPPORT_WIDTH
from simstudy.kernels.vectors import copy, gradient_in

WORST_CASE = np.int64(Attack.WORST_CASE)
BAND = np.bool_(True)


@kernel(
    types.Tuple((MATRIX, VECTOR, COUNT, NUMBER))(LOSS, COUNT, DESIGN, TERMS, VECTOR, VECTOR, NUMBER, VECTOR),
    symmetric_product,
)
def jump_from(loss, attack, design, terms, b, eta, P, q):
    """`jumps.best_jump` from a solution with gradient q: (H, model_c, coordinate, its new value); r < 1.

    With kinks the curvature is that of the smoothed objective that chose the support.
    """
    Z, y = design.Z, design.y
    n, m = Z.shape
    w, v = np.empty(n), np.empty(n)
    smooth_attack = attack if loss.quadratic or not has_kinks(loss, attack) else WORST_CASE
    d2P = smoothed(loss, smooth_attack, y, eta, P, SUPPORT_WIDTH * design.unit, np.empty(n), np.empty(n), w, v)[2]
    H, model_c = np.empty((m + 1, m + 1)), copy(terms.c)
    fill_hessian(has_gram(loss), Z, gram_of(Z), w, v, d2P, BAND, H)
    j, t = best_jump(loss, smooth_attack, Z, y, terms.r, KINK_WIDTH * design.unit, b, eta, P, H, q, model_c)
    return H, model_c, j, t


@kernel(types.Tuple((NUMBER, NUMBER, VECTOR))(LOSS, COUNT, DESIGN, TERMS, STATE))
def gradient_at(loss, attack, design, terms, state):
    """Objective, P and gradient q (m + 1,) in (b, P) at b, the kinks' multipliers held at sigma.

    An observation off its kink has no multiplier: its sign is that of the side where it lies.
    """
    Z, y, unit = design.Z, design.y, design.unit
    b, eta, sigma = state.b, state.eta, state.sigma
    n, m = Z.shape
    d_eta = np.empty(n)
    w = np.empty(n)
    v = np.empty(n)
    kappa = np.empty(n)
    q = np.empty(m + 1)
    P = penalty_value(b, terms)
    if has_kinks(loss, attack):
        sided(loss, 1.0 if attack == WORST_CASE else 0.0, y, eta, P, sigma, d_eta, w, v, kappa)
        for i in range(n):
            if abs(kappa[i]) > 4.0 * KINK_WIDTH * unit:
                sigma[i] = np.sign(kappa[i])
        value, q[m], _ = sided(loss, 1.0 if attack == WORST_CASE else 0.0, y, eta, P, sigma, d_eta, w, v, kappa)
    else:
        value, q[m], _ = smoothed(loss, attack, y, eta, P, 1.0, sigma, d_eta, w, v)
    gradient_in(Z, d_eta, q)
    return value, P, q


@kernel(types.Tuple((NUMBER, NUMBER))(LOSS, COUNT, DESIGN, TERMS, STATE), gradient_at)
def certify(loss, attack, design, terms, state):
    """Objective and optimality residual at b; sigma as in `gradient_at`."""
    value, P, q = gradient_at(loss, attack, design, terms, state)
    H, model_c = np.empty((0, 0)), terms.c
    if terms.r < 1.0:
        H, model_c, _, _ = jump_from(loss, attack, design, terms, state.b, state.eta, P, q)
    model = Terms(model_c, terms.ridge, terms.r, terms.offset)
    return value, residual_of(H, q, state.b, model, design.scale)
