"""The estimating equation of T3 or T4 to first order around a fit: what standard errors and degrees of freedom share.

On the selected support A (nonzero slopes, and the intercept) a fit solves the mean over i of psi_i = 0 with

    T4:  psi_i = (b'(eta_i) - y_i) z_i + g
    T3:  psi_i = (b'(eta_i - s_i P) - y_i) (z_i - s_i g),   g_j = w_j p'(|b_j|) sign(b_j), 0 for the intercept

and its Jacobian in b is bread + price * diag(curvature of the penalty), with price the derivative of the objective in P
(one for T4) and

    T4:  bread = mean b''(eta_i) z_i z_i'
    T3:  bread = mean b''(eta_i - s_i P) (z_i - s_i g)(z_i - s_i g)' + K,   K = 2 P mean d_i b''(eta_i)^2 z_i z_i'

K is the kink term. s_i = sign(y_i - mu_i) jumps where mu_i(b) passes y_i, and psi_i then jumps by -2 P b'' z_i to first
order in P, so that the mean of psi moves by K db, d_i the density of y_i - mu_i at zero. The derivative for fixed signs
misses it. K is of order P, so the density that the family implies is used, not a smoothed count, which would need a
bandwidth; a binomial label never meets its mean, and K is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simstudy.estimators.fit import Fit
from simstudy.families import Family
from simstudy.penalties import Penalty

FloatArray = NDArray[np.float64]

# Residuals this small, in units of the response's mean absolute deviation, are kinks: their sign is not observed.
KINK = 1e-7


@dataclass(frozen=True)
class Equation:
    """First-order description of a fit's estimating equation; a = number of coefficients in A, intercept first.

    Attributes
    ----------
    active : (q,) bool array
        A among (intercept,) slopes.
    Z : (n, a) float array
        Its columns.
    scores : (n, a) float array
        psi_i.
    bread : (a, a) float array
        Jacobian of their mean without the penalty's curvature.
    response : (a, a) float array
        How far the mean of psi moves with y, in the direction of the fit: minus the sum over i of (d psi_i / d y_i)
        b''(eta_i) z_i' / n; equal to `bread` for T4.
    price : float
        Derivative of the objective in P, one for T4.
    """

    active: NDArray[np.bool_]
    Z: FloatArray
    scores: FloatArray
    bread: FloatArray
    response: FloatArray
    price: float


def active_columns(fit: Fit, X: FloatArray, fit_intercept: bool) -> tuple[NDArray[np.bool_], FloatArray]:
    """A as a mask (q,), and its columns (n, a) with the intercept's ones first."""
    selected = fit.coef != 0.0
    columns = X[:, selected]
    if not fit_intercept:
        return selected, columns
    return np.append(True, selected), np.column_stack([np.ones(len(X)), columns])


def information(law: Family, Z: FloatArray, eta: FloatArray) -> FloatArray:
    """I_AA = mean b''(eta_i) z_i z_i' (T5), without the dispersion."""
    return np.asarray((Z.T * law.information(eta)) @ Z / len(Z))


def error_signs(law: Family, y: FloatArray, eta: FloatArray) -> FloatArray:
    """s_i = sign(y_i - mu_i), zero on kinks."""
    errors = y - law.mean(eta)
    unit = np.mean(np.abs(y - y.mean()))
    return np.where(np.abs(errors) <= KINK * unit, 0.0, np.sign(errors))


def dispersion(law: Family, y: FloatArray, eta: FloatArray, parameters: int) -> float:
    """Estimate of phi: residual sum of squares over n - a for gaussian data, else one."""
    if not law.has_scale:
        return 1.0
    left = y.size - parameters
    return float(np.sum((y - law.mean(eta)) ** 2 / law.variance(eta)) / left) if left > 0 else np.nan


def penalty_total(penalty: Penalty, coef: FloatArray) -> float:
    """P_lam(beta), a scalar."""
    return float(penalty.multipliers(coef.size) @ penalty.value(np.abs(coef)))


def penalty_gradient(penalty: Penalty, coef: FloatArray) -> FloatArray:
    """g: derivative of P_lam at the nonzero slopes."""
    selected = coef != 0.0
    w = penalty.multipliers(coef.size)[selected]
    return np.asarray(w * penalty.slope(np.abs(coef[selected])) * np.sign(coef[selected]))


def penalised_equation(
    fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, fit_intercept: bool
) -> Equation:
    """Estimating equation of T4 at a fit."""
    active, Z = active_columns(fit, X, fit_intercept)
    eta = fit.intercept + X @ fit.coef
    g = np.append(np.zeros(int(fit_intercept)), penalty_gradient(penalty, fit.coef))
    bread = information(law, Z, eta)
    return Equation(active, Z, law.slope(y, eta)[:, None] * Z + g, bread, bread, 1.0)


def attacked_equation(
    fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, fit_intercept: bool
) -> Equation:
    """Estimating equation of T3 at a fit."""
    active, Z = active_columns(fit, X, fit_intercept)
    n = y.size
    eta = fit.intercept + X @ fit.coef
    s = error_signs(law, y, eta)
    P = penalty_total(penalty, fit.coef)
    g = np.append(np.zeros(int(fit_intercept)), penalty_gradient(penalty, fit.coef))
    attacked = Z - s[:, None] * g
    slopes = law.slope(y, eta - s * P)
    sigma = np.sqrt(dispersion(law, y, eta, Z.shape[1]))
    curvature = law.information(eta)
    kinks = 2.0 * P * (Z.T * law.kink_curvature(eta, sigma)) @ Z / n
    bread = (attacked.T * law.curvature(y, eta - s * P)) @ attacked / n + kinks
    response = (attacked.T * curvature) @ Z / n + kinks
    return Equation(active, Z, slopes[:, None] * attacked, bread, response, float(-np.mean(s * slopes)))
