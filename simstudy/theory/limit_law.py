"""Laws of sqrt(n)(betahat - beta0): minimisers of a random quadratic in (beta, P) (T6, T7, T10, T17)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.estimators.capabilities import Law
from simstudy.estimators.registry import law_of
from simstudy.kernels.limit_law import minimise_limit
from simstudy.penalties import Lasso, Penalty
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import Constants, check_law, constants
from simstudy.theory.pseudo_true import pseudo_true, score_covariance

FloatArray = NDArray[np.float64]

FORMS = ("finite", "limit", "oracle", "pseudo_true")

#: Draws behind the moments of a law.
DRAWS = 100_000


@dataclass(frozen=True)
class LimitLaw:
    """Law of u = sqrt(n)(betahat - beta0), intercept first where there is one.

    Attributes
    ----------
    n : int
        Number of observations at which the law is taken; lam is that of n.
    truth, center : (q,) float array
        beta0, and the point about which the objective is expanded: beta0, or the pseudo-true parameter.
    information : (q, q) float array
        I; betahat of the MLE is beta0 + I^-1 W / sqrt(n).
    curvature : (q + 1, q + 1) float array
        Second derivative of the objective in (beta, P) at the centre, P last.
    gradient : (q + 1,) float array
        First derivative there, without noise.
    P0 : float
        P at the centre.
    penalty : Penalty
    weights : (q,) float array
        Multipliers of the penalty, zero where a coordinate is not penalised (or, in the limit form, not zero).
    score : (q, q) float array
        Square root of W's covariance phi I.
    loading : (q + 1, q) float array
        The gradient's noise is `loading` W / sqrt(n) + `residual` e / sqrt(n), e standard normal.
    residual : (q + 1, q + 1) float array
    free : (q,) bool array
        Coordinates that are estimated; the others are zero (oracle).
    """

    n: int
    truth: FloatArray
    center: FloatArray
    information: FloatArray
    curvature: FloatArray
    gradient: FloatArray
    P0: float
    penalty: Penalty
    weights: FloatArray
    score: FloatArray
    loading: FloatArray
    residual: FloatArray
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
        return np.asarray(np.sqrt(self.n) * (self.estimates(size, rng) - self.truth))

    def estimates(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Draw betahat itself (size, q), with exact zeros; parameters and errors as in `sample`."""
        if size < 1:
            raise InputError(bad_value("size", size, "an integer >= 1"))
        W: FloatArray = rng.standard_normal((size, self.truth.size)) @ self.score.T / np.sqrt(self.n)
        out: FloatArray = np.zeros_like(W)
        if self.penalty.lam == 0.0 or not self.free.all():
            inner = self.information[np.ix_(self.free, self.free)]
            drift = W[:, self.free] - self.gradient[:-1][self.free]
            out[:, self.free] = self.truth[self.free] + np.linalg.solve(inner, drift.T).T
            return out
        noise = W @ self.loading.T
        if self.residual.any():
            noise += rng.standard_normal((size, len(self.residual))) @ self.residual.T / np.sqrt(self.n)
        minimise_limit(
            self.curvature,
            self.gradient[:-1] + noise[:, :-1],
            self.gradient[-1] + noise[:, -1],
            self.P0,
            self.penalty.kernel_shape(),
            self.weights,
            self.center,
            # The linear approximation starts at the MLE, whatever drift the objective has.
            self.truth + np.linalg.solve(self.information, W.T).T,
            out,
        )
        return out

    @cached_property
    def _draws(self) -> FloatArray:
        return self.estimates(DRAWS, generator(0, "moments", Stream.LIMIT_LAW))

    def mean(self) -> FloatArray:
        """Mean of u (q,), from 100,000 seeded draws like the other moments."""
        return np.asarray(np.sqrt(self.n) * (self._draws - self.truth).mean(axis=0))

    def cov(self) -> FloatArray:
        """Covariance of u (q, q)."""
        return np.asarray(self.n * np.cov(self._draws, rowvar=False).reshape(self.truth.size, -1))

    def prob_zero(self) -> FloatArray:
        """P(betahat_j = 0) of each coordinate (q,)."""
        return np.asarray((self._draws == 0.0).mean(axis=0))

    def rmse(self, n: int) -> FloatArray:
        """Root mean squared error of each betahat_j (q,) at n observations if u has this law there (T9).

        Raises
        ------
        InputError
            If n < 1.
        """
        if n < 1:
            raise InputError(bad_value("n", n, "an integer >= 1"))
        errors = self._draws - self.truth
        return np.asarray(np.sqrt(self.n / n * (errors**2).mean(axis=0)))


def limit_law(
    scenario: Scenario,
    estimator: str = "fgsm",
    penalty: Penalty | None = None,
    *,
    form: str = "finite",
    values: Constants | None = None,
) -> LimitLaw:
    """Law of sqrt(n)(betahat - beta0) for one estimator in one scenario.

    Every form is, divided by n, a quadratic in (beta, P) jointly with a random gradient, so that its minimiser is
    computed by the solver's own kernels. The law of scad and mcp is that of the fixed point of the local linear
    approximation started at the MLE, that of a concave bridge (lr, r < 1) the lowest minimum from the estimator's
    starts.

    Parameters
    ----------
    scenario : Scenario
        Its n is the n of the finite forms.
    estimator : str
        Name of one that has a limit law: fgsm, penalized, mle, oracle.
    penalty : Penalty, optional
        With its lam at scenario.n; needed by those with the law of T6 or T7.
    form : {"finite", "limit", "oracle", "pseudo_true"}
        "finite": D_F and D_P of T10. "limit": T6 and T7, with lam0 = sqrt(n) lam (n^(1 - r/2) lam for lr, r < 1) and
        c0 = sqrt(n) P_lam(beta0) at scenario.n. "oracle": their last row, scad and mcp with sqrt(n) lam_n -> inf: a
        normal law on the support, zero elsewhere. "pseudo_true": the quadratic expansion of the population
        objective at its own minimiser (T17), with the covariance of the attacked score there. T10 keeps some terms
        of order P = O(n^-1/2) and drops others (the noise and the curvature of P sum |y - mu|); this form keeps all
        orders of P, and agrees with T10 to first order.
    values : Constants, optional
        Instead of constants(scenario), for deliberately wrong predictions such as T6 without V; not used by
        "pseudo_true".

    Raises
    ------
    InputError
        If estimator or form is unknown, a penalty is missing or not bounded for the form "oracle", or the pseudo-true
        parameter cannot be computed.
    ConfigError
        The scenario has no such law (`constants.check_law`).
    """
    law = law_of(estimator)
    if form not in FORMS:
        raise InputError(unknown_name("form", form, FORMS))
    if form == "oracle" and penalty is not None and not penalty.bounded:
        raise InputError(bad_value("form", form, f"used with a bounded penalty (scad, mcp), not {penalty.name}"))
    has_penalty = law in {Law.FGSM, Law.PENALISED}
    if has_penalty and penalty is None:
        raise InputError(bad_value("penalty", penalty, f"a penalty for {estimator}"))
    if penalty is None or not has_penalty:
        penalty = Lasso(0.0)
    check_law(scenario)
    const = constants(scenario) if values is None else values
    if form == "pseudo_true" and penalty.lam > 0.0:
        return _at_pseudo_true(scenario, estimator, penalty, const)
    return _at_truth(scenario, law, penalty, const, form)


def score_root(const: Constants) -> FloatArray:
    """Square root (q, q) of W's covariance phi I."""
    return np.asarray(np.linalg.cholesky(const.dispersion * const.information), dtype=np.float64)


def _at_truth(scenario: Scenario, law: Law, penalty: Penalty, const: Constants, form: str) -> LimitLaw:
    """T10, or T6 and T7 in the limit form."""
    center = scenario.beta_with_intercept
    q, k = center.size, center.size - scenario.p
    weights = np.concatenate([np.zeros(k), penalty.multipliers(scenario.p)])
    P0 = float(weights @ penalty.value(np.abs(center)))
    curvature = np.zeros((q + 1, q + 1))
    curvature[:q, :q] = const.information
    gradient = np.append(np.zeros(q), 1.0)
    if law == Law.FGSM:
        gradient = np.append(-P0 * const.V, const.kappa)
        if form == "finite":
            gradient[q] += P0 * const.curvature
            curvature[:q, q] = curvature[q, :q] = -const.V
            curvature[q, q] = const.curvature
    free = np.ones(q, dtype=bool)
    if law == Law.ORACLE or form == "oracle":
        free[k:] = scenario.support
    elif form == "limit":
        penalty, weights, drift = _limit_penalty(penalty, weights, center, const, law)
        gradient[:q] = drift
    return LimitLaw(
        n=scenario.n,
        truth=center,
        center=center,
        information=const.information,
        curvature=curvature,
        gradient=gradient,
        P0=P0,
        penalty=penalty,
        weights=weights,
        score=score_root(const),
        loading=np.vstack([-np.eye(q), np.zeros(q)]),
        residual=np.zeros((q + 1, q + 1)),
        free=free,
    )


def _limit_penalty(
    penalty: Penalty, weights: FloatArray, center: FloatArray, const: Constants, law: Law
) -> tuple[Penalty, FloatArray, FloatArray]:
    """The table of limit laws (theory, section 4): what is left of the penalty off the support, and the drift.

    Returns
    -------
    penalty : Penalty
    weights : (q,) float array
        Its multipliers, zero on the support and where nothing is left.
    drift : (q,) float array
        Gradient of the limit objective without noise: kappa (or 1) times the slope of pi on the support, minus c0 V.
    """
    form = penalty.power_form()
    if penalty.limit is None:
        raise InputError(f"penalty {penalty.name!r} has no limit law: it does not say which row of the table it has")
    knots, concave = penalty.limit == "knots", form is not None and form.power < 1.0
    active = (center != 0.0) & (weights > 0.0)
    size = np.where(active, np.abs(center), 1.0)
    slope = np.where(active, weights * np.sign(center) * penalty.slope(size), 0.0)
    if knots or concave:
        slope = np.zeros_like(center)
    P0 = float(weights @ penalty.value(np.abs(center)))
    is_fgsm = law == Law.FGSM
    # The drift of a concave bridge is of order n^((r - 1) / 2), those of the others are not of smaller order.
    drift = (const.kappa if is_fgsm else 1.0) * slope - (P0 * const.V if is_fgsm and not concave else 0.0)
    off = np.where(active, 0.0, weights)
    if knots or concave:
        return penalty, off, drift
    at_zero = float(penalty.slope(0.0))
    # Off the support a slope of zero leaves nothing.
    return (Lasso(at_zero), off, drift) if at_zero > 0.0 else (Lasso(penalty.lam), np.zeros_like(off), drift)


def _at_pseudo_true(scenario: Scenario, estimator: str, penalty: Penalty, const: Constants) -> LimitLaw:
    """Expansion of the population objective at its own minimiser."""
    limit = pseudo_true(scenario, estimator, penalty)
    q = scenario.q
    covariance = score_covariance(scenario, estimator, limit)
    score, cross = covariance[:q, :q], covariance[q:, :q]
    # Regression of the attacked score on the likelihood's, whose covariance has the sign of -W's derivative.
    loading = np.asarray(-np.linalg.solve(score, cross.T).T, dtype=np.float64)
    rest = covariance[q:, q:] - loading @ score @ loading.T
    values, vectors = np.linalg.eigh(rest)
    return LimitLaw(
        n=scenario.n,
        truth=scenario.beta_with_intercept,
        center=limit.beta,
        information=const.information,
        curvature=limit.curvature,
        gradient=limit.gradient,
        P0=limit.P,
        penalty=penalty,
        weights=np.concatenate([np.zeros(q - scenario.p), penalty.multipliers(scenario.p)]),
        score=score_root(const),
        loading=loading,
        residual=vectors * np.sqrt(np.maximum(values, 0.0)),
        free=np.ones(q, dtype=bool),
    )
