"""Limit laws of sqrt(n)(betahat - beta0): the minimiser of a random quadratic (T6, T7, T10)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.kernels.codes import PenaltyCode
from simstudy.kernels.limit_law import minimise_limit
from simstudy.model.penalties import Lasso, Penalty
from simstudy.scenario.scenario import Scenario
from simstudy.theory.constants import Constants, constants

FloatArray = NDArray[np.float64]

ESTIMATORS = ("fgsm", "penalized", "mle", "oracle")
FORMS = ("finite", "limit")


@dataclass(frozen=True)
class LimitLaw:
    """Law of u = sqrt(n)(betahat - beta0), intercept first where there is one.

    Attributes
    ----------
    n : int
        Number of observations at which the finite-n form is taken; lam is that of n.
    center : (q,) float array
        beta0.
    curvature : (q + 1, q + 1) float array
        Second derivative of D/n in (beta, P), P last.
    drift : (q,) float array
        Deterministic part of D's gradient in beta at beta0, divided by n.
    penalty_slope, P0 : float
        Gradient of D/n in P, and P_lam(beta0).
    penalty : Penalty
    weights : (q,) float array
        Multipliers of the penalty, zero where a coordinate is not penalised (or, in the limit form, not zero).
    covariance : (q, q) float array
        Covariance phi I of W.
    free : (q,) bool array
        Coordinates that are estimated; the others are zero (oracle).
    """

    n: int
    center: FloatArray
    curvature: FloatArray
    drift: FloatArray
    penalty_slope: float
    P0: float
    penalty: Penalty
    weights: FloatArray
    covariance: FloatArray
    free: NDArray[np.bool_]

    def sample(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw u = sqrt(n)(betahat - beta0).

        Laws of one scenario drawn with generators in the same state share their W, so that differences of methods
        can be paired (T11, T16).

        Parameters
        ----------
        size : int
            Number of draws, at least 1.
        rng : numpy.random.Generator

        Returns
        -------
        (size, q) float array

        Raises
        ------
        InputError
            If size < 1.
        """
        if size < 1:
            raise InputError(bad_value("size", size, "an integer >= 1"))
        q = self.center.size
        root = np.linalg.cholesky(self.covariance)
        W: FloatArray = rng.standard_normal((size, q)) @ root.T / np.sqrt(self.n)
        out: FloatArray = np.zeros((size, q))
        if self.penalty.lam == 0.0 or not self.free.all():
            out[:, self.free] = self._unpenalised(W[:, self.free])
            return np.asarray(np.sqrt(self.n) * out)
        info = self.curvature[:q, :q]
        # The drift c0 V belongs to FGSM's objective, not to the start: the LLA starts at the MLE.
        starts = self.center + np.linalg.solve(info, W.T).T
        minimise_limit(
            self.curvature,
            self.drift - W,
            self.penalty_slope,
            self.P0,
            int(self.penalty.code),
            self.penalty.lam,
            self.penalty.shape,
            self.weights,
            self.center,
            starts,
            out,
        )
        return np.asarray(np.sqrt(self.n) * (out - self.center))

    def _unpenalised(self, W: FloatArray) -> FloatArray:
        info = self.curvature[:-1, :-1][np.ix_(self.free, self.free)]
        return np.asarray(np.linalg.solve(info, W.T).T, dtype=np.float64)


def limit_law(
    scenario: Scenario,
    estimator: str = "fgsm",
    penalty: Penalty | None = None,
    *,
    form: str = "finite",
    values: Constants | None = None,
) -> LimitLaw:
    """Law of sqrt(n)(betahat - beta0) for one estimator in one scenario.

    D_F and D_P of T10 (form "finite") or T6 and T7 (form "limit"), where scad's law is that of the fixed point of the
    local linear approximation started at the MLE. T10 divided by n is a quadratic in (beta, P) jointly, so that the
    minimiser is computed by the solver's own quadratic kernel.

    Parameters
    ----------
    scenario : Scenario
        Its n is the n of the finite form.
    estimator : {"fgsm", "penalized", "mle", "oracle"}
    penalty : Penalty, optional
        With its lam at scenario.n; needed by fgsm and penalized.
    form : {"finite", "limit"}
    values : Constants, optional
        Instead of constants(scenario), for deliberately wrong predictions such as T6 without V.

    Raises
    ------
    InputError
        If estimator or form is unknown, or a penalty is missing.
    """
    if estimator not in ESTIMATORS:
        raise InputError(unknown_name("estimator", estimator, ESTIMATORS))
    if form not in FORMS:
        raise InputError(unknown_name("form", form, FORMS))
    if estimator in {"fgsm", "penalized"} and penalty is None:
        raise InputError(bad_value("penalty", penalty, f"a penalty for {estimator}"))
    if penalty is None or estimator in {"mle", "oracle"}:
        penalty = Lasso(0.0)
    const = constants(scenario) if values is None else values
    center = scenario.beta_with_intercept
    k = center.size - scenario.p
    q = center.size
    weights = np.concatenate([np.zeros(k), penalty.multipliers(scenario.p)])
    P0 = float(weights @ penalty.value(np.abs(center)))
    curvature = np.zeros((q + 1, q + 1))
    curvature[:q, :q] = const.information
    drift = np.zeros(q)
    slope = 1.0
    if estimator == "fgsm":
        slope = const.kappa
        drift = -P0 * const.V
        if form == "finite":
            slope += P0 * const.curvature
            curvature[:q, q] = curvature[q, :q] = -const.V
            curvature[q, q] = const.curvature
    if form == "limit":
        active = (center != 0.0) & (weights > 0.0)
        if penalty.code == PenaltyCode.LASSO:
            drift = drift + slope * np.where(active, weights * penalty.lam * np.sign(center), 0.0)
        weights = np.where(active, 0.0, weights)
    free = np.ones(q, dtype=bool)
    if estimator == "oracle":
        free[k:] = scenario.support
    covariance = const.dispersion * const.information
    return LimitLaw(scenario.n, center, curvature, drift, slope, P0, penalty, weights, covariance, free)
