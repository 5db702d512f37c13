"""The quadratic model of a loss in (b, P) with a penalty P(b) inside: its residual and its minimiser for any power."""

import numpy as np

from simstudy.kernels.calls import part
from simstudy.kernels.power import minimise_power_model, power_residual
from simstudy.kernels.quadratic import minimise_model
from simstudy.kernels.vectors import any_positive


@part
def penalty_value(b, terms):
    """P(b) = offset + sum_j (c_j |b_j|^r + ridge_j b_j^2 / 2)."""
    P = terms.offset
    for j in range(b.size):
        t = abs(b[j])
        P += terms.c[j] * (t if terms.r == 1.0 else t**terms.r) + 0.5 * terms.ridge[j] * t * t
    return P


@part
def residual_of(H, q, b, terms, scale):
    """Optimality residual for the gradient q in (b, P); H is read for r < 1 only."""
    c, ridge = terms.c, terms.ridge
    if terms.r != 1.0:
        return power_residual(H, q, b, c, terms.r, scale)
    m = b.size
    worst = 0.0
    for j in range(m):
        slope = q[j] + q[m] * ridge[j] * b[j]
        if b[j] > 0.0:
            distance = abs(slope + c[j] * q[m])
        elif b[j] < 0.0:
            distance = abs(slope - c[j] * q[m])
        else:
            distance = max(0.0, abs(slope) - c[j] * q[m])
        worst = max(worst, distance / scale[j])
    return worst


@part
def minimise_step(H, q, b, terms, scale, tol, faces):
    """Minimiser of the quadratic model with this penalty, in place; False where the curvature is singular.

    `faces` as in `quadratic.minimise_model`.
    A ridge is smooth: with P = K + S, S = sum ridge_j b_j^2 / 2, the model in (b, P) becomes one in (b, K).
    """
    c, ridge = terms.c, terms.ridge
    if terms.r != 1.0:
        minimise_power_model(H, q, b, c, terms.r, scale, tol)
        return True
    if any_positive(ridge):
        m = b.size
        slope, cross = np.empty(m), np.empty(m)
        for j in range(m):
            slope[j] = ridge[j] * b[j]
            cross[j] = H[j, m]
        for j in range(m):
            for k in range(m):
                H[j, k] += cross[j] * slope[k] + slope[j] * cross[k] + H[m, m] * slope[j] * slope[k]
            H[j, j] += q[m] * ridge[j]
            H[j, m] += H[m, m] * slope[j]
            H[m, j] = H[j, m]
            q[j] += q[m] * slope[j]
    return minimise_model(H, q, b, c, scale, tol, faces)
