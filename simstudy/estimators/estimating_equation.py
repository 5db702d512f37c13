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
from simstudy.estimators.input import ALIKE, Rows
from simstudy.families import Family
from simstudy.penalties import Penalty

FloatArray = NDArray[np.float64]

# Residuals this small, in units of the response's mean absolute deviation, are kinks: their sign is not observed.
KINK = 1e-7


@dataclass(frozen=True)
class Support:
    """A fit's selected coefficients in units in which no origin and no scale of a column matters.

    With an intercept the columns are centred, and all are divided by their largest size, so that the parameters are
    theta = (intercept + center'b, scale b): everything is computed for theta, and brought back at the end.

    Attributes
    ----------
    active : (q,) bool array
        A among (intercept,) slopes.
    Z : (n, a) float array
        Its columns, intercept first.
    center, scale : (k,) float arrays
        Of the selected slopes' columns.
    eta : (n,) float array
        The fit's linear predictor.
    counts : (n,) float array
        What each observation counts.
    """

    active: NDArray[np.bool_]
    Z: FloatArray
    center: FloatArray
    scale: FloatArray
    eta: FloatArray
    counts: FloatArray

    @property
    def total(self) -> float:
        """Number of observations, the sum of what each counts."""
        return float(self.counts.sum())

    def mean(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Mean of left_i right_i' (a, b) over the observations."""
        return np.asarray((left.T * self.counts) @ right / self.total)

    @property
    def has_intercept(self) -> bool:
        """Whether the first column is that of an intercept."""
        return bool(self.Z.shape[1] > self.scale.size)

    def slopes(self, values: FloatArray) -> FloatArray:
        """Values (k,) of the slopes as values (a,) of theta, zero for the intercept."""
        return np.append(np.zeros(int(self.has_intercept)), values)

    def coefficients(self, theta: FloatArray) -> FloatArray:
        """Coefficients (q,) of theta (a,), zero where they are not selected."""
        k = int(self.has_intercept)
        out = np.zeros(self.active.size)
        slopes = theta[k:] / self.scale
        out[self.active] = np.append(theta[:k] - self.center @ slopes, slopes) if k else slopes
        return out

    def errors(self, covariance: FloatArray) -> FloatArray:
        """Standard errors (q,) of the coefficients, from the covariance (a, a) of theta."""
        k = int(self.has_intercept)
        out = np.zeros(self.active.size)
        slopes = np.sqrt(np.diag(covariance))[k:] / self.scale
        out[self.active] = np.append(np.zeros(k), slopes)
        if k:
            loading = np.append(1.0, -self.center / self.scale)
            out[0] = np.sqrt(loading @ covariance @ loading)
        return out


@dataclass(frozen=True)
class Equation:
    """First-order description of a fit's estimating equation in theta; a = number of coefficients in A.

    Attributes
    ----------
    support : Support
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

    support: Support
    scores: FloatArray
    bread: FloatArray
    response: FloatArray
    price: float

    def jacobian(self, curvature: FloatArray) -> FloatArray:
        """H (a, a) with the `curvature` (k,) of the penalty at the selected slopes."""
        scale = self.support.scale
        return self.bread + self.price * np.diag(self.support.slopes(curvature / scale / scale))


def support_of(fit: Fit, X: FloatArray, fit_intercept: bool, rows: Rows = ALIKE) -> Support:
    """Selected columns of a fit."""
    selected = fit.coef != 0.0
    columns, b = X[:, selected], fit.coef[selected]
    center = columns.mean(axis=0) if fit_intercept else np.zeros(b.size)
    moved = columns - center
    scale = np.max(np.abs(moved), axis=0, initial=0.0)
    scale[scale == 0.0] = 1.0
    Z = moved / scale
    eta = (fit.intercept + center @ b) + Z @ (scale * b)
    if rows.offset is not None:
        eta = eta + rows.offset
    if fit_intercept:
        selected, Z = np.append(True, selected), np.column_stack([np.ones(len(X)), Z])
    return Support(selected, Z, center, scale, eta, rows.counts(len(X)))


def information(law: Family, support: Support) -> FloatArray:
    """I_AA = mean b''(eta_i) z_i z_i' (T5), without the dispersion."""
    return support.mean(support.Z * law.information(support.eta)[:, None], support.Z)


def error_signs(law: Family, y: FloatArray, eta: FloatArray) -> FloatArray:
    """s_i = sign(y_i - mu_i), zero on kinks."""
    errors = y - law.mean(eta)
    unit = np.mean(np.abs(y - y.mean()))
    return np.where(np.abs(errors) <= KINK * unit, 0.0, np.sign(errors))


def dispersion(law: Family, y: FloatArray, support: Support, parameters: float) -> float:
    """Estimate of phi: residual sum of squares over n - a for gaussian data, else one."""
    if not law.has_scale:
        return 1.0
    left = support.total - parameters
    squares = (y - law.mean(support.eta)) ** 2 / law.variance(support.eta)
    return float(support.counts @ squares / left) if left > 0 else np.nan


def penalty_total(penalty: Penalty, coef: FloatArray) -> float:
    """P_lam(beta), a scalar."""
    return float(penalty.multipliers(coef.size) @ penalty.value(np.abs(coef)))


def penalty_gradient(penalty: Penalty, coef: FloatArray) -> FloatArray:
    """g: derivative of P_lam at the nonzero slopes."""
    selected = coef != 0.0
    w = penalty.multipliers(coef.size)[selected]
    return np.asarray(w * penalty.slope(np.abs(coef[selected])) * np.sign(coef[selected]))


def penalty_slope_ratio(penalty: Penalty, coef: FloatArray) -> FloatArray:
    """w_j p'(|b_j|) / |b_j| (k,) at the nonzero slopes."""
    selected = coef != 0.0
    t = np.abs(coef[selected])
    return np.asarray(penalty.multipliers(coef.size)[selected] * penalty.slope(t) / t)


def penalty_curvature(penalty: Penalty, coef: FloatArray) -> FloatArray:
    """w_j p''(|b_j|) (k,) at the nonzero slopes, by central differences: exact where p' is linear between its knots."""
    selected = coef != 0.0
    t = np.abs(coef[selected])
    h = 1e-6 * t
    differences = (penalty.slope(t + h) - penalty.slope(t - h)) / (2.0 * h)
    return np.asarray(penalty.multipliers(coef.size)[selected] * differences)


def eigen(H: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Eigenvalues, eigenvectors, and the size below which an eigenvalue is rounding."""
    values, vectors = np.linalg.eigh(0.5 * (H + H.T))
    return values, vectors, 1e-12 * float(np.max(np.abs(values), initial=0.0))


def inverse_or_none(H: FloatArray) -> FloatArray | None:
    """Inverse of a positive definite matrix; None where it is not, up to rounding."""
    if not np.isfinite(H).all():
        return None
    values, vectors, rounding = eigen(H)
    return None if np.any(values <= rounding) else np.asarray((vectors / values) @ vectors.T)


def pseudo_inverse_or_none(H: FloatArray) -> FloatArray | None:
    """Inverse of a positive semidefinite matrix on its range; None where an eigenvalue is negative."""
    if not np.isfinite(H).all():
        return None
    values, vectors, rounding = eigen(H)
    if np.any(values < -rounding):
        return None
    inverted = np.divide(1.0, values, out=np.zeros_like(values), where=values > rounding)
    return np.asarray((vectors * inverted) @ vectors.T)


def penalised_equation(
    fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE
) -> Equation:
    """Estimating equation of T4 at a fit."""
    support = support_of(fit, X, fit_intercept, rows)
    Z, eta = support.Z, support.eta
    g = support.slopes(penalty_gradient(penalty, fit.coef) / support.scale)
    bread = information(law, support)
    return Equation(support, law.slope(y, eta)[:, None] * Z + g, bread, bread, 1.0)


def attacked_equation(
    fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, fit_intercept: bool, rows: Rows = ALIKE
) -> Equation:
    """Estimating equation of T3 at a fit."""
    support = support_of(fit, X, fit_intercept, rows)
    Z, eta = support.Z, support.eta
    s = error_signs(law, y, eta)
    P = penalty_total(penalty, fit.coef)
    g = support.slopes(penalty_gradient(penalty, fit.coef) / support.scale)
    attacked = Z - s[:, None] * g
    slopes = law.slope(y, eta - s * P)
    # More coefficients than half the observations leave no residuals to speak of: the density at zero is not theirs.
    sigma = np.sqrt(dispersion(law, y, support, min(Z.shape[1], support.total // 2)))
    curvature = law.information(eta)
    kinks = 2.0 * P * support.mean(Z * law.kink_curvature(eta, sigma)[:, None], Z)
    bread = support.mean(attacked * law.curvature(y, eta - s * P)[:, None], attacked) + kinks
    response = support.mean(attacked * curvature[:, None], Z) + kinks
    price = float(-np.average(s * slopes, weights=support.counts))
    return Equation(support, slopes[:, None] * attacked, bread, response, price)
