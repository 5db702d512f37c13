"""Population objectives against brute-force expectations, and the pseudo-true parameters that they give."""

import numpy as np
import pytest
from scipy import stats

from reference.pseudo_true import difference
from simstudy.errors import InputError
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Scad
from simstudy.sources.designs import Normal
from simstudy.sources.glm import Scenario
from simstudy.theory import constants, pseudo_true
from simstudy.theory.population import attacked, unattacked

SLOPES = (1.0, -0.7, 0.5, -0.4, 0.5)


def scenario(family="binomial", n=800, beta=SLOPES, intercept=0.0):
    return Scenario(family=family, n=n, beta=beta, intercept=intercept, design=Normal(rho=0.5))


def response_law(family, eta0):
    """Values of y with their probabilities given eta0; a fine grid for the gaussian."""
    mu0 = float(FAMILIES[family].mean(np.array(eta0)))
    if family == "binomial":
        return np.array([0.0, 1.0]), np.array([1 - mu0, mu0])
    if family == "poisson":
        y = np.arange(0.0, 80.0)
        return y, stats.poisson.pmf(y, mu0)
    edges = np.linspace(-9, 9, 400_001)
    middle = (edges[1:] + edges[:-1]) / 2
    return mu0 + middle, np.diff(stats.norm.cdf(edges))


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize(("eta0", "eta", "P"), [(0.3, 0.1, 0.4), (-0.5, 0.6, 0.2), (1.2, 1.1, 0.05), (0.4, -1.0, 0.0)])
def test_expectations_given_x_equal_sums_over_the_response(family, eta0, eta, P):
    law = FAMILIES[family]
    y, weight = response_law(family, eta0)
    sign = np.sign(y - law.mean(np.full_like(y, eta)))
    residual = law.mean(eta - sign * P) - y
    terms = attacked(scenario(family), np.array([eta0]), np.array([eta]), P)
    assert terms.d_eta[0] == pytest.approx(weight @ residual, abs=2e-5)
    assert terms.penalty_slope[0] == pytest.approx(weight @ (-sign * residual), abs=2e-5)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_second_derivatives_are_those_of_the_first(family):
    case, eta0, P, h = scenario(family), np.array([0.3]), 0.4, 1e-5

    def gradient(eta, P):
        terms = attacked(case, eta0, np.array([eta]), P)
        return np.array([terms.d_eta[0], terms.penalty_slope[0]])

    terms = attacked(case, eta0, np.array([0.1]), P)
    in_eta = (gradient(0.1 + h, P) - gradient(0.1 - h, P)) / (2 * h)
    in_P = (gradient(0.1, P + h) - gradient(0.1, P - h)) / (2 * h)
    np.testing.assert_allclose(in_eta, [terms.w[0], terms.v[0]], atol=1e-8)
    np.testing.assert_allclose(in_P, [terms.v[0], terms.penalty_curvature[0]], atol=1e-8)


def test_the_truth_is_its_own_limit_without_a_penalty():
    for family in ("gaussian", "binomial", "poisson"):
        case = scenario(family, intercept=-0.3)
        zero = np.zeros(3)
        assert np.all(unattacked(case, zero, zero).d_eta == 0.0)
        for estimator in ("fgsm", "penalized"):
            limit = pseudo_true(case, estimator, Lasso(0.0))
            np.testing.assert_allclose(limit.beta, case.beta_with_intercept, atol=1e-8)


@pytest.mark.parametrize(("n", "expected"), [(800, 0.0148), (3200, 0.0094)])
def test_extra_bias_of_the_checked_example(n, expected):
    """FGSM minus matched penalised likelihood, slope 1 (theory, T17): printed there to 2e-4, that study's own error."""
    case = scenario(n=n)
    lam = 0.5 / np.sqrt(n)
    fgsm = pseudo_true(case, "fgsm", Lasso(lam))
    gap, se = difference(fgsm, pseudo_true(case, "penalized", Lasso(constants(case).kappa * lam)))
    assert se[1] < 1.2e-4
    assert gap[1] == pytest.approx(expected, abs=5e-4)


def test_bias_of_the_checked_example():
    limit = pseudo_true(scenario(), "fgsm", Lasso(0.5 / np.sqrt(800)))
    assert limit.beta[1] - 1.0 == pytest.approx(-0.0940, abs=5 * limit.se[1])


def test_scad_beyond_its_knots_is_unbiased_in_the_likelihood_and_not_inside_it():
    case = scenario(beta=(1.5, -1.2, 0.0, 0.0, 1.0), intercept=-1.0)
    np.testing.assert_allclose(pseudo_true(case, "penalized", Scad(0.05)).beta, case.beta_with_intercept, atol=1e-8)
    inside = pseudo_true(case, "fgsm", Scad(0.0967))
    assert np.all(inside.beta[[3, 4]] == 0.0)
    # T8's leading term for these slopes (theory, section 7).
    np.testing.assert_allclose(
        (inside.beta - case.beta_with_intercept)[[0, 1, 2, 5]], [-0.025, 0.037, -0.030, 0.025], atol=2e-3
    )


def test_unknown_estimator_is_named():
    with pytest.raises(InputError, match="did you mean 'fgsm'"):
        pseudo_true(scenario(), "fgms", Lasso(0.1))
