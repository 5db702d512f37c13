"""Loss of one data set as a function of (eta, P), with first and second derivatives, for every family and attack.

The attack moves each linear predictor by ``-sigma_i P`` with a sign ``sigma_i`` that may take any value in [-1, 1]
where the two one-sided gradients of T3 meet (a kink). In ``smoothed`` that sign is ``clip(kappa_i / delta, -1, 1)``,
where ``kappa_i`` is the function whose zero is the kink; in ``sided`` it is given, so that a solution can be certified
with the multipliers of its kinks held fixed. Both fill the derivatives of each observation in eta (``d_eta``) and the
weights of its second derivative (``w`` in eta, eta and ``v`` in eta, P), and return means over the observations.
"""

import numpy as np
from numba import njit

from simstudy.kernels.codes import Attack, FamilyCode

GAUSSIAN = np.int64(FamilyCode.GAUSSIAN)
BINOMIAL = np.int64(FamilyCode.BINOMIAL)
NONE = np.int64(Attack.NONE)

# Products of this many factors in [1, 2] stay far from overflow and cost one logarithm.
LOG_BATCH = 64


@njit(cache=True)
def has_kinks(family, attack):
    """Whether the sign of the attack depends on the coefficients (binomial: it is the sign of the label)."""
    return attack != NONE and family != BINOMIAL


@njit(cache=True)
def sinhc(P):
    """sinh(P)/P and its derivative, by series where the quotient cancels."""
    if abs(P) < 1e-2:
        s = P * P
        return 1.0 + s / 6.0 * (1.0 + s / 20.0 * (1.0 + s / 42.0)), P / 3.0 * (1.0 + s / 10.0 * (1.0 + s / 28.0))
    return np.sinh(P) / P, (P * np.cosh(P) - np.sinh(P)) / (P * P)


@njit(cache=True)
def _unattacked(family, y, eta, d_eta, w):
    n = y.size
    loss = 0.0
    if family == GAUSSIAN:
        for i in range(n):
            r = y[i] - eta[i]
            loss += 0.5 * r * r
            d_eta[i] = -r
            w[i] = 1.0
    elif family == BINOMIAL:
        product = 1.0
        for i in range(n):
            e = np.exp(-abs(eta[i]))
            product *= 1.0 + e
            if i % LOG_BATCH == LOG_BATCH - 1:
                loss += np.log(product)
                product = 1.0
            mu = 1.0 / (1.0 + e) if eta[i] >= 0.0 else e / (1.0 + e)
            loss += max(eta[i], 0.0) - y[i] * eta[i]
            d_eta[i] = mu - y[i]
            w[i] = e / ((1.0 + e) * (1.0 + e))
        loss += np.log(product)
    else:
        for i in range(n):
            mu = np.exp(eta[i])
            loss += mu - y[i] * eta[i]
            d_eta[i] = mu - y[i]
            w[i] = mu
    return loss / n


@njit(cache=True)
def _binomial_attacked(y, eta, P, sigma, d_eta, w, v):
    n = y.size
    loss = 0.0
    product = 1.0
    total = 0.0
    curvature = 0.0
    for i in range(n):
        sign = 1.0 if y[i] > 0.5 else -1.0
        z = P - sign * eta[i]
        e = np.exp(-abs(z))
        product *= 1.0 + e
        if i % LOG_BATCH == LOG_BATCH - 1:
            loss += np.log(product)
            product = 1.0
        activation = 1.0 / (1.0 + e) if z >= 0.0 else e / (1.0 + e)
        loss += max(z, 0.0)
        total += activation
        sigma[i] = sign
        d_eta[i] = -sign * activation
        w[i] = e / ((1.0 + e) * (1.0 + e))
        v[i] = -sign * w[i]
        curvature += w[i]
    loss += np.log(product)
    return loss / n, total / n, curvature / n


@njit(cache=True)
def _gaussian_smoothed(y, eta, P, delta, sigma, d_eta, w, v):
    n = y.size
    loss = 0.0
    total = 0.0
    for i in range(n):
        r = y[i] - eta[i]
        if abs(r) < delta:
            s = r / delta
            size = 0.5 * r * s + 0.5 * delta
            w[i] = 1.0 + P / delta
        else:
            s = 1.0 if r > 0.0 else -1.0
            size = abs(r)
            w[i] = 1.0
        sigma[i] = s
        loss += 0.5 * r * r + P * size
        total += size
        d_eta[i] = -(r + P * s)
        v[i] = -s
    return loss / n + 0.5 * P * P, total / n + P, 1.0


@njit(cache=True)
def _poisson_smoothed(y, eta, P, delta, sigma, d_eta, w, v):
    n = y.size
    ch = np.cosh(P)
    sh = np.sinh(P)
    k, dk = sinhc(P)
    loss = 0.0
    total = 0.0
    curvature = 0.0
    for i in range(n):
        mu = np.exp(eta[i])
        kappa = y[i] - mu * k
        inside = abs(kappa) < delta
        s = kappa / delta if inside else (1.0 if kappa > 0.0 else -1.0)
        sigma[i] = s
        slack = 0.5 * delta * (1.0 - s * s)
        loss += mu * (ch - s * sh) - y[i] * (eta[i] - s * P) + P * slack
        d_eta[i] = mu * (ch - s * sh) - y[i]
        total += mu * (sh - s * ch) + s * y[i] + slack
        w[i] = mu * (ch - s * sh)
        v[i] = mu * (sh - s * ch)
        curvature += w[i]
        if inside:
            w[i] += P / delta * mu * mu * k * k
            v[i] += P / delta * mu * mu * k * dk
            curvature += P / delta * mu * mu * dk * dk
    return loss / n, total / n, curvature / n


@njit(cache=True)
def smoothed(family, attack, y, eta, P, delta, sigma, d_eta, w, v):
    """Loss at (eta, P) with the attack's sign smoothed over the width `delta`.

    Fills `sigma`, `d_eta`, `w`, `v` (each (n,)) and returns (loss, dloss/dP, d2loss/dP2), means over observations.
    The loss is jointly convex in (eta, P) and its derivatives are its own. Poisson FGSM, whose T3 jumps at its kinks,
    is smoothed as the worst case.
    """
    if attack == NONE:
        v[:] = 0.0
        return _unattacked(family, y, eta, d_eta, w) + P, 1.0, 0.0
    if family == BINOMIAL:
        return _binomial_attacked(y, eta, P, sigma, d_eta, w, v)
    if family == GAUSSIAN:
        return _gaussian_smoothed(y, eta, P, delta, sigma, d_eta, w, v)
    return _poisson_smoothed(y, eta, P, delta, sigma, d_eta, w, v)


@njit(cache=True)
def sided(family, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    """Loss at (eta, P) of a family with kinks, with the attack's signs `sigma` (n,) held as given.

    `worst` places the Poisson kinks: 0 where y_i = mu_i (FGSM), 1 where y_i = mu_i sinh(P)/P (WORST_CASE), and anything
    in between on the way from one to the other. Fills `d_eta`, `w`, `v` and `kappa` (each (n,)) and returns
    (loss, dloss/dP, d2loss/dP2).
    """
    n = y.size
    loss = 0.0
    total = 0.0
    if family == GAUSSIAN:
        for i in range(n):
            r = y[i] - eta[i]
            loss += 0.5 * r * r + P * sigma[i] * r
            total += sigma[i] * r
            d_eta[i] = -(r + P * sigma[i])
            w[i] = 1.0
            v[i] = -sigma[i]
            kappa[i] = r
        return loss / n + 0.5 * P * P, total / n + P, 1.0
    ch = np.cosh(P)
    sh = np.sinh(P)
    k = 1.0 + worst * (sinhc(P)[0] - 1.0)
    curvature = 0.0
    for i in range(n):
        mu = np.exp(eta[i])
        s = sigma[i]
        loss += mu * (ch - s * sh) - y[i] * (eta[i] - s * P)
        d_eta[i] = mu * (ch - s * sh) - y[i]
        total += mu * (sh - s * ch) + s * y[i]
        w[i] = mu * (ch - s * sh)
        v[i] = mu * (sh - s * ch)
        curvature += w[i]
        kappa[i] = y[i] - mu * k
    return loss / n, total / n, curvature / n


@njit(cache=True)
def kink_derivatives(family, worst, y_i, eta_i, P, kappa_i):
    """Derivatives at one kink: (kappa in eta, kappa in P, d_eta in sigma, d_P in sigma)."""
    if family == GAUSSIAN:
        return -1.0, 0.0, -P, kappa_i
    mu = np.exp(eta_i)
    k, dk = sinhc(P)
    return -mu * (1.0 + worst * (k - 1.0)), -mu * worst * dk, -mu * np.sinh(P), y_i - mu * np.cosh(P)
