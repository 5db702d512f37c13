"""Pseudo-true parameters: where an estimator converges at its own lam (T17)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import InputError, bad_value, unknown_name
from simstudy.kernels.quadratic import minimise_model
from simstudy.model.penalties import Penalty
from simstudy.scenario.scenario import Scenario
from simstudy.seeding import Stream, generator
from simstudy.theory.constants import with_intercept
from simstudy.theory.population import Population, attacked, unattacked

FloatArray = NDArray[np.float64]

DRAWS = 1 << 17
TOL = 1e-10
MAX_ITER = 200


@dataclass(frozen=True)
class PseudoTrue:
    """Minimiser of the population objective.

    Attributes
    ----------
    beta : (q,) float array
        beta*_n, intercept first where there is one; zeros are coefficients that the method sets to zero.
    se : (q,) float array
        Standard error from the seeded sample of covariates.
    influence : (N, q) float array
        Influence of each simulated x on beta*_n; differences of methods have the standard errors of differences.
    """

    beta: FloatArray
    se: FloatArray
    influence: FloatArray


@lru_cache(maxsize=16)
def pseudo_true(scenario: Scenario, estimator: str, penalty: Penalty) -> PseudoTrue:
    """Minimise E[Q] over beta, so that betahat - beta0 has mean beta*_n - beta0 + O(1/n) (T17).

    The expectation over y given x is in closed form; that over x is a mean over 2^17 seeded draws, the same for every
    estimator and from a stream that no replicate uses. Zeros follow from the penalty's kink, as in the estimators;
    scad is the fixed point of the local linear approximation started at beta0, the population's MLE.

    Raises
    ------
    InputError
        If the estimator is not "fgsm" or "penalized", or the iteration does not converge.
    """
    if estimator not in {"fgsm", "penalized"}:
        raise InputError(unknown_name("estimator", estimator, ("fgsm", "penalized")))
    rng = generator(0, scenario.key, Stream.PSEUDO_TRUE)
    Z = with_intercept(scenario, scenario.design.sample(DRAWS, scenario.p, rng))
    center = scenario.beta_with_intercept
    weights = np.concatenate([np.zeros(center.size - scenario.p), penalty.multipliers(scenario.p)])
    b = center.copy()
    eta0 = Z @ center
    for _ in range(MAX_ITER):
        c = weights * penalty.slope(np.abs(b))
        P = float(weights @ penalty.value(np.abs(b)))
        terms = attacked(scenario, eta0, Z @ b, P) if estimator == "fgsm" else unattacked(scenario, eta0, Z @ b)
        new = _step(Z, terms, c, b)
        moved = float(np.max(np.abs(new - b)))
        b = new
        if moved <= TOL:
            return _with_influence(Z, terms, c, b)
    raise InputError(bad_value("scenario", scenario.label, "one whose population objective has a minimiser near beta0"))


def _curvature(Z: FloatArray, terms: Population) -> FloatArray:
    q = Z.shape[1]
    H = np.zeros((q + 1, q + 1))
    H[:q, :q] = Z.T @ (terms.w[:, None] * Z) / len(Z)
    H[:q, q] = H[q, :q] = Z.T @ terms.v / len(Z)
    H[q, q] = terms.penalty_curvature.mean()
    return H


def _step(Z: FloatArray, terms: Population, c: FloatArray, b: FloatArray) -> FloatArray:
    """Minimiser of the quadratic model with the penalty linearised at b."""
    H = _curvature(Z, terms)
    q = np.append(Z.T @ terms.d_eta / len(Z), terms.penalty_slope.mean())
    new = b.copy()
    minimise_model(H, q, new, c, np.ones(b.size), 1e-12)
    return new


def _with_influence(Z: FloatArray, terms: Population, c: FloatArray, b: FloatArray) -> PseudoTrue:
    tangent = c * np.sign(b)
    H = _curvature(Z, terms)
    full = H[:-1, :-1] + np.outer(H[:-1, -1], tangent) + np.outer(tangent, H[:-1, -1])
    full += H[-1, -1] * np.outer(tangent, tangent)
    on = (b != 0.0) | (c == 0.0)
    gradients = terms.d_eta[:, None] * Z[:, on] + terms.penalty_slope[:, None] * tangent[on]
    influence = np.zeros_like(Z)
    influence[:, on] = -np.linalg.solve(full[np.ix_(on, on)], gradients.T).T
    return PseudoTrue(b, influence.std(axis=0) / np.sqrt(len(Z)), influence)


def difference(first: PseudoTrue, second: PseudoTrue) -> tuple[FloatArray, FloatArray]:
    """Difference of two pseudo-true parameters of one scenario and its standard error, each (q,)."""
    spread = (first.influence - second.influence).std(axis=0)
    return first.beta - second.beta, spread / np.sqrt(len(first.influence))
