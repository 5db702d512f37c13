"""Constants of the limit laws: quadrature against simulation, and the signs and zeros that the theory claims."""

import numpy as np
import pytest

from simstudy.errors import ConfigError
from simstudy.sources.designs import Normal, Rademacher, StudentT
from simstudy.sources.glm import Scenario
from simstudy.theory import constants
from simstudy.theory.constants import _by_quadrature, _by_simulation

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
