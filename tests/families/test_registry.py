"""What every family of the registry keeps: derivatives, signs, directions, kernels and samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import gammaln

from simstudy.errors import ConfigError, InputError
from simstudy.families import FAMILIES, Gamma, NegativeBinomial, family
from simstudy.kernels import loss as kernels
from simstudy.kernels.calls import callable_from_python
from simstudy.kernels.codes import Attack

smoothed = callable_from_python(kernels.smoothed)

#: Responses in each family's support, the least one among them.
RESPONSES = {
    "gaussian": [-1.5, 0.0, 2.0],
    "binomial": [0.0, 1.0],
    "poisson": [0.0, 1.0, 4.0],
    "gamma": [1e-3, 0.7, 3.0],
    "negative_binomial": [0.0, 1.0, 6.0],
}
each_family = pytest.mark.parametrize("name", sorted(FAMILIES))
H = 1e-5


def grid(name: str) -> tuple[np.ndarray, np.ndarray]:
    y, eta = np.meshgrid(RESPONSES[name], np.linspace(-3.0, 3.0, 25))
    return y.ravel(), eta.ravel()


def test_every_family_has_responses_here() -> None:
    assert set(RESPONSES) == set(FAMILIES)


@each_family
def test_slope_and_curvature_are_derivatives_and_the_loss_is_convex(name: str) -> None:
    law, (y, eta) = FAMILIES[name], grid(name)
    np.testing.assert_allclose(law.slope(y, eta), (law.loss(y, eta + H) - law.loss(y, eta - H)) / (2 * H), atol=2e-8)
    bend = (law.slope(y, eta + H) - law.slope(y, eta - H)) / (2 * H)
    np.testing.assert_allclose(law.curvature(y, eta), bend, rtol=1e-6, atol=1e-8)
    assert (law.curvature(y, eta) >= 0.0).all()


@each_family
def test_the_slope_has_the_sign_of_mu_minus_y_and_the_link_is_the_inverse_of_the_mean(name: str) -> None:
    law, (y, eta) = FAMILIES[name], grid(name)
    mu = law.mean(eta)
    assert (law.slope(y, eta) * (mu - y) >= 0.0).all()
    np.testing.assert_allclose([law.link(value) for value in mu], eta, atol=1e-12)
    signs = {value: set(np.sign(value - mu[y == value])) for value in RESPONSES[name]}
    moves = any(len(found) > 1 for value, found in signs.items() if value not in (0.0, 1e-3))
    assert moves == law.kinked


@each_family
def test_losses_fall_for_ever_in_the_direction_that_is_named_and_in_no_other(name: str) -> None:
    law, y = FAMILIES[name], np.array(RESPONSES[name])
    direction = law.recession(y)
    for side in (-1.0, 1.0):
        falls = law.slope(y, np.full_like(y, 30.0 * side)) * side <= 0.0
        np.testing.assert_array_equal(falls, direction == side)


@each_family
def test_kernels_see_the_same_loss(name: str) -> None:
    law, (y, eta) = FAMILIES[name], grid(name)
    d_eta, w, v, sigma = np.empty((4, y.size))
    found = smoothed(law.kernel_loss(y), int(Attack.NONE), y, eta, 0.3, 1.0, sigma, d_eta, w, v)
    own = 0.5 * (y - eta) ** 2 if law.quadratic else law.loss(y, eta)
    assert found[0] == pytest.approx(own.mean() + 0.3, rel=1e-13)
    np.testing.assert_allclose(d_eta, law.slope(y, eta), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(w, law.curvature(y, eta), rtol=1e-12)


@each_family
def test_samples_are_in_the_support_with_mean_and_variance(name: str) -> None:
    """False-alarm rate 1e-6 over 10 comparisons (|z| < 5.4).

    Detects (power 1/2) a mean off by 0.02 to 0.05 and a variance off by 4 to 9 %, at 100 000 draws; the fourth moment
    is the sample's own.
    """
    law, size, sigma, eta = FAMILIES[name], 100_000, 0.7, np.full(1, 0.4)
    y = law.sample(np.full(size, 0.4), np.random.default_rng(12), sigma)
    law.check_response(y)
    mu = law.mean(eta)[0]
    variance = law.dispersion(sigma) * law.variance(eta)[0]
    assert abs(y.mean() - mu) < 5.4 * np.sqrt(variance / size)
    squares = (y - mu) ** 2
    assert abs(squares.mean() - variance) < 5.4 * squares.std() / np.sqrt(size)


@each_family
def test_deviance_is_twice_the_excess_over_the_best_predictor(name: str) -> None:
    law, y = FAMILIES[name], np.array(RESPONSES[name])
    best = np.linspace(-40.0, 40.0, 80001)
    lowest = np.array([law.loss(np.full_like(best, value), best).min() for value in y])
    np.testing.assert_allclose(law.deviance(y, y * 0.0), 2.0 * (law.loss(y, y * 0.0) - lowest), atol=2e-6)


@each_family
def test_information_is_the_mean_curvature(name: str) -> None:
    """False-alarm rate 1e-6 over 5 comparisons (|z| < 5.3); detects a relative error of 1 to 3 %."""
    law, size = FAMILIES[name], 200_000
    eta = np.full(size, -0.3)
    curvature = law.curvature(law.sample(eta, np.random.default_rng(13), 0.7), eta)
    error = curvature.mean() - law.information(eta[:1])[0]
    assert abs(error) <= 5.3 * curvature.std() / np.sqrt(size) + 1e-12


def test_the_gamma_loss_is_its_negative_log_likelihood() -> None:
    """Up to the factor phi and what does not depend on eta, by scipy."""
    y, eta, sigma = np.array([0.2, 1.0, 3.0]), np.linspace(-1.0, 1.0, 3), 0.6
    k = 1.0 / sigma**2
    exact = -stats.gamma.logpdf(y, k, scale=np.exp(eta) / k) + stats.gamma.logpdf(y, k, scale=1.0 / k)
    law = FAMILIES["gamma"]
    np.testing.assert_allclose((law.loss(y, eta) - law.loss(y, 0.0 * eta)) / sigma**2, exact, rtol=1e-12)


def test_the_negative_binomial_loss_is_its_negative_log_likelihood() -> None:
    y, eta, size = np.array([0.0, 1.0, 7.0]), np.linspace(-1.0, 1.0, 3), 2.5
    law, mu = NegativeBinomial(size), np.exp(eta)
    exact = -stats.nbinom.logpmf(y, size, size / (size + mu))
    constant = -gammaln(y + size) + gammaln(size) + gammaln(y + 1.0) - size * np.log(size)
    np.testing.assert_allclose(law.loss(y, eta) + constant, exact, rtol=1e-12)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 1.7])
def test_gamma_moments_of_theory_are_integrals(sigma: float) -> None:
    """Against adaptive quadrature over the density of G with mean one; y = mu G, score (1 - G) x, curvature G."""
    law, k, eta = FAMILIES["gamma"], 1.0 / sigma**2, np.array([0.3])
    density = stats.gamma(k, scale=1.0 / k).pdf

    def mean(function, sides=((0.0, 1.0), (1.0, 200.0))) -> float:
        return sum(quad(lambda g: function(g) * density(g), *side, limit=400)[0] for side in sides)

    assert law.mean_abs_error(eta, sigma)[0] == pytest.approx(mean(lambda g: abs(g - 1.0)), rel=1e-7)
    assert law.mean_sign(eta, sigma)[0] == pytest.approx(mean(lambda g: np.sign(g - 1.0)), abs=1e-7)
    assert law.signed_curvature(eta, sigma)[0] == pytest.approx(mean(lambda g: np.sign(g - 1.0) * g), abs=1e-7)
    assert law.kink_curvature(eta, sigma)[0] == pytest.approx(density(1.0), rel=1e-12)
    P, eta_at, c = 0.3, np.array([0.8]), np.exp(0.5)
    sides = ((0.0, c), (c, 200.0))
    found = law.population(eta, eta_at, P, sigma)

    def attacked(g: float) -> float:
        return g / c * np.exp(np.sign(g - c) * P)

    assert found.d_eta[0] == pytest.approx(1.0 - mean(attacked, sides), rel=1e-7)
    slope = mean(lambda g: -np.sign(g - c) * (1.0 - attacked(g)), sides)
    assert found.penalty_slope[0] == pytest.approx(slope, rel=1e-7)
    near = [law.population(eta, eta_at + step, P, sigma).d_eta[0] for step in (H, -H)]
    assert found.w[0] == pytest.approx((near[0] - near[1]) / (2 * H), rel=1e-6)
    near = [law.population(eta, eta_at, P + step, sigma).d_eta[0] for step in (H, -H)]
    assert found.v[0] == pytest.approx((near[0] - near[1]) / (2 * H), rel=1e-6)


def test_negative_binomial_density_at_a_whole_mean_is_a_probability() -> None:
    law, mu = NegativeBinomial(2.5), np.array([1.0, 4.0])
    exact = stats.nbinom.pmf(mu, 2.5, 2.5 / (2.5 + mu))
    np.testing.assert_allclose(law.density_at_mean(np.log(mu)), exact, rtol=1e-12)
    bend = law.curvature(mu, np.log(mu))
    np.testing.assert_allclose(law.kink_curvature(np.log(mu)), exact * mu * bend, rtol=1e-12)


def test_a_family_can_be_given_as_an_object_with_its_parameters() -> None:
    assert family(NegativeBinomial(3.0)).size == 3.0
    assert family("negative_binomial") == NegativeBinomial(1.0)
    assert isinstance(family("gamma"), Gamma)
    with pytest.raises(InputError, match="size = -1.0"):
        NegativeBinomial(-1.0)
    with pytest.raises(ConfigError, match="unknown 'gama'.*did you mean 'gamma'"):
        family("gama")


def test_what_a_family_does_not_give_is_missed_by_name() -> None:
    with pytest.raises(InputError, match="negative_binomial.*mean_abs_error"):
        FAMILIES["negative_binomial"].mean_abs_error(np.zeros(1))
