"""Debiased coefficients and their standard errors where p is of the order of n (T21), from a fit and its data alone.

h_j = Vh w_j + p^(-1/2) sum_i x_ij g_i is N(mh w0_j, qh) for every j, w = sqrt(p) betahat, w0 = sqrt(p) beta0, g_i = -l'
of observation i at the fit. Covariates are taken to be independent with mean zero and variance one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Accepts, Law, Placement
from simstudy.estimators.estimating_equation import error_signs, penalty_gradient, penalty_total, support_of
from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data, check_penalty
from simstudy.estimators.penalized import penalized
from simstudy.estimators.registry import estimator_named, estimator_of_arrays
from simstudy.families import Family
from simstudy.families import family as family_named
from simstudy.families.outputs import OUTPUTS, Output, Overlaps, Truth
from simstudy.families.outputs.nodes import normal_nodes
from simstudy.penalties import Growth, Penalty
from simstudy.records import Status

FloatArray = NDArray[np.float64]

# Standard errors of the null that the signal's strength must exceed before labels tell it.
NOISE = 2.0
# Standard deviations of x'beta0 between which that of the labels is looked for.
WEAKEST, STRONGEST = 1e-2, 1e2


def is_plain_lasso(penalty: Penalty) -> bool:
    """Whether all coordinates are penalised alike, in proportion to their size."""
    return penalty.growth == Growth.LINEAR and getattr(penalty, "weights", None) is None


PLAIN_LASSO = Accepts("a LASSO without weights", is_plain_lasso)


@dataclass(frozen=True)
class Residuals:
    """What each observation says at a fit (T21).

    Attributes
    ----------
    g : (n,) float array
        -l' in the linear predictor; on a kink the multiplier of the certificate, sigma_i P.
    curvature : (n,) float array
        l'' off the kinks, not read on them.
    on_kink : (n,) bool array
    P : float
        P_lam(betahat) where it is inside the loss, else zero.
    """

    g: FloatArray
    curvature: FloatArray
    on_kink: NDArray[np.bool_]
    P: float


def residuals(
    fit: Fit, X: FloatArray, y: FloatArray, law: Family, penalty: Penalty, inside: bool, fit_intercept: bool
) -> Residuals:
    """Residuals of a fit; the multipliers on kinks solve its optimality conditions on the support."""
    eta = fit.intercept + X @ fit.coef
    if not inside:
        return Residuals(y - law.mean(eta), law.variance(eta), np.zeros(y.size, dtype=bool), 0.0)
    P, signs = penalty_total(penalty, fit.coef), error_signs(law, y, eta)
    attacked = eta - signs * P
    g, on_kink = y - law.mean(attacked), signs == 0.0
    if on_kink.any():
        support = support_of(fit, X, fit_intercept)
        Z = support.Z
        kappa = np.mean(np.where(on_kink, P, np.abs(g)))
        slopes = support.slopes(penalty_gradient(penalty, fit.coef) / support.scale)
        missing = y.size * kappa * slopes - Z[~on_kink].T @ g[~on_kink]
        g[on_kink] = np.clip(np.linalg.lstsq(Z[on_kink].T, missing, rcond=None)[0], -P, P)
    return Residuals(g, law.variance(attacked), on_kink, P)


def proportional_debiased(
    fit: Fit,
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    estimator: str,
    fit_intercept: bool = True,
) -> Fit:
    """Fit with debiased slopes and their standard errors at n/p fixed (end of T21); p > n is allowed.

    Parameters
    ----------
    fit : Fit
        FGSM (T3) or penalised (T4) LASSO fit of the data.
    X : (n, p) array
        Covariates; the law holds for independent columns with mean zero and variance one.
    y : (n,) array
    family : {"gaussian", "binomial"}
    penalty : Lasso
        That of the fit, its lam per observation.
    estimator : {"fgsm", "penalized"}
    fit_intercept : bool
        As in the fit.

    Returns
    -------
    Fit
        `coef` h_j / (mh sqrt(p)) and `se` sqrt(qh) / (mh sqrt(p)), so that (coef - beta0) / se is standard normal in
        the limit, for zero and nonzero coefficients alike; the intercept is that of the fit. NaN with status
        RANK_DEFICIENT where the fit interpolates, DEGENERATE_RESPONSE where the signal in labels is within its noise or
        stronger than labels can tell; the status of `fit` where that is not OK.

    Raises
    ------
    InputError
        Data as in `fgsm`, a family or estimator that is not among these, or a penalty other than an unweighted LASSO.
    """
    X, y = check_data(X, y)
    if family not in OUTPUTS:
        raise InputError(unknown_name("family", family, OUTPUTS))
    entry = estimator_named(estimator)
    if entry.law not in {Law.FGSM, Law.PENALISED}:
        raise InputError(bad_value("estimator", estimator, "one with the law of T6 or T7: fgsm or penalized"))
    if not PLAIN_LASSO.holds(penalty):
        raise InputError(bad_value("penalty", penalty, PLAIN_LASSO.words))
    if fit.status != Status.OK:
        return fit
    law, output = family_named(family), OUTPUTS[family]
    seen = residuals(fit, X, y, law, penalty, entry.placement == Placement.INSIDE, fit_intercept)
    n, p = X.shape
    V = width(seen, np.count_nonzero(fit.coef) / n)
    if V is None:
        return _without(fit, Status.RANK_DEFICIENT, "the fit interpolates: no curvature is left to tell the width V")
    Vh = curvature(seen, V) * n / p
    qh = float(seen.g @ seen.g) / p
    h = Vh * np.sqrt(p) * fit.coef + X.T @ seen.g / np.sqrt(p)
    state = Overlaps(0.0, float(p * np.mean(fit.coef**2)), V, seen.P, fit.intercept)
    cross = float(np.sqrt(p) * np.mean(h * fit.coef)) - qh * V
    # Gaussian curvature is the same everywhere, so that the signal is seen as the estimate is.
    mh = _signal(output, h, cross, qh, state, y, fit_intercept) if output.has_labels else Vh
    if mh is None:
        message = "the signal in the labels is within its noise, or too strong for labels to tell: no intervals"
        return _without(fit, Status.DEGENERATE_RESPONSE, message)
    return replace(fit, coef=h / (mh * np.sqrt(p)), se=np.full(p, np.sqrt(qh / p) / mh))


@estimator_of_arrays("fgsm_debiased_proportional", placement=Placement.INSIDE, accepts=PLAIN_LASSO)
def fgsm_debiased_proportional(
    X: ArrayLike, y: ArrayLike, *, family: str, penalty: Penalty, fit_intercept: bool = True
) -> Fit:
    """FGSM-LASSO debiased at n/p fixed, with standard errors; in all else `proportional_debiased`."""
    check_penalty(penalty)
    fit = fgsm(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept)
    return proportional_debiased(
        fit, X, y, estimator="fgsm", family=family, penalty=penalty, fit_intercept=fit_intercept
    )


@estimator_of_arrays("penalized_debiased_proportional", placement=Placement.OUTSIDE, accepts=PLAIN_LASSO)
def penalized_debiased_proportional(
    X: ArrayLike, y: ArrayLike, *, family: str, penalty: Penalty, fit_intercept: bool = True
) -> Fit:
    """LASSO debiased at n/p fixed, with standard errors; in all else `proportional_debiased`."""
    check_penalty(penalty)
    fit = penalized(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept)
    return proportional_debiased(
        fit, X, y, estimator="penalized", family=family, penalty=penalty, fit_intercept=fit_intercept
    )


def _without(fit: Fit, status: Status, message: str) -> Fit:
    nothing = np.full(fit.coef.size, np.nan)
    return replace(fit, coef=nothing, se=nothing, status=status, message=message)


def width(seen: Residuals, active: float) -> float | None:
    """V at which mean V l'' / (1 + V l'') is the number of nonzero slopes over n, `active`, a kink counting as one.

    None where there is none: all observations that bend are on kinks. A fit without nonzero slopes has V = 0.
    """
    free = seen.curvature[~seen.on_kink]
    kinks = float(np.mean(seen.on_kink))
    if active == 0.0 == kinks:
        return 0.0

    def excess(log_v: float) -> float:
        bent = np.exp(log_v) * free
        return kinks + float(np.sum(bent / (1 + bent))) / seen.g.size - active

    low, high = -30.0, 30.0
    if not free.size or excess(low) >= 0.0 or excess(high) <= 0.0:
        return None
    return float(np.exp(scipy.optimize.brentq(excess, low, high, xtol=1e-12)))


def curvature(seen: Residuals, V: float) -> float:
    """Vh p / n at the width V: mean of l'' / (1 + V l''), of 1 / V on kinks."""
    free = seen.curvature[~seen.on_kink]
    bent = float(np.sum(free / (1 + V * free)))
    return (bent + (seen.g.size - free.size) / V if V > 0.0 else bent) / seen.g.size


def _signal(
    output: Output, h: FloatArray, cross: float, qh: float, state: Overlaps, y: FloatArray, fit_intercept: bool
) -> float | None:
    """Signal mh of labels: a = mh gamma, gamma^2 = Var(x'beta0), must agree with the output side of T20 at gamma.

    `cross` is mh m; the `state` has everything but m. None where a is within its noise, or no gamma agrees.
    """
    p = h.size
    a2 = float(np.mean(h * h)) - qh
    if a2 <= NOISE * qh * np.sqrt(2.0 / p):
        return None
    a = np.sqrt(a2)
    # m = cross gamma / a is between zero and sqrt(q) gamma, which noise ignores where next to nothing is selected.
    slope = min(max(cross / a, 0.0), np.sqrt(state.q))

    def excess(log_gamma: float) -> float:
        gamma = float(np.exp(log_gamma))
        truth = Truth(gamma**2, _intercept(float(np.mean(y)), gamma) if fit_intercept else 0.0)
        return float(output.hats(replace(state, m=slope * gamma), truth, y.size / p).mh * gamma - a)

    low, high = np.log(WEAKEST), np.log(STRONGEST)
    if excess(low) >= 0.0 or excess(high) <= 0.0:
        return None
    return float(a / np.exp(scipy.optimize.brentq(excess, low, high, xtol=1e-10)))


def _intercept(prevalence: float, gamma: float) -> float:
    """b0 with E logistic(b0 + gamma z) = prevalence."""
    z, weights = normal_nodes(gamma)
    reach = 40.0 + 10.0 * gamma
    return float(scipy.optimize.brentq(lambda b0: float(weights @ expit(b0 + gamma * z)) - prevalence, -reach, reach))
