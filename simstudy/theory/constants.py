"""The constants I, kappa, V and S of a scenario (T5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value
from simstudy.families import FAMILIES
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario

FloatArray = NDArray[np.float64]

#: Simulated constants are refined until their own standard errors are below this.
TARGET_SE = 1e-4
CHUNK = 1 << 16
MAX_DRAWS = 1 << 24

# Ten standard deviations hold all but 1e-23 of the mass; nodes per piece integrate a smooth piece to rounding error.
REACH = 10.0
PIECE = 0.25
NODES = 12


@dataclass(frozen=True)
class Constants:
    """Constants of the limit laws at the true coefficients (T5); q = p, plus one first if there is an intercept.

    Attributes
    ----------
    information : (q, q) float array
        I = E[b''(eta) x x'], without the dispersion phi.
    kappa : float
        E|y - mu|, on the scale of y.
    V : (q,) float array
        E[sign(y - mu) b''(eta) x], the sign-neutrality vector.
    mean_sign : float
        S = E[sign(y - mu)].
    curvature : float
        E b''(eta), the bbar of T10.
    dispersion : float
        phi: the variance of gaussian errors, infinite where they have none; one in the other families.
    kappa_se, V_se : float, (q,) float array
        Standard errors; zero where the constants come from quadrature.
    draws : int
        Simulated covariates behind them; 0 where they come from quadrature or are means over a fixed design.
    """

    information: FloatArray
    kappa: float
    V: FloatArray
    mean_sign: float
    curvature: float
    dispersion: float
    kappa_se: float
    V_se: FloatArray
    draws: int = 0


@lru_cache(maxsize=1024)
def constants(scenario: Scenario) -> Constants:
    """Constants I, kappa, V and S of a scenario (T5).

    E[|y - mu| given x] and E[sign(y - mu) given x] are in closed form. The expectation over x is the mean over the
    rows of a fixed design, a one-dimensional quadrature over eta for normal designs, split where a Poisson integrand
    jumps, and a seeded simulation otherwise, from a stream that no replicate uses, with standard errors of kappa and V
    at most 1e-4. Columns that are standardised in the sample have the constants of their law, to which they converge.

    Gaussian errors whose mean is not zero have the constants of mu = eta, although no estimator of the mean converges
    to it (`check_law`).

    Raises
    ------
    ConfigError
        For poisson with Student t covariates, where I is infinite, and for errors without a mean, where kappa is.
    """
    needs = FAMILIES[scenario.family].needs_exponential_moments
    if needs and not scenario.design.has_exponential_moments(np.array(scenario.beta)):
        raise ConfigError(
            bad_value(
                "design", scenario.design.name, f"a law with exponential moments for {scenario.family}: I is infinite"
            )
        )
    if np.isnan(scenario.errors.mean):
        raise ConfigError(bad_value("errors", scenario.errors.name, "a law with a mean: kappa is infinite"))
    if scenario.design.fixed:
        return _of_rows(scenario)
    if scenario.design.is_normal:
        return _by_quadrature(scenario)
    return _by_simulation(scenario)


def check_law(scenario: Scenario) -> None:
    """Refuse scenarios in which the estimators have no normal limit around the true coefficients (T6, T7, T17).

    Raises
    ------
    ConfigError
        The errors' mean is not zero, so that the score's is not; their variance is infinite, and with it that of W; or
        I of a fixed design is singular.
    """
    errors = scenario.errors
    if errors.mean != 0.0:
        allowed = "a law with mean zero: least squares, penalised or not, estimates the mean of y"
        raise ConfigError(bad_value("errors", errors.name, allowed))
    if not np.isfinite(errors.variance):
        raise ConfigError(bad_value("errors", errors.name, "a law with a finite variance: W has none"))
    if scenario.design.fixed:
        x = with_intercept(scenario, scenario.fixed_covariates())
        if np.linalg.matrix_rank(x) < scenario.q:
            allowed = f"{scenario.q} independent columns of a fixed design: I is singular"
            raise ConfigError(bad_value("n", scenario.n, allowed))


def _functions(scenario: Scenario) -> tuple[Callable[[FloatArray], FloatArray], ...]:
    """Means given x, as functions of eta: curvature, size of the score, sign of the error, sign times curvature."""
    law = FAMILIES[scenario.family]
    if law.additive_errors:
        zero = np.zeros(1)
        absolute = scenario.sigma * scenario.errors.mean_abs(zero)
        sign = scenario.errors.mean_sign(zero)
        constant = (lambda eta: np.full_like(eta, absolute[0]), lambda eta: np.full_like(eta, sign[0]))
        return law.information, *constant, constant[1]
    sigma = scenario.sigma
    moments = (law.mean_abs_error, law.mean_sign, law.signed_curvature)
    return law.information, *(partial(moment, sigma=sigma) for moment in moments)


def _dispersion(scenario: Scenario) -> float:
    return FAMILIES[scenario.family].dispersion(scenario.sigma) * scenario.errors.variance


def normal_nodes(center: float, spread: float, splits: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes z and weights of E[g(z)], z standard normal, g smooth between the `splits` of eta = center + spread z."""
    edges = np.arange(-REACH, REACH + PIECE / 2, PIECE)
    if spread > 0.0:
        inner = (splits - center) / spread
        edges = np.union1d(edges, inner[np.abs(inner) < REACH])
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = np.diff(edges)[:, None] / 2
    z = (edges[:-1, None] + half * (1 + x)).ravel()
    weights = (half * w).ravel() * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return z, weights / weights.sum()


def _splits(scenario: Scenario, center: float, spread: float) -> FloatArray:
    """Values of eta at which E[sign(y - mu) given x] jumps: integer means of a Poisson response."""
    return FAMILIES[scenario.family].jumps(center + REACH * spread)


def _by_quadrature(scenario: Scenario) -> Constants:
    beta = np.asarray(scenario.beta)
    covariance = scenario.design.covariance(scenario.p)
    mean = scenario.design.means(scenario.p)
    center = float(mean @ beta) + (scenario.intercept or 0.0)
    spread = float(np.sqrt(beta @ covariance @ beta))
    z, weights = normal_nodes(center, spread, _splits(scenario, center, spread))
    eta = center + spread * z
    variance, absolute, sign, signed_variance = (f(eta) for f in _functions(scenario))
    # Given z, x is normal with mean `mean + a z` and a covariance smaller by a a'.
    a = covariance @ beta / spread if spread > 0.0 else np.zeros(scenario.p)
    moments = np.array([weights @ (variance * z**k) for k in range(3)])
    signed = np.array([weights @ (signed_variance * z**k) for k in range(2)])
    outer = np.outer(mean, a)
    second = moments[0] * (np.outer(mean, mean) + covariance - np.outer(a, a))
    second += moments[1] * (outer + outer.T) + moments[2] * np.outer(a, a)
    first = moments[0] * mean + moments[1] * a
    V = signed[0] * mean + signed[1] * a
    if scenario.has_intercept:
        second = np.block([[moments[:1, None], first[None, :]], [first[:, None], second]])
        V = np.concatenate([signed[:1], V])
    return Constants(
        information=second,
        kappa=float(weights @ absolute),
        V=V,
        mean_sign=float(weights @ sign),
        curvature=float(moments[0]),
        dispersion=_dispersion(scenario),
        kappa_se=0.0,
        V_se=np.zeros(scenario.q),
    )


def _of_rows(scenario: Scenario) -> Constants:
    x = with_intercept(scenario, scenario.fixed_covariates())
    variance, absolute, sign, signed = (f(x @ scenario.beta_with_intercept) for f in _functions(scenario))
    return Constants(
        information=x.T @ (variance[:, None] * x) / scenario.n,
        kappa=float(absolute.mean()),
        V=x.T @ signed / scenario.n,
        mean_sign=float(sign.mean()),
        curvature=float(variance.mean()),
        dispersion=_dispersion(scenario),
        kappa_se=0.0,
        V_se=np.zeros(scenario.q),
    )


@dataclass(frozen=True)
class Terms:
    """What the constants are means of, at some simulated covariates.

    Attributes
    ----------
    x : (N, q) float array
        Covariates, intercept first where there is one; columns that tell nothing of eta have their mean.
    variance, absolute, sign, signed : (N,) float array
        b''(eta), E|y - mu|, E sign(y - mu) and E[sign(y - mu)] b''(eta), given x.
    """

    x: FloatArray
    variance: FloatArray
    absolute: FloatArray
    sign: FloatArray
    signed: FloatArray


def terms(scenario: Scenario, rng: np.random.Generator) -> Terms:
    """Terms at `CHUNK` covariates.

    A column that is independent of the others and has no coefficient is independent of eta, so that its mean stands for
    it in V and off the diagonal of I: what is zero by symmetry is zero.
    """
    x = with_intercept(scenario, scenario.design.sample(CHUNK, scenario.p, rng))
    found = (f(x @ scenario.beta_with_intercept) for f in _functions(scenario))
    x[:, scenario.q - scenario.p :][:, idle(scenario)] = scenario.design.means(scenario.p)[idle(scenario)]
    return Terms(x, *found)


def idle(scenario: Scenario) -> NDArray[np.bool_]:
    """Columns (p,) that are independent of everything that a response depends on."""
    return np.full(scenario.p, scenario.design.has_independent_columns) & ~scenario.support


def _by_simulation(scenario: Scenario) -> Constants:
    rng = generator(0, scenario.key, Stream.CONSTANTS)
    q = scenario.q
    information = np.zeros((q, q))
    sums = np.zeros(q + 3)
    squares = np.zeros(q + 3)
    draws = 0
    while True:
        found = terms(scenario, rng)
        information += found.x.T @ (found.variance[:, None] * found.x)
        columns = np.column_stack([found.absolute, found.sign, found.variance, found.signed[:, None] * found.x])
        sums += columns.sum(axis=0)
        squares += (columns**2).sum(axis=0)
        draws += CHUNK
        means = sums / draws
        se = np.sqrt(np.maximum(squares / draws - means**2, 0.0) / draws)
        if draws >= MAX_DRAWS or max(se[0], se[3:].max()) <= TARGET_SE:
            break
    spread = np.where(idle(scenario), np.diag(scenario.design.covariance(scenario.p)), 0.0)
    information /= draws
    information += means[2] * np.diag(np.concatenate([np.zeros(q - scenario.p), spread]))
    return Constants(
        information=information,
        kappa=float(means[0]),
        V=means[3:],
        mean_sign=float(means[1]),
        curvature=float(means[2]),
        dispersion=_dispersion(scenario),
        kappa_se=float(se[0]),
        V_se=se[3:],
        draws=draws,
    )


def error_of_shift(
    scenario: Scenario,
    values: Constants,
    active: NDArray[np.bool_],
    drift: FloatArray,
    slope: FloatArray | float,
    P: float,
) -> FloatArray:
    """Standard error (q,) of -I_AA^-1 drift_A that the simulation of the constants leaves; 0 where there was none.

    Parameters
    ----------
    active : (q,) bool array
        The coordinates A; the others have no error.
    drift : (q,) float array
        Changes by `slope` (q,) with kappa, and by -`P` with V.
    """
    error = np.zeros(scenario.q)
    if values.draws:
        found = terms(scenario, generator(0, scenario.key, Stream.CONSTANTS))
        inner = values.information[np.ix_(active, active)]
        shift = -np.linalg.solve(inner, drift[active])
        x = found.x[:, active]
        # Influence of each simulated x on the shift.
        each = P * found.signed[:, None] * x - found.absolute[:, None] * np.broadcast_to(slope, active.shape)[active]
        each -= (found.variance * (x @ shift))[:, None] * x
        error[active] = np.linalg.solve(inner, each.T).std(axis=1) / np.sqrt(values.draws)
    return error


def with_intercept(scenario: Scenario, X: FloatArray) -> FloatArray:
    """X (n, p) with a first column of ones where the scenario has an intercept: (n, q)."""
    return np.column_stack([np.ones(X.shape[0]), X]) if scenario.has_intercept else X
