"""The functions of `loss` for a family that gives its loss f(y, eta) and two derivatives for one observation.

The worst case and T3 mix the sides f(y, eta - P) and f(y, eta + P): with the sign s of the attack and
kappa = (f(eta - P) - f(eta + P)) / (2 P), whose zero is the kink, the loss is their mean + s P kappa. At P = 0 kappa is
minus the slope, whose zero, y = mu, is FGSM's kink. The Poisson family's own functions are a special case.
"""

import numpy as np

from simstudy.kernels.calls import part
from simstudy.kernels.loss import pair_at

# Up to this P the quotient is the mean of the slope over [-P, P], by the nodes and weights of Gauss-Legendre: the
# difference of the two losses would cancel.
LARGEST_MEAN = 0.5
NODES = np.polynomial.legendre.leggauss(7)[0]
WEIGHTS = np.polynomial.legendre.leggauss(7)[1] / 2.0


@part
def _value(loss, y, eta):
    return pair_at(loss.value, loss.parameters.ctypes, y, eta)


@part
def _slope(loss, y, eta):
    return pair_at(loss.slope, loss.parameters.ctypes, y, eta)


@part
def _curvature(loss, y, eta):
    return pair_at(loss.curvature, loss.parameters.ctypes, y, eta)


@part
def _mean_slope(loss, y, eta, P):
    """(f(eta + P) - f(eta - P)) / (2 P)."""
    if P > LARGEST_MEAN:
        return (_value(loss, y, eta + P) - _value(loss, y, eta - P)) / (2.0 * P)
    mean = 0.0
    for k in range(NODES.size):
        mean += WEIGHTS[k] * _slope(loss, y, eta + NODES[k] * P)
    return mean


@part
def _mean_curvature(loss, y, eta, P):
    """Derivative of `_mean_slope` in eta."""
    if P > LARGEST_MEAN:
        return (_slope(loss, y, eta + P) - _slope(loss, y, eta - P)) / (2.0 * P)
    mean = 0.0
    for k in range(NODES.size):
        mean += WEIGHTS[k] * _curvature(loss, y, eta + NODES[k] * P)
    return mean


@part
def _mean_slope_in_P(loss, y, eta, P, mean_slope):
    """Derivative of `_mean_slope` in P."""
    if P > 0.1:
        return (0.5 * (_slope(loss, y, eta + P) + _slope(loss, y, eta - P)) - mean_slope) / P
    mean = 0.0
    for k in range(NODES.size):
        mean += WEIGHTS[k] * NODES[k] * _curvature(loss, y, eta + NODES[k] * P)
    return mean


def plain(loss, y, eta, d_eta, w):
    """Mean loss without an attack, as `loss.PLAIN`."""
    total = 0.0
    for i in range(y.size):
        total += _value(loss, y[i], eta[i])
        d_eta[i] = _slope(loss, y[i], eta[i])
        w[i] = _curvature(loss, y[i], eta[i])
    return total / y.size


def smoothed(loss, y, eta, P, delta, sigma, d_eta, w, v):
    """As `loss.SMOOTHED`; without kinks the sign of the attack is that of y - mu at any eta."""
    total, dP, d2P = 0.0, 0.0, 0.0
    for i in range(y.size):
        if not loss.kinked:
            s = -np.sign(_slope(loss, y[i], eta[i]))
            at = eta[i] - s * P
            sigma[i] = s
            total += _value(loss, y[i], at)
            d_eta[i] = _slope(loss, y[i], at)
            w[i] = _curvature(loss, y[i], at)
            v[i] = -s * w[i]
            dP -= s * d_eta[i]
            d2P += w[i]
            continue
        kappa = -_mean_slope(loss, y[i], eta[i], P)
        inside = abs(kappa) < delta
        s = kappa / delta if inside else (1.0 if kappa > 0.0 else -1.0)
        sigma[i] = s
        slack = 0.5 * delta * (1.0 - s * s)
        low, high = 0.5 * (1.0 + s), 0.5 * (1.0 - s)
        total += low * _value(loss, y[i], eta[i] - P) + high * _value(loss, y[i], eta[i] + P) + P * slack
        slope_low = low * _slope(loss, y[i], eta[i] - P)
        slope_high = high * _slope(loss, y[i], eta[i] + P)
        curvature_low = low * _curvature(loss, y[i], eta[i] - P)
        curvature_high = high * _curvature(loss, y[i], eta[i] + P)
        d_eta[i] = slope_low + slope_high
        dP += slope_high - slope_low + slack
        w[i] = curvature_low + curvature_high
        v[i] = curvature_high - curvature_low
        d2P += w[i]
        if inside:
            in_eta = _mean_curvature(loss, y[i], eta[i], P)
            in_P = _mean_slope_in_P(loss, y[i], eta[i], P, -kappa)
            w[i] += P / delta * in_eta * in_eta
            v[i] += P / delta * in_eta * in_P
            d2P += P / delta * in_P * in_P
    return total / y.size, dP / y.size, d2P / y.size


def sided(loss, worst, y, eta, P, sigma, d_eta, w, v, kappa):
    """As `loss.SIDED`."""
    total, dP, d2P = 0.0, 0.0, 0.0
    for i in range(y.size):
        low, high = 0.5 * (1.0 + sigma[i]), 0.5 * (1.0 - sigma[i])
        total += low * _value(loss, y[i], eta[i] - P) + high * _value(loss, y[i], eta[i] + P)
        slope_low = low * _slope(loss, y[i], eta[i] - P)
        slope_high = high * _slope(loss, y[i], eta[i] + P)
        curvature_low = low * _curvature(loss, y[i], eta[i] - P)
        curvature_high = high * _curvature(loss, y[i], eta[i] + P)
        d_eta[i] = slope_low + slope_high
        dP += slope_high - slope_low
        w[i] = curvature_low + curvature_high
        v[i] = curvature_high - curvature_low
        d2P += w[i]
        kappa[i] = -worst * _mean_slope(loss, y[i], eta[i], P) - (1.0 - worst) * _slope(loss, y[i], eta[i])
    return total / y.size, dP / y.size, d2P / y.size


def kink(loss, worst, y_i, eta_i, P, kappa_i):
    """As `loss.KINK`."""
    mean_slope = _mean_slope(loss, y_i, eta_i, P)
    in_eta = -worst * _mean_curvature(loss, y_i, eta_i, P) - (1.0 - worst) * _curvature(loss, y_i, eta_i)
    in_P = -worst * _mean_slope_in_P(loss, y_i, eta_i, P, mean_slope)
    below, above = _slope(loss, y_i, eta_i - P), _slope(loss, y_i, eta_i + P)
    return in_eta, in_P, 0.5 * (below - above), -0.5 * (below + above)
