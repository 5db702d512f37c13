"""Canonical families against exact values, finite differences, brute-force sums and their own samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simstudy.errors import ConfigError, InputError
from simstudy.families import FAMILIES, family

TINY = math.exp(-700.0)

# (family, y, eta, loss, mean, variance, third derivative), by hand.
EXACT = [
    ("gaussian", 1.0, 3.0, 1.5, 3.0, 1.0, 0.0),
    ("gaussian", -2.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    ("gaussian", 0.0, -700.0, 245000.0, -700.0, 1.0, 0.0),
    ("binomial", 1.0, 0.0, math.log(2.0), 1 / 2, 1 / 4, 0.0),
    ("binomial", 1.0, math.log(3.0), math.log(4 / 3), 3 / 4, 3 / 16, -3 / 32),
    ("binomial", 0.0, -math.log(3.0), math.log(4 / 3), 1 / 4, 3 / 16, 3 / 32),
    ("binomial", 1.0, 700.0, TINY, 1.0, TINY, -TINY),
    ("binomial", 0.0, 700.0, 700.0, 1.0, TINY, -TINY),
    ("binomial", 1.0, -700.0, 700.0, TINY, TINY, TINY),
    ("poisson", 0.0, math.log(2.0), 2.0, 2.0, 2.0, 2.0),
    ("poisson", 3.0, math.log(2.0), 2.0 - 3.0 * math.log(2.0), 2.0, 2.0, 2.0),
    ("poisson", 1.0, 700.0, math.exp(700.0), math.exp(700.0), math.exp(700.0), math.exp(700.0)),
    ("poisson", 1.0, -700.0, 700.0, TINY, TINY, TINY),
]

#: `test_registry` asks all families what a family must keep.
each_family = pytest.mark.parametrize("name", ["binomial", "gaussian", "poisson"])


@pytest.mark.parametrize(("name", "y", "eta", "loss", "mean", "variance", "third"), EXACT)
def test_values_equal_those_worked_out_by_hand(name, y, eta, loss, mean, variance, third):
    f, y, eta = FAMILIES[name], np.array([y]), np.array([eta])
    found = [f.loss(y, eta), f.mean(eta), f.variance(eta), f.third_derivative(eta)]
    np.testing.assert_allclose(np.ravel(found), [loss, mean, variance, third], rtol=1e-14)


def derivative(function, x, h=1e-2):
    """Central difference of fourth order."""
    return (8.0 * (function(x + h) - function(x - h)) - (function(x + 2 * h) - function(x - 2 * h))) / (12.0 * h)


@each_family
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_each_function_is_the_derivative_of_the_one_before(name, y):
    f, eta = FAMILIES[name], np.linspace(-4.0, 4.0, 33)
    scale = 1.0 + np.exp(eta)
    for function, slope in [
        (lambda t: f.loss(np.full_like(t, y), t), f.mean(eta) - y),
        (f.mean, f.variance(eta)),
        (f.variance, f.third_derivative(eta)),
    ]:
        np.testing.assert_allclose(derivative(function, eta) / scale, slope / scale, atol=1e-8)


@each_family
@pytest.mark.parametrize("eta", [-700.0, -40.0, 0.0, 40.0, 700.0])
def test_nothing_overflows_or_warns_far_out(name, eta):
    f, eta = FAMILIES[name], np.array([eta])
    values = [f.loss(np.ones(1), eta), f.mean(eta), f.variance(eta), f.third_derivative(eta)]
    values += [f.mean_abs_error(eta), f.mean_sign(eta), f.density_at_mean(eta)]
    assert np.isfinite(values).all()


@given(eta=st.floats(-700.0, 700.0), y=st.sampled_from([0.0, 1.0]))
def test_flipping_the_label_flips_the_predictor(eta, y):
    f, eta = FAMILIES["binomial"], np.array([eta])
    assert f.loss(np.array([y]), eta) == f.loss(np.array([1.0 - y]), -eta)
    assert f.variance(eta) == f.variance(-eta)
    assert f.third_derivative(eta) == -f.third_derivative(-eta)
    assert f.mean_sign(eta) == -f.mean_sign(-eta)


@pytest.mark.parametrize("eta", [-3.0, 0.0, 0.4, 1.7])
def test_binomial_error_moments_are_sums_over_both_labels(eta):
    f, mu = FAMILIES["binomial"], 1.0 / (1.0 + math.exp(-eta))
    assert f.mean_abs_error(np.array([eta]))[0] == pytest.approx(mu * (1 - mu) + (1 - mu) * mu, rel=1e-14)
    assert f.mean_sign(np.array([eta]))[0] == pytest.approx(mu - (1 - mu), abs=1e-15)


def test_gaussian_error_moments_scale_with_sigma():
    f, eta = FAMILIES["gaussian"], np.zeros(1)
    assert f.mean_abs_error(eta, sigma=3.0)[0] == pytest.approx(3.0 * math.sqrt(2.0 / math.pi), rel=1e-15)
    assert f.mean_sign(eta, sigma=3.0)[0] == 0.0


# Means around the switch to Stirling's series at 16, integer ones (1 exactly; sign(0) = 0), small and large.
@pytest.mark.parametrize("eta", [-30.0, -1.0, 0.0, 0.5, math.log(15.9), math.log(16.5), math.log(17.2), 4.0, 7.0])
def test_poisson_error_moments_are_sums_over_the_counts(eta):
    f, mu = FAMILIES["poisson"], float(np.exp(eta))
    counts = np.arange(int(mu + 40.0 * math.sqrt(mu) + 60.0))
    probabilities = stats.poisson.pmf(counts, mu)
    size = float(np.sum(np.abs(counts - mu) * probabilities))
    sign = float(np.sum(np.sign(counts - mu) * probabilities))
    assert f.mean_abs_error(np.array([eta]))[0] == pytest.approx(size, rel=1e-11)
    assert f.mean_sign(np.array([eta]))[0] == pytest.approx(sign, abs=1e-11)


@pytest.mark.parametrize("eta", [25.0, 100.0, 700.0])
def test_poisson_error_moments_reach_their_normal_limit(eta):
    f = FAMILIES["poisson"]
    assert f.mean_abs_error(np.array([eta]))[0] == pytest.approx(math.sqrt(2.0 / math.pi) * math.exp(eta / 2), rel=1e-8)
    assert abs(f.mean_sign(np.array([eta]))[0]) < 1e-5


def test_a_poisson_mean_that_underflows_keeps_its_sign():
    assert FAMILIES["poisson"].mean_sign(np.array([-800.0]))[0] == -1.0


def fourth_central_moment(name, eta, sigma):
    if name == "gaussian":
        return 3.0 * sigma**4
    mu, variance = FAMILIES[name].mean(eta), FAMILIES[name].variance(eta)
    return variance * (1.0 - 3.0 * variance) if name == "binomial" else mu + 3.0 * mu**2


@each_family
@pytest.mark.parametrize("eta", [-1.5, 0.0, 2.0])
def test_samples_have_the_families_first_two_moments(name, eta):
    """False-alarm rate 1e-6 over the 18 comparisons (|z| < 5.5).

    Detects (power 1/2) a mean off by 0.012 and a variance off by 1.7 % (gaussian, sigma = 1), both at 200 000 draws.
    """
    f, size, sigma = FAMILIES[name], 200_000, 1.0
    y = f.sample(np.full(size, eta), np.random.default_rng(11), sigma)
    eta = np.array([eta])
    variance = f.dispersion(sigma) * f.variance(eta)[0]
    z_mean = (y.mean() - f.mean(eta)[0]) / math.sqrt(variance / size)
    deviation = np.mean((y - f.mean(eta)[0]) ** 2) - variance
    # At eta = 0 the binomial squares are all one quarter: no spread, and no deviation either.
    spread = np.sum(fourth_central_moment(name, eta, sigma)) - variance**2
    z_variance = deviation / (math.sqrt(max(spread, 0.0) / size) + 1e-12)
    assert abs(z_mean) < 5.5
    assert abs(z_variance) < 5.5
    f.check_response(y)


def test_sigma_is_the_standard_deviation_of_gaussian_errors_only():
    assert FAMILIES["gaussian"].dispersion(3.0) == 9.0
    assert FAMILIES["binomial"].dispersion(3.0) == FAMILIES["poisson"].dispersion(3.0) == 1.0
    eta = np.linspace(-1.0, 1.0, 5)
    one, three = (FAMILIES["gaussian"].sample(eta, np.random.default_rng(1), sigma) for sigma in (1.0, 3.0))
    np.testing.assert_allclose(three - eta, 3.0 * (one - eta), rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "y", "message"),
    [
        ("gaussian", [0.0, math.nan], r"y\[1\] = nan.*finite"),
        ("binomial", [1.0, 0.0, 2.0], r"y\[2\] = 2.0.*0 or 1.*binomial"),
        ("binomial", [math.nan], r"y\[0\] = nan"),
        ("poisson", [3.0, -1.0], r"y\[1\] = -1.0.*count"),
        ("poisson", [0.5], r"y\[0\] = 0.5"),
        ("poisson", [math.inf], r"y\[0\] = inf"),
    ],
)
def test_responses_outside_the_support_are_named(name, y, message):
    with pytest.raises(InputError, match=message):
        FAMILIES[name].check_response(np.array(y))


@pytest.mark.parametrize("eta", [44.0, 700.0, math.nan])
def test_a_poisson_mean_too_large_to_draw_from_names_eta(eta):
    with pytest.raises(InputError, match=r"eta = .*at most 43"):
        FAMILIES["poisson"].sample(np.array([0.0, eta]), np.random.default_rng(1))


def test_the_largest_poisson_mean_can_be_drawn():
    assert FAMILIES["poisson"].sample(np.array([43.0]), np.random.default_rng(1))[0] > 4e18


def test_a_misspelt_family_suggests_the_nearest():
    assert family("poisson") is FAMILIES["poisson"]
    with pytest.raises(ConfigError, match=r"family: unknown 'binomal'.*did you mean 'binomial'"):
        family("binomal")


@pytest.mark.parametrize("mu", [0.5, 3.0, 15.9, 16.1, 900.0])
def test_poisson_density_at_its_mean_is_the_probability_carried_to_any_mean(mu):
    found = FAMILIES["poisson"].density_at_mean(np.log([mu]))
    assert found[0] == pytest.approx(math.exp(mu * math.log(mu) - mu - math.lgamma(mu + 1.0)), rel=1e-8)


@pytest.mark.parametrize("mu", [0.7, 4.2, 40.0])
def test_poisson_density_is_the_rate_at_which_signs_change(mu):
    """Mean number of counts that a mean passes between mu and mu + 1, over the length of the step."""
    grid = np.linspace(mu, mu + 1.0, 2001)
    whole = math.floor(mu) + 1
    passed = stats.poisson.pmf(whole, whole)
    assert np.mean(FAMILIES["poisson"].density_at_mean(np.log(grid))) == pytest.approx(passed, rel=0.15)


def test_gaussian_density_at_its_mean():
    assert FAMILIES["gaussian"].density_at_mean(np.zeros(1), 2.0)[0] == pytest.approx(stats.norm.pdf(0.0, scale=2.0))
    assert FAMILIES["binomial"].density_at_mean(np.zeros(1))[0] == 0.0


@each_family
def test_deviance_is_twice_the_excess_over_the_best_predictor(name):
    f, y = FAMILIES[name], np.array([0.0, 1.0, 1.0])
    eta = np.array([0.3, -0.4, 1.1])
    best = np.linspace(-40.0, 40.0, 160001)
    lowest = [f.loss(np.full_like(best, value), best).min() for value in y]
    np.testing.assert_allclose(f.deviance(y, eta), 2 * (f.loss(y, eta) - lowest), atol=1e-6)
