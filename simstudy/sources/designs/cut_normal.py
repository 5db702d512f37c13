r"""Moments and characteristic functions of jointly normal variables of which some are cut at thresholds.

Written for arrays; z is standard normal, E_a = 1(z > a).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, wofz

from simstudy.sources.designs.law import Array, ComplexArray

# Gauss-Legendre nodes of the integral for a pair of exceedances: correlations up to .99 to 1e-10.
NODES = 200


def exceedance_covariance(a: Array, b: Array, r: Array) -> Array:
    """Cov(E_a, E_b) of two standard normals with correlation r, elementwise.

    The derivative of P(z1 > a, z2 > b) in r is the bivariate density at (a, b) (Plackett 1954, Biometrika 41), so the
    covariance is its integral from 0 to r; r = sin(theta) takes the singularity at r = 1 off.

    Parameters
    ----------
    a, b, r : arrays of one shape
        -1 <= r <= 1.
    """
    x, w = np.polynomial.legendre.leggauss(NODES)
    theta = np.arcsin(r)[..., None] * (0.5 + 0.5 * x)
    sine, cosine = np.sin(theta), np.cos(theta)
    exponent = (a * a + b * b)[..., None] - 2.0 * (a * b)[..., None] * sine
    density = np.exp(-0.5 * exponent / np.maximum(cosine * cosine, 1e-300)) / (2.0 * math.pi)
    return np.asarray(0.5 * np.arcsin(r) * (density @ w))


def same_exceedance_covariance(a: Array, b: Array) -> Array:
    """Cov(E_a, E_b) of one standard normal, elementwise: P(z > max(a, b)) - P(z > a) P(z > b)."""
    return np.asarray(ndtr(-np.maximum(a, b)) - ndtr(-a) * ndtr(-b))


def tail_characteristic(s: Array, u: float) -> ComplexArray:
    """Integral of exp(i s z) times the standard normal density over z > u, for every s (m,).

    By the Faddeeva function, whose argument is kept in the upper half plane, where it is bounded.
    """
    if u < 0.0:
        below: ComplexArray = np.conj(tail_characteristic(s, -u))
        return np.exp(-0.5 * s * s) - below
    tail: ComplexArray = 0.5 * np.exp(-0.5 * u * u + 1j * u * s) * wofz((s + 1j * u) / math.sqrt(2.0))
    return tail


def cut_characteristic(t: Array, slope: float, values: Array, thresholds: Array) -> ComplexArray:
    """E exp(i t (slope z + values[level(z)])), level(z) the number of thresholds below z.

    Parameters
    ----------
    t : (m,) array
    slope : float
    values : (k + 1,) array
        Value of each level.
    thresholds : (k,) array
        Increasing.

    Returns
    -------
    (m,) complex array
    """
    tails = [np.exp(-0.5 * (slope * t) ** 2).astype(np.complex128)]
    tails += [tail_characteristic(slope * t, float(threshold)) for threshold in thresholds]
    total = np.exp(1j * t * values[-1]) * tails[-1]
    for value, here, above in zip(values, tails, tails[1:], strict=False):
        total += np.exp(1j * t * value) * (here - above)
    return np.asarray(total)
