"""Loss of one data set as a function of (eta, P), with first and second derivatives, for every family and attack.

The attack moves each linear predictor by ``-sigma_i P`` with a sign ``sigma_i`` that may take any value in [-1, 1]
where the two one-sided gradients of T3 meet (a kink). In ``smoothed`` that sign is ``clip(kappa_i / delta, -1, 1)``,
where ``kappa_i`` is the function whose zero is the kink; in ``sided`` it is given, so that a solution can be certified
with the multipliers of its kinks held fixed. Both fill the derivatives of each observation in eta (``d_eta``) and the
weights of its second derivative (``w`` in eta, eta and ``v`` in eta, P), and return means over the observations.

What a family computes is called through the addresses in its `Loss`; `scalar_loss` has these functions for a family
that is known by scalar functions.
"""

import numpy as np
from numba import types

from simstudy.kernels.arguments import LOSS, NUMBER, PARAMETERS, VECTOR
from simstudy.kernels.calls import at_address, part
from simstudy.kernels.codes import Attack
from simstudy.kernels.vectors import fill

NONE = np.int64(Attack.NONE)

# Each observation's loss at eta, attacked by nothing: (loss, y, eta, d_eta, w) -> mean loss.
PLAIN = NUMBER(LOSS, VECTOR, VECTOR, VECTOR, VECTOR)
# `smoothed` for an attack: (loss, y, eta, P, delta, sigma, d_eta, w, v) -> (loss, dloss/dP, d2loss/dP2).
SMOOTHED = types.UniTuple(NUMBER, 3)(LOSS, VECTOR, VECTOR, NUMBER, NUMBER, VECTOR, VECTOR, VECTOR, VECTOR)
# `sided`: (loss, worst, y, eta, P, sigma, d_eta, w, v, kappa) -> (loss, dloss/dP, d2loss/dP2).
SIDED = types.UniTuple(NUMBER, 3)(LOSS, NUMBER, VECTOR, VECTOR, NUMBER, VECTOR, VECTOR, VECTOR, VECTOR, VECTOR)
# `kink_derivatives`: (loss, worst, y_i, eta_i, P, kappa_i) -> four derivatives.
KINK = types.UniTuple(NUMBER, 4)(LOSS, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER)
# A scalar function of one number, and one of (y, eta).
SCALAR = NUMBER(PARAMETERS, NUMBER)
PAIR = NUMBER(PARAMETERS, NUMBER, NUMBER)

_plain = at_address(PLAIN)
_smoothed = at_address(SMOOTHED)
_sided = at_address(SIDED)
_kink = at_address(KINK)
scalar_at = at_address(SCALAR)
pair_at = at_address(PAIR)


@part
def has_kinks(loss, attack):
    """Whether the sign of the attack depends on the coefficients (binomial: it is the sign of the label)."""
    return attack != NONE and loss.kinked


@part
def smoothed(loss, attack, y, eta, P, delta, sigma, d_eta, w, v):
    """Loss at (eta, P) with the attack's sign smoothed over the width `delta`.

    Fills `sigma`, `d_eta`, `w`, `v` (each (n,)) and returns (loss, dloss/dP, d2loss/dP2), means over observations.
    The loss is jointly convex in (eta, P) and its derivatives are its own. FGSM where T3 jumps at its kinks (Poisson)
    is smoothed as the worst case.
    """
    if attack == NONE:
        fill(v, 0.0)
        return _plain(loss.plain, loss, y, eta, d_eta, w) + P, 1.0, 0.0
    return _smoothed(loss.smoothed, loss, y, eta, P, delta, sigma, d_eta, w, v)


@part
def sided(loss, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    """Loss at (eta, P) of a family with kinks, with the attack's signs `sigma` (n,) held as given.

    `worst` places the kinks: 0 where y_i = mu_i (FGSM), 1 where the two sides have equal losses (WORST_CASE; Poisson:
    y_i = mu_i sinh(P)/P), and anything in between on the way from one to the other. Fills `d_eta`, `w`, `v` and `kappa`
    (each (n,)) and returns (loss, dloss/dP, d2loss/dP2).
    """
    return _sided(loss.sided, loss, worst, y, eta, P, sigma, d_eta, w, v, kappa)


@part
def kink_derivatives(loss, worst, y_i, eta_i, P, kappa_i):
    """Derivatives at one kink: (kappa in eta, kappa in P, d_eta in sigma, d_P in sigma)."""
    return _kink(loss.kink, loss, worst, y_i, eta_i, P, kappa_i)


@part
def directions(loss, y):
    """Direction of eta (n,) in which each observation's loss falls for ever; empty where one has none."""
    found = np.empty(y.size)
    for i in range(y.size):
        found[i] = scalar_at(loss.recession, loss.parameters.ctypes, y[i])
        if found[i] == 0.0:
            return np.empty(0)
    return found


@part
def null_predictor(loss, mean):
    """The eta at which the mean response is `mean`."""
    return scalar_at(loss.link, loss.parameters.ctypes, mean)
