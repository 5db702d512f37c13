"""Pseudo-true parameters: where an estimator converges at its own lam (T17), and the objective around that point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value
from simstudy.estimators.capabilities import Law
from simstudy.estimators.registry import law_of
from simstudy.families import FAMILIES
from simstudy.families.population import Population
from simstudy.kernels.limit_law import minimise_expansion
from simstudy.penalties import Penalty
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.constants import check_law, with_intercept
from simstudy.theory.penalty_terms import PenaltyTerms, bend, penalty_terms, tangent
from simstudy.theory.population import attacked, unattacked

FloatArray = NDArray[np.float64]

DRAWS = 1 << 17
# A Newton step of this size leaves far less; a Poisson objective jumps where the mean of a simulated x passes an
# integer, so that its steps do not fall below some 1e-5, a tenth of the standard errors.
TOL = 2e-5
MAX_ITER = 200


@dataclass(frozen=True)
class PseudoTrue:
    """Minimiser of the population objective, and the objective's quadratic model in (beta, P) there.

    Attributes
    ----------
    beta : (q,) float array
        beta*_n, intercept first where there is one; zeros are coefficients that the method sets to zero.
    se : (q,) float array
        Standard error from the seeded sample of covariates.
    influence : (N, q) float array
        Influence of each simulated x on beta*_n; differences of methods have the standard errors of differences.
    P : float
        P_lam(beta*_n).
    curvature : (q + 1, q + 1) float array
        Second derivative of the expected loss in (beta, P), P last.
    gradient : (q + 1,) float array
        First derivative in (beta, P).
    """

    beta: FloatArray
    se: FloatArray
    influence: FloatArray
    P: float
    curvature: FloatArray
    gradient: FloatArray


@lru_cache(maxsize=8)
def pseudo_true(scenario: Scenario, estimator: str, penalty: Penalty) -> PseudoTrue:
    """Minimise E[Q] over beta, so that betahat - beta0 has mean beta*_n - beta0 + O(1/n) (T17).

    The expectation over y given x is in closed form; that over x is a mean over 2^17 seeded draws, the same for every
    estimator and from a stream that no replicate uses. Zeros follow from the penalty's kink, as in the estimators;
    scad and mcp are the fixed point of the local linear approximation started at beta0, the population's MLE, and a
    concave bridge (lr, r < 1) is started there too.

    Raises
    ------
    InputError
        If the estimator has neither the law of T6 nor that of T7, or the iteration does not converge.
    ConfigError
        The scenario has no such law (`constants.check_law`).
    """
    law = law_of(estimator)
    if law not in {Law.FGSM, Law.PENALISED}:
        raise InputError(bad_value("estimator", estimator, "one with a penalty and the law of T6 or T7"))
    check_law(scenario)
    Z = _covariates(scenario, generator(0, scenario.key, Stream.PSEUDO_TRUE))
    center = scenario.beta_with_intercept
    weights = np.concatenate([np.zeros(center.size - scenario.p), penalty.multipliers(scenario.p)])
    b = center.copy()
    eta0 = Z @ center
    for _ in range(MAX_ITER):
        terms = penalty_terms(penalty, weights, b)
        P = float(weights @ penalty.value(np.abs(b)))
        loss = _loss(scenario, estimator, eta0, Z @ b, P)
        H, gradient = _model(Z, loss)
        new = b.copy()
        minimise_expansion(H.copy(), gradient.copy(), new, terms.c, terms.ridge, float(terms.r), 1e-12)
        if np.max(np.abs(new - b)) <= TOL:
            influence = _influence(Z, loss, H, float(gradient[-1]), terms, b)
            if scenario.design.fixed:
                # Its rows are all there is: nothing was sampled.
                influence = np.zeros_like(influence)
            return PseudoTrue(new, influence.std(axis=0) / np.sqrt(DRAWS), influence, P, H, gradient)
        b = new
    raise InputError(bad_value("scenario", scenario.label, "one whose population objective has a minimiser near beta0"))


def score_covariance(scenario: Scenario, estimator: str, limit: PseudoTrue) -> FloatArray:
    """Covariance of one observation's derivatives: likelihood score at beta0, then loss in (beta, P) at beta*_n.

    Returns
    -------
    (2q + 1, 2q + 1) float array
        From 2^17 seeded draws of (x, y). The score at beta0 is -(y - mu) x, so that W has the covariance of the
        first block.
    """
    rng = generator(0, scenario.key, Stream.PSEUDO_TRUE)
    Z = _covariates(scenario, rng)
    law = FAMILIES[scenario.family]
    eta0, eta = Z @ scenario.beta_with_intercept, Z @ limit.beta
    y = scenario.respond(eta0, rng)
    if law_of(estimator) == Law.FGSM:
        sign = np.sign(y - law.mean(eta))
        d_eta = law.slope(y, eta - sign * limit.P)
        d_P = -sign * d_eta
    else:
        d_eta, d_P = law.slope(y, eta), np.ones_like(y)
    if scenario.design.fixed:
        # Given X only the responses vary, around these means.
        expected = _loss(scenario, estimator, eta0, eta, limit.P)
        d_eta, d_P = d_eta - expected.d_eta, d_P - expected.penalty_slope
    derivatives = np.column_stack([law.slope(y, eta0)[:, None] * Z, d_eta[:, None] * Z, d_P])
    return np.cov(derivatives, rowvar=False)


def _covariates(scenario: Scenario, rng: np.random.Generator) -> FloatArray:
    """Draws of x (DRAWS, q), or the rows of a fixed design again and again."""
    if scenario.design.fixed:
        return with_intercept(scenario, np.resize(scenario.fixed_covariates(), (DRAWS, scenario.p)))
    return with_intercept(scenario, scenario.design.sample(DRAWS, scenario.p, rng))


def _loss(scenario: Scenario, estimator: str, eta0: FloatArray, eta: FloatArray, P: float) -> Population:
    is_attacked = law_of(estimator) == Law.FGSM
    return attacked(scenario, eta0, eta, P) if is_attacked else unattacked(scenario, eta0, eta)


def _model(Z: FloatArray, terms: Population) -> tuple[FloatArray, FloatArray]:
    """Second and first derivative of the expected loss in (beta, P)."""
    q = Z.shape[1]
    H = np.zeros((q + 1, q + 1))
    H[:q, :q] = Z.T @ (terms.w[:, None] * Z) / len(Z)
    H[:q, q] = H[q, :q] = Z.T @ terms.v / len(Z)
    H[q, q] = terms.penalty_curvature.mean()
    return H, np.append(Z.T @ terms.d_eta / len(Z), terms.penalty_slope.mean())


def _influence(
    Z: FloatArray, loss: Population, H: FloatArray, penalty_slope: float, terms: PenaltyTerms, b: FloatArray
) -> FloatArray:
    slope = tangent(terms, b)
    full = H[:-1, :-1] + np.outer(H[:-1, -1], slope) + np.outer(slope, H[:-1, -1])
    full += H[-1, -1] * np.outer(slope, slope) + penalty_slope * np.diag(bend(terms, b))
    on = (b != 0.0) | (terms.c == 0.0)
    gradients = loss.d_eta[:, None] * Z[:, on] + loss.penalty_slope[:, None] * slope[on]
    influence = np.zeros_like(Z)
    influence[:, on] = -np.linalg.solve(full[np.ix_(on, on)], gradients.T).T
    return influence
