"""Constants of the limit laws: quadrature against simulation, and the signs and zeros that the theory claims."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from simstudy.errors import ConfigError
from simstudy.penalties import Lasso
from simstudy.sources.designs import (
    BernoulliBlock,
    Blocks,
    DichotomisedBlock,
    Normal,
    NormalBlock,
    Rademacher,
    StudentT,
    StudentTBlock,
)
from simstudy.sources.glm import Scenario
from simstudy.sources.noise import ContaminatedErrors, SkewedErrors, StudentTErrors
from simstudy.theory import constants, limit_law
from simstudy.theory.constants import _by_quadrature, _by_simulation
from simstudy.theory.population import attacked
from simstudy.theory.pseudo_true import pseudo_true

SLOPES = (1.0, -0.7, 0.0, 0.0, 0.5)


def scenario(family, intercept=-0.5, design=None, beta=SLOPES):
    return Scenario(family=family, n=100, beta=beta, intercept=intercept, design=design or Normal(rho=0.5))


@pytest.mark.parametrize("family", ["gaussian", "binomial", pytest.param("poisson", marks=pytest.mark.slow)])
@pytest.mark.parametrize("design", [Normal(rho=0.5), Normal(rho=0.3, correlation="equicorrelated", mean=0.4)])
def test_quadrature_agrees_with_simulation(family, design):
    """Two computations of kappa and V agree within 6 of the simulation's standard errors.

    A false alarm of one of seven numbers has probability 1.4e-8 (normal); the seed is fixed, so it is not drawn anew.
    An error of 1e-3 (6 standard errors of at most 1.5e-4) would be detected.
    """
    case = scenario(family, design=design)
    exact, simulated = _by_quadrature(case), _by_simulation(case)
    assert abs(exact.kappa - simulated.kappa) <= 6 * simulated.kappa_se + 1e-10
    assert np.all(np.abs(exact.V - simulated.V) <= 6 * simulated.V_se + 1e-10)
    assert simulated.kappa_se <= 1.5e-4
    np.testing.assert_allclose(exact.information, simulated.information, atol=0.02 * exact.information.max())


def test_checked_figures_of_the_binomial_example():
    """kappa, S and V of theory section 7, printed there to three decimals."""
    values = constants(scenario("binomial", intercept=-1.5))
    assert values.kappa == pytest.approx(0.296, abs=5e-4)
    assert values.mean_sign == pytest.approx(-0.556, abs=5e-4)
    np.testing.assert_allclose(values.V, [-0.064, 0.008, -0.001, 0.0, 0.002, 0.005], atol=7e-4)


def test_gaussian_constants_are_known():
    values = constants(Scenario(family="gaussian", n=50, beta=[1.0, 0.0], intercept=2.0, design="normal", sigma=3.0))
    np.testing.assert_allclose(values.information, np.eye(3), atol=1e-12)
    assert values.kappa == pytest.approx(3.0 * np.sqrt(2 / np.pi), rel=1e-12)
    np.testing.assert_allclose(values.V, 0.0, atol=1e-15)
    assert values.dispersion == 9.0


@pytest.mark.parametrize("intercept", [-2.0, 0.0, 1.0])
def test_binomial_data_are_never_sign_neutral_along_beta(intercept):
    """T15: beta0'V > 0 unless eta is constant."""
    case = scenario("binomial", intercept=intercept)
    assert case.beta_with_intercept @ constants(case).V > 1e-3


def test_balanced_classes_neutralise_the_intercept_only():
    values = constants(scenario("binomial", intercept=0.0))
    assert values.mean_sign == pytest.approx(0.0, abs=1e-12)
    assert values.V[0] == pytest.approx(0.0, abs=1e-12)
    assert np.abs(values.V[1:]).max() > 1e-3


def test_rare_kappa_of_poisson_needs_the_splits():
    """At mu = 0.5 exactly: E|y - mu| = 2 mu e^-mu and S = P(Y > 0) - P(Y = 0)."""
    case = Scenario(family="poisson", n=50, beta=[0.0], intercept=float(np.log(0.5)), design="normal")
    values = constants(case)
    assert values.kappa == pytest.approx(2 * 0.5 * np.exp(-0.5), rel=1e-10)
    assert values.mean_sign == pytest.approx(1 - 2 * np.exp(-0.5), rel=1e-10)


def test_poisson_with_heavy_tails_is_refused():
    with pytest.raises(ConfigError, match="infinite"):
        constants(scenario("poisson", design=StudentT(df=5.0)))


def test_designs_without_a_normal_predictor_are_simulated_to_their_target():
    values = constants(scenario("binomial", design=Rademacher()))
    assert 0 < values.kappa_se <= 1e-4
    assert 0 < values.V_se.max() <= 1e-4


def with_errors(errors, design=None, n=100):
    beta, design = [1.0, -0.5, 0.0], design or Normal(0.5, mean=0.4)
    return Scenario("gaussian", n, beta, intercept=0.3, design=design, sigma=2.0, errors=errors)


@pytest.mark.parametrize(
    "errors",
    [StudentTErrors(5.0), ContaminatedErrors(0.1, 4.0), SkewedErrors(2.0), SkewedErrors(-1.0, "median")],
    ids=repr,
)
def test_constants_of_other_errors_are_means_over_draws(errors):
    """False-alarm rate 1e-6 over the 24 comparisons (|z| < 5.7); detects a kappa off by .02 and a V off by .01."""
    values, case = constants(with_errors(errors)), with_errors(errors, n=1_000_000)
    rng = np.random.default_rng(11)
    X = case.design.sample(case.n, case.p, rng)
    eta = case.linear_predictor(X)
    e = case.respond(eta, rng) - eta
    columns = np.column_stack([np.abs(e), np.sign(e)[:, None] * np.column_stack([np.ones(case.n), X])])
    expected = np.array([values.kappa, *values.V])
    assert np.abs((columns.mean(axis=0) - expected) / (columns.std(axis=0) / 1000.0)).max() < 5.7
    assert values.mean_sign == pytest.approx(values.V[0], abs=1e-12)
    squares = (e - e.mean()) ** 2
    assert abs(squares.mean() - values.dispersion) < 5.7 * squares.std() / 1000.0


def test_only_skewed_errors_with_mean_zero_move_sign_neutrality():
    """V = E[sign e] E x: zero for a median of zero, and proportional to the covariates' means otherwise."""
    np.testing.assert_allclose(constants(with_errors(SkewedErrors(2.0, "median"))).V, 0.0, atol=1e-12)
    np.testing.assert_allclose(constants(with_errors(StudentTErrors(3.0))).V, 0.0, atol=1e-12)
    # A shifted exponential is below its mean with probability 1 - 1/e.
    np.testing.assert_allclose(
        constants(with_errors(SkewedErrors(2.0))).V, (2 / np.e - 1) * np.array([1, 0.4, 0.4, 0.4])
    )


@pytest.mark.parametrize("errors", [SkewedErrors(2.0), ContaminatedErrors(0.1, 4.0), StudentTErrors(4.0)], ids=repr)
def test_the_population_objective_has_the_derivatives_of_simulated_losses(errors):
    """False-alarm rate 1e-6 over the 12 comparisons (|z| < 5.6); detects .02 at a million errors."""
    case = with_errors(errors)
    eta0, eta, P = np.zeros(2), np.array([-0.7, 1.1]), 0.4
    expected = attacked(case, eta0, eta, P)
    e = case.respond(np.zeros(1_000_000), np.random.default_rng(3))
    for k in range(2):
        residual = e - eta[k]
        size = np.abs(residual) + P
        for draws, value in ((-np.sign(residual) * size, expected.d_eta[k]), (size, expected.penalty_slope[k])):
            assert abs(draws.mean() - value) < 5.6 * draws.std() / 1000.0
    # Second derivatives by finite differences of the first.
    h = 1e-5
    up, down = attacked(case, eta0, eta + h, P), attacked(case, eta0, eta - h, P)
    np.testing.assert_allclose((up.d_eta - down.d_eta) / (2 * h), expected.w, rtol=1e-6)
    np.testing.assert_allclose((up.penalty_slope - down.penalty_slope) / (2 * h), expected.v, rtol=1e-6)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (with_errors(SkewedErrors(2.0, "median")), "errors = 'skewed'.*mean zero"),
        (with_errors(StudentTErrors(2.0)), "errors = 't'.*finite variance"),
        (with_errors(StudentTErrors(3.0), Normal(fixed=True), n=3), "n = 3.*4 independent columns of a fixed design"),
    ],
)
def test_what_has_no_limit_law_is_refused_with_the_reason(case, message):
    for law in (limit_law, pseudo_true):
        with pytest.raises(ConfigError, match=message):
            law(case, "fgsm", Lasso(0.1))


def test_errors_without_a_mean_have_no_kappa():
    with pytest.raises(ConfigError, match=r"errors = 't'.*kappa is infinite"):
        constants(with_errors(StudentTErrors(1.0)))


def test_a_law_has_the_variance_of_its_errors():
    law = limit_law(with_errors(ContaminatedErrors(0.1, 5.0)), "mle")
    np.testing.assert_allclose(law.score @ law.score.T, 4.0 * 3.4 * law.information, rtol=1e-12)


def test_constants_of_a_fixed_design_are_means_over_its_rows():
    case = Scenario("binomial", 60, [1.0, -0.7], intercept=-0.5, design=Normal(0.5, fixed=True))
    values = constants(case)
    x = np.column_stack([np.ones(60), case.fixed_covariates()])
    mu = expit(x @ case.beta_with_intercept)
    np.testing.assert_allclose(values.information, (x.T * mu * (1 - mu)) @ x / 60, rtol=1e-12)
    assert values.kappa == pytest.approx((2 * mu * (1 - mu)).mean(), rel=1e-12)
    np.testing.assert_allclose(values.V, x.T @ ((2 * mu - 1) * mu * (1 - mu)) / 60, rtol=1e-12)
    assert values.kappa_se == 0.0


def test_a_fixed_design_leaves_no_noise_of_covariates_in_its_law():
    """At a distance from the truth the score's mean given x is not zero, but it is known: gaussian, penalised, sigma 1.

    The covariance of the score at beta* is that at beta0, up to the noise of 2^17 draws.
    """
    case = Scenario("gaussian", 64, [3.0, 0.0], intercept=0.0, design=Normal(0.5, fixed=True))
    law = limit_law(case, "penalized", Lasso(1.0), form="pseudo_true")
    np.testing.assert_allclose(law.residual @ law.residual.T, 0.0, atol=1e-10)
    free = limit_law(replace(case, design=Normal(0.5)), "penalized", Lasso(1.0), form="pseudo_true")
    assert np.abs(free.residual).max() > 0.5
    assert not pseudo_true(case, "penalized", Lasso(1.0)).se.any()


def test_blocks_have_constants_and_heavy_tails_are_refused_where_they_matter():
    blocks = (NormalBlock(columns=2), DichotomisedBlock(0.3, columns=1), BernoulliBlock(0.5, columns=1))
    values = constants(
        Scenario("binomial", 50, [1.0, -0.5, 0.7, 0.0], intercept=0.0, design=Blocks(0.5, blocks=blocks))
    )
    assert 0 < values.kappa_se <= 1e-4
    tails = Blocks(blocks=(NormalBlock(columns=1), StudentTBlock(5.0, columns=1)))
    assert tails.has_exponential_moments(np.array([0.3, 0.0]))
    with pytest.raises(ConfigError, match="infinite"):
        constants(Scenario("poisson", 50, [0.3, 0.1], intercept=0.0, design=tails))


def test_normal_blocks_have_the_constants_of_the_normal_law():
    one, other = (
        constants(scenario("binomial", design=design))
        for design in (Normal(0.5), Blocks(0.5, blocks=(NormalBlock(),), standardise="sample"))
    )
    np.testing.assert_allclose(one.V, other.V, atol=1e-14)
    np.testing.assert_allclose(one.information, other.information, atol=1e-14)
