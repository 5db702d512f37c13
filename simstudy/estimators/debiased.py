"""FGSM less its bias: that of sign non-neutrality with a bounded penalty (T8), or all of it at n/p fixed (T21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import BOUNDED, Errors, Freedom, LevelScale, Placement
from simstudy.estimators.estimating_equation import error_signs, information, inverse_or_none, penalty_total, support_of
from simstudy.estimators.fgsm import AttackName, fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.input import check_data, check_penalty
from simstudy.estimators.levels import free_level
from simstudy.estimators.proportional_intervals import fgsm_debiased_proportional
from simstudy.estimators.registry import estimator_of_arrays
from simstudy.families import family as family_named
from simstudy.penalties import Penalty
from simstudy.records import Status


@estimator_of_arrays(
    "fgsm_debiased",
    words="Debiased FGSM-{}",
    placement=Placement.INSIDE,
    accepts=BOUNDED,
    largest_lam=free_level,
    level_scale=LevelScale.FREE,
    pivotal=True,
    errors=Errors.MODEL,
    freedom=Freedom.COUNT,
)
def fgsm_debiased_fixed(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    attack: AttackName = "fgsm",
) -> Fit:
    """FGSM estimate less P(betahat) I_AA^-1 V_A on its selected support A (T8).

    By T8 an FGSM estimate with a bounded penalty is the oracle MLE plus that bias, which vanishes more slowly than
    1/sqrt(n) unless n^(1/4) lam -> 0 or V_A = 0; taking it off restores the oracle law, under class imbalance too.
    I_AA = mean b''(eta_i) z_i z_i' and V_A = mean sign(y_i - mu_i) b''(eta_i) z_i are the data's own averages at
    betahat, so that the sample's chance part of V goes as well: to first order in P the corrected estimate solves the
    likelihood equations on A. The next order, P^2, stays, as does the shrinkage of a coefficient between the knots of
    the penalty.

    Parameters
    ----------
    X, y, family, fit_intercept, attack
        As in `fgsm`.
    penalty : Scad or another bounded penalty

    Returns
    -------
    Fit
        Zeros, `objective`, `kkt` and `n_iter` are those of the FGSM fit; status RANK_DEFICIENT where I_AA is singular,
        otherwise that of the FGSM fit.

    Raises
    ------
    InputError
        As `fgsm`, and if the penalty is unbounded: its shrinkage of order lam would remain.
    """
    check_penalty(penalty)
    if not penalty.bounded:
        raise InputError(bad_value("penalty", penalty, "bounded, such as Scad: T8 does not hold for others"))
    fit = fgsm(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept, attack=attack)
    if fit.status != Status.OK:
        return fit
    X, y = check_data(X, y)
    law = family_named(family)
    support = support_of(fit, X, fit_intercept)
    Z, eta = support.Z, support.eta
    V = Z.T @ (error_signs(law, y, eta) * law.curvature(y, eta)) / y.size
    inverse = inverse_or_none(information(law, support))
    if inverse is None:
        nothing = np.full(X.shape[1], np.nan)
        message = "I_AA is singular on the selected support, so that the bias P I_AA^-1 V_A is not determined"
        return replace(fit, coef=nothing, intercept=np.nan, status=Status.RANK_DEFICIENT, message=message)
    bias = support.coefficients(penalty_total(penalty, fit.coef) * inverse @ V)
    k = int(fit_intercept)
    return replace(fit, coef=fit.coef - bias[k:], intercept=fit.intercept - bias[0] if k else 0.0)


def fgsm_debiased(
    X: ArrayLike,
    y: ArrayLike,
    *,
    family: str,
    penalty: Penalty,
    fit_intercept: bool = True,
    attack: AttackName = "fgsm",
    regime: Literal["fixed", "proportional"] = "fixed",
) -> Fit:
    """FGSM estimate less its bias.

    Parameters
    ----------
    X, y, family, fit_intercept, attack
        As in `fgsm`.
    penalty : Penalty
        Bounded, such as Scad, with regime "fixed"; Lasso without weights with "proportional".
    regime : {"fixed", "proportional"}
        "fixed": p is small against n; takes P(betahat) I_AA^-1 V_A off the selected support
        (T8; estimator `fgsm_debiased` in study files). "proportional": p is of the order of n; every coefficient is
        debiased, and `se` gives its interval (T21; estimator `fgsm_debiased_proportional`).

    Returns
    -------
    Fit
        As `fgsm_debiased_fixed` or `proportional_debiased`.

    Raises
    ------
    InputError
        As `fgsm`, an unknown regime, or a penalty that the regime does not cover.
    """
    if regime not in ("fixed", "proportional"):
        raise InputError(unknown_name("regime", regime, ("fixed", "proportional")))
    if regime == "fixed":
        return fgsm_debiased_fixed(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept, attack=attack)
    if attack != "fgsm":
        raise InputError(bad_value("attack", attack, "'fgsm' with regime 'proportional'"))
    return fgsm_debiased_proportional(X, y, family=family, penalty=penalty, fit_intercept=fit_intercept)
