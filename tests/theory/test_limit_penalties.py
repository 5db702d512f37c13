"""Limit laws of every penalty and rate of the table in theory section 4."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from simstudy.errors import InputError
from simstudy.penalties import ElasticNet, Lasso, Lr, Mcp, Penalty, Scad
from simstudy.sources.designs import Normal
from simstudy.sources.glm import Scenario
from simstudy.theory import constants, limit_law, pseudo_true

SIZE = 100_000
#: 4.9 standard errors of a proportion or a mean: false-alarm rate 1e-6.
ERRORS = 4.9

PENALTIES: dict[str, Penalty] = {
    "lasso": Lasso(0.05),
    "weighted lasso": Lasso(0.05, weights=[1.0, 0.0, 2.0, 1.0]),
    "scad": Scad(0.1),
    "mcp": Mcp(0.1, 5.0),
    "elastic net": ElasticNet(0.05, 0.5),
    "ridge": ElasticNet(0.05, 0.0),
    "lr 2": Lr(0.05, 2.0),
    "lr 1.5": Lr(0.05, 1.5),
    "lr 0.5": Lr(0.01, 0.5),
}


def scenario(n: int = 400, family: str = "binomial") -> Scenario:
    return Scenario(family, n, [0.5, -0.3, 0.0, 0.0], intercept=0.2, design=Normal(rho=0.5))


def scalar(n: int = 10_000) -> Scenario:
    return Scenario("binomial", n, [0.0])


@pytest.mark.parametrize("estimator", ["fgsm", "penalized"])
@pytest.mark.parametrize("name", PENALTIES)
def test_draws_minimise_the_finite_objective(name: str, estimator: str) -> None:
    """T10 written out; a general minimiser from the draw finds nothing lower, and scad and mcp are local minima."""
    case, penalty = scenario(), PENALTIES[name]
    values, beta0, n = constants(case), case.beta_with_intercept, case.n
    draws = limit_law(case, estimator, penalty).sample(4, np.random.default_rng(4))
    root = np.linalg.cholesky(values.information)
    noise = np.random.default_rng(4).standard_normal((4, 5)) @ root.T
    weights = penalty.multipliers(4)

    def level(beta):
        return float(weights @ penalty.value(np.abs(beta[1:])))

    def objective(u, W):
        P0, dP = level(beta0), level(beta0 + u / np.sqrt(n)) - level(beta0)
        quadratic = 0.5 * u @ values.information @ u - u @ W
        if estimator == "penalized":
            return quadratic + n * dP
        inside = values.kappa + P0 * values.curvature - values.V @ u / np.sqrt(n)
        return quadratic - np.sqrt(n) * P0 * values.V @ u + n * dP * inside + 0.5 * n * values.curvature * dP**2

    for u, W in zip(draws, noise, strict=True):
        options = {"maxiter": 2000, "initial_simplex": u + np.vstack([np.zeros(5), 0.05 * np.eye(5)])}
        other = minimize(objective, u, args=(W,), method="Nelder-Mead", options=options)
        assert objective(u, W) <= other.fun + 1e-6 * (1 + abs(other.fun))


@pytest.mark.parametrize(("estimator", "lam0"), [("fgsm", 1.0), ("penalized", 0.5)])
@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_atom_of_the_elastic_net(estimator: str, lam0: float, alpha: float) -> None:
    """P(betahat = 0) = 2 Phi(kappa lam0 alpha / sqrt(I)) - 1; a deviation of 0.008 would be detected."""
    case = scalar()
    slope = constants(case).kappa if estimator == "fgsm" else 1.0
    exact = 2 * norm.cdf(slope * lam0 * alpha / 0.5) - 1
    atom = limit_law(case, estimator, ElasticNet(lam0 / 100, alpha), form="limit").prob_zero()[0]
    assert abs(atom - exact) <= ERRORS * np.sqrt(exact * (1 - exact) / SIZE)


def test_atom_of_mcp_is_that_of_the_linear_approximation() -> None:
    """With I = 1/4 and 1/g > I every start inside g lam0 ends at zero: P = 2 Phi(g lam0 sqrt(I)) - 1, as for scad."""
    exact = 2 * norm.cdf(3.0 * 0.6 * 0.5) - 1
    atom = limit_law(scalar(), "penalized", Mcp(0.6 / 100, 3.0), form="limit").prob_zero()[0]
    assert abs(atom - exact) <= ERRORS * np.sqrt(exact * (1 - exact) / SIZE)


@pytest.mark.parametrize("estimator", ["fgsm", "penalized"])
def test_atom_of_the_bridge(estimator: str) -> None:
    """One coordinate, r = 1/2, n^(3/4) lam = lam0: |u|^(1/2) keeps zero the minimum up to |W| = 3/2 (I lam0^2)^(1/3).

    Minimising I u^2/2 - W u + l sqrt(u): at the threshold value and slope vanish, so W = (3/2) (l^2 I)^(1/3).
    """
    case, lam0 = scalar(), 0.4
    level = lam0 * (constants(case).kappa if estimator == "fgsm" else 1.0)
    exact = 2 * norm.cdf(1.5 * (level**2 * 0.25) ** (1 / 3) / 0.5) - 1
    law = limit_law(case, estimator, Lr(lam0 * case.n**-0.75, 0.5), form="limit")
    atom = np.mean(law.sample(20_000, np.random.default_rng(0)) == 0.0)
    assert abs(atom - exact) <= ERRORS * np.sqrt(exact * (1 - exact) / 20_000)


@pytest.mark.parametrize("penalty", [Lr(0.01, 2.0), Lr(0.01, 1.5), ElasticNet(0.01, 0.0)])
def test_smooth_penalties_have_a_normal_limit(penalty: Penalty) -> None:
    """Mean I^-1 (c0 V - kappa lam0 p'(|beta0|) sign(beta0)) and covariance I^-1 (Knight & Fu 2000, r > 1)."""
    case = scenario(n=10_000)
    law, values, beta0 = limit_law(case, "fgsm", penalty, form="limit"), constants(case), case.beta_with_intercept
    slope = np.where(beta0 != 0, penalty.slope(np.abs(beta0)) * np.sign(beta0), 0.0)
    slope[0] = 0.0
    P0 = penalty.value(np.abs(beta0[1:])).sum()
    inverse = np.linalg.inv(values.information)
    exact = 100 * inverse @ (P0 * values.V - values.kappa * slope)
    assert np.all(np.abs(law.mean() - exact) <= ERRORS * np.sqrt(np.diag(inverse) / SIZE))
    np.testing.assert_allclose(law.cov(), inverse, atol=0.03 * inverse.max())
    assert not law.prob_zero().any()


@pytest.mark.parametrize("penalty", [Scad(0.15), Mcp(0.2, 2.0)])
def test_bounded_penalties_in_the_oracle_case_are_normal(penalty: Penalty) -> None:
    """Last row of the table: zero off the support, mean sqrt(n) P I_AA^-1 V_A and covariance I_AA^-1 on it (T8)."""
    case = scenario(n=2500)
    values, active = constants(case), [0, 1, 2]
    inverse = np.linalg.inv(values.information[np.ix_(active, active)])
    law = limit_law(case, "fgsm", penalty, form="oracle")
    P0 = penalty.value(np.abs(case.beta)).sum()
    assert np.all(law.prob_zero() == [0, 0, 0, 1, 1])
    exact = 50 * P0 * inverse @ values.V[active]
    assert np.all(np.abs(law.mean()[active] - exact) <= ERRORS * np.sqrt(np.diag(inverse) / SIZE))
    np.testing.assert_allclose(law.cov()[np.ix_(active, active)], inverse, atol=0.03 * inverse.max())
    plain = limit_law(case, "penalized", penalty, form="oracle")
    assert np.all(np.abs(plain.mean()[active]) <= ERRORS * np.sqrt(np.diag(inverse) / SIZE))


@pytest.mark.parametrize("name", PENALTIES)
def test_forms_agree_at_a_very_large_n(name: str) -> None:
    """At n = 10^8 all forms are the limit: means within 3 % of a standard deviation."""
    case = scenario(n=10**8)
    base = PENALTIES[name]
    power = base.r / 2 - 1 if name == "lr 0.5" else -0.5
    shape = {"scad": {"a": 3.7}, "mcp": {"g": 5.0}, "elastic net": {"alpha": 0.5}, "ridge": {"alpha": 0.0}}
    options = shape.get(name, {"r": base.r} if name.startswith("lr") else {})
    if name == "weighted lasso":
        options = {"weights": base.weights}
    penalty = type(base)(0.5 * float(case.n) ** power, **options)
    laws = [limit_law(case, "fgsm", penalty, form=form) for form in ("limit", "finite", "pseudo_true")]
    draws = [law.sample(1000, np.random.default_rng(6)) for law in laws]
    spread = draws[0].std(axis=0)
    for other in draws[1:]:
        assert np.all(np.abs((draws[0] - other).mean(axis=0)) <= 0.03 * spread + 0.02)


@pytest.mark.parametrize("name", ["mcp", "elastic net", "ridge", "lr 2", "lr 1.5", "lr 0.5"])
@pytest.mark.parametrize("estimator", ["fgsm", "penalized"])
def test_pseudo_true_parameters_are_stationary(name: str, estimator: str) -> None:
    """The derivative of E[Q] at beta* by the chain rule through P vanishes where beta* is not zero."""
    case, penalty = scenario(), PENALTIES[name]
    limit = pseudo_true(case, estimator, penalty)
    on = limit.beta != 0.0
    slope = np.where(on, np.sign(limit.beta) * penalty.slope(np.where(on, np.abs(limit.beta), 1.0)), 0.0)
    slope[0] = 0.0
    assert np.all(np.abs(limit.gradient[:-1] + limit.gradient[-1] * slope)[on] < 1e-4)
    assert pytest.approx(penalty.value(np.abs(limit.beta[1:])).sum(), rel=1e-3) == limit.P


def test_moments_are_those_of_the_draws() -> None:
    case = scenario()
    law = limit_law(case, "fgsm", Lasso(0.05))
    u = law.sample(SIZE, np.random.default_rng(1))
    se = u.std(axis=0) / np.sqrt(SIZE)
    assert np.all(np.abs(law.mean() - u.mean(axis=0)) <= ERRORS * np.sqrt(2) * se)
    np.testing.assert_allclose(law.cov(), np.cov(u.T), atol=0.05 * np.cov(u.T).max())
    null = np.abs(law.prob_zero() - (u == 0).mean(axis=0))[3:]
    assert np.all(null <= ERRORS * np.sqrt(2) * 0.5 / np.sqrt(SIZE))
    assert law.prob_zero()[1] < law.prob_zero()[2]
    np.testing.assert_allclose(law.rmse(case.n), np.sqrt((u**2).mean(axis=0) / case.n), rtol=0.02)
    np.testing.assert_allclose(law.rmse(4 * case.n), law.rmse(case.n) / 2)
    assert np.array_equal(law.mean(), limit_law(case, "fgsm", Lasso(0.05)).mean())
    assert scalar().q == 1
    assert limit_law(scalar(), "mle").cov().shape == (1, 1)


def test_bad_requests_are_named() -> None:
    with pytest.raises(InputError, match=r"form = 'oracle'.*bounded penalty"):
        limit_law(scenario(), "fgsm", Lasso(0.1), form="oracle")
    with pytest.raises(InputError, match="n = 0"):
        limit_law(scenario(), "mle").rmse(0)
