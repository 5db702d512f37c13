"""Loss of one data set as a function of (eta, P), with first and second derivatives, for every family and attack.

The attack moves each linear predictor by ``-sigma_i P`` with a sign ``sigma_i`` that may take any value in [-1, 1]
where the two one-sided gradients of T3 meet (a kink). In ``smoothed`` that sign is ``clip(kappa_i / delta, -1, 1)``,
where ``kappa_i`` is the function whose zero is the kink; in ``sided`` it is given, so that a solution can be certified
with the multipliers of its kinks held fixed. Both fill the derivatives of each observation in eta (``d_eta``) and the
weights of its second derivative (``w`` in eta, eta and ``v`` in eta, P), and return means over the observations.

What a family computes is called through the addresses in its `Loss`; `scalar_loss` has these functions for a family
that is known by scalar functions. It knows neither weights nor offsets: they are put on here, `d_eta`, `w` and `v`
bring the weights along, so that whoever takes means over the observations need not know of them either.
"""

import numpy as np
from numba import types

from simstudy.kernels.arguments import LOSS, NUMBER, PARAMETERS, VECTOR
from simstudy.kernels.calls import KERNELS, at_address, kernel, part
from simstudy.kernels.codes import Attack
from simstudy.kernels.vectors import copy, fill

NONE = np.int64(Attack.NONE)

# Each observation's loss at eta, attacked by nothing: (loss, y, eta, d_eta, w) -> mean loss.
PLAIN = NUMBER(LOSS, VECTOR, VECTOR, VECTOR, VECTOR)
# `smoothed` for an attack: (loss, y, eta, P, delta, sigma, d_eta, w, v) -> (loss, dloss/dP, d2loss/dP2).
SMOOTHED = types.UniTuple(NUMBER, 3)(LOSS, VECTOR, VECTOR, NUMBER, NUMBER, VECTOR, VECTOR, VECTOR, VECTOR)
# `sided`: (loss, worst, y, eta, P, sigma, d_eta, w, v, kappa) -> (loss, dloss/dP, d2loss/dP2).
SIDED = types.UniTuple(NUMBER, 3)(LOSS, NUMBER, VECTOR, VECTOR, NUMBER, VECTOR, VECTOR, VECTOR, VECTOR, VECTOR)
# `kink_derivatives` of one observation: (loss, worst, y_i, eta_i, P, kappa_i) -> four derivatives.
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
def has_gram(loss):
    """Whether the loss's second derivative is Z'Z/n wherever no kink is smoothed."""
    return loss.quadratic and loss.weights.size == 0


@part
def _predictor(loss, eta):
    """Linear predictor with its offset."""
    if loss.offset.size == 0:
        return eta
    moved = copy(eta)
    for i in range(eta.size):
        moved[i] += loss.offset[i]
    return moved


@part
def _end_of_run(weights, start):
    """Where the observations end that have the weight of the one at `start`."""
    stop = start + 1
    while stop < weights.size and weights[stop] == weights[start]:
        stop += 1
    return stop


@part
def _weigh(values, start, stop, weight):
    for i in range(start, stop):
        values[i] *= weight


@part
def _smoothed_alike(loss, attack, y, eta, P, delta, sigma, d_eta, w, v):
    """`smoothed` at a predictor for observations that count alike, without the P of T4."""
    if attack == NONE:
        fill(v, 0.0)
        return _plain(loss.plain, loss, y, eta, d_eta, w), 1.0, 0.0
    return _smoothed(loss.smoothed, loss, y, eta, P, delta, sigma, d_eta, w, v)


@kernel(types.UniTuple(NUMBER, 3)(LOSS, types.int64, *SMOOTHED.args[1:]))
def smoothed_by_runs(loss, attack, y, eta, P, delta, sigma, d_eta, w, v):
    """`_smoothed_alike` for each run of equal weights."""
    value, dP, d2P = 0.0, 0.0, 0.0
    start, n = 0, y.size
    while start < n:
        stop, weight = _end_of_run(loss.weights, start), loss.weights[start]
        r = slice(start, stop)
        found = _smoothed_alike(loss, attack, y[r], eta[r], P, delta, sigma[r], d_eta[r], w[r], v[r])
        share = weight * (stop - start) / n
        value, dP, d2P = value + share * found[0], dP + share * found[1], d2P + share * found[2]
        _weigh(d_eta, start, stop, weight)
        _weigh(w, start, stop, weight)
        _weigh(v, start, stop, weight)
        start = stop
    return value, dP, d2P


@kernel(SIDED)
def sided_by_runs(loss, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    """`sided` at a predictor for each run of equal weights."""
    value, dP, d2P = 0.0, 0.0, 0.0
    start, n = 0, y.size
    while start < n:
        stop, weight = _end_of_run(loss.weights, start), loss.weights[start]
        r = slice(start, stop)
        found = _sided(loss.sided, loss, worst, y[r], eta[r], P, sigma[r], d_eta[r], w[r], v[r], kappa[r])
        share = weight * (stop - start) / n
        value, dP, d2P = value + share * found[0], dP + share * found[1], d2P + share * found[2]
        _weigh(d_eta, start, stop, weight)
        _weigh(w, start, stop, weight)
        _weigh(v, start, stop, weight)
        start = stop
    return value, dP, d2P


def prepare_weights() -> None:
    """Build what observations that count differently need."""
    for each in (smoothed_by_runs, sided_by_runs):
        KERNELS[each].build()


@part
def smoothed(loss, attack, y, eta, P, delta, sigma, d_eta, w, v):
    """Loss at (eta, P) with the attack's sign smoothed over the width `delta`.

    Fills `sigma`, `d_eta`, `w`, `v` (each (n,)) and returns (loss, dloss/dP, d2loss/dP2), means over observations.
    The loss is jointly convex in (eta, P) and its derivatives are its own. FGSM where T3 jumps at its kinks (Poisson)
    is smoothed as the worst case.
    """
    at = _predictor(loss, eta)
    if loss.weights.size == 0:
        value, dP, d2P = _smoothed_alike(loss, attack, y, at, P, delta, sigma, d_eta, w, v)
    else:
        value, dP, d2P = smoothed_by_runs(loss, attack, y, at, P, delta, sigma, d_eta, w, v)
    return (value + P if attack == NONE else value), dP, d2P


@part
def sided(loss, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    """Loss at (eta, P) of a family with kinks, with the attack's signs `sigma` (n,) held as given.

    `worst` places the kinks: 0 where y_i = mu_i (FGSM), 1 where the two sides have equal losses (WORST_CASE; Poisson:
    y_i = mu_i sinh(P)/P), and anything in between on the way from one to the other. Fills `d_eta`, `w`, `v` and `kappa`
    (each (n,)) and returns (loss, dloss/dP, d2loss/dP2).
    """
    at = _predictor(loss, eta)
    if loss.weights.size == 0:
        return _sided(loss.sided, loss, worst, y, at, P, sigma, d_eta, w, v, kappa)
    return sided_by_runs(loss, worst, y, at, P, sigma, d_eta, w, v, kappa)


@part
def kink_derivatives(loss, worst, y, eta, P, kappa, i):
    """Derivatives at the kink of observation i: (kappa in eta, kappa in P, d_eta in sigma, d_P in sigma)."""
    at = eta[i] + (loss.offset[i] if loss.offset.size else 0.0)
    weight = loss.weights[i] if loss.weights.size else 1.0
    in_eta, in_P, d_eta, d_P = _kink(loss.kink, loss, worst, y[i], at, P, kappa[i])
    return in_eta, in_P, weight * d_eta, weight * d_P


@part
def directions(loss, y):
    """Direction of eta (n,) in which each observation's loss falls for ever.

    Empty where one has none, or where a minimiser is known to exist.
    """
    if loss.attained:
        return np.empty(0)
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
