"""Error laws: closed forms against quadrature and draws, and what they refuse."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from simstudy.errors import ConfigError
from simstudy.sources.glm import Scenario
from simstudy.sources.noise import ERRORS, ContaminatedErrors, NormalErrors, SkewedErrors, StudentTErrors

#: Law -> the same law by scipy.
PEERS = [
    (NormalErrors(), stats.norm()),
    (StudentTErrors(3.0), stats.t(3.0)),
    (StudentTErrors(1.5), stats.t(1.5)),
    (SkewedErrors(2.0), stats.expon(-1.0)),
    (SkewedErrors(1.0, "median"), stats.gamma(4.0, -stats.gamma(4.0).median() / 2.0, 0.5)),
    (ContaminatedErrors(0.2, 4.0), None),
    (SkewedErrors(-1.5), None),
    (SkewedErrors(-1.9, "median"), None),
]
LAWS = [law for law, _ in PEERS]
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)
POINTS = np.array([-3.0, -0.4, 0.0, 0.7, 2.5])


def expectation(law, function, *splits):
    """E function(e) by quadrature of the density, piece by piece."""
    # A gamma law ends where its density becomes zero.
    edges = sorted({-math.inf, -20.0, -5.0, *splits, end_of(law), 5.0, 20.0, math.inf})
    value = lambda e: function(e) * float(law.density(np.array(e)))  # noqa: E731
    return sum(quad(value, a, b, epsabs=1e-10, epsrel=1e-10, limit=400)[0] for a, b in itertools.pairwise(edges))


def end_of(law):
    return -law._direction * law._origin / math.sqrt(law._shape) if isinstance(law, SkewedErrors) else 0.0


@each_law
def test_closed_forms_agree_with_quadrature_of_the_density(law):
    assert expectation(law, np.ones_like) == pytest.approx(1.0, abs=1e-8)
    assert expectation(law, lambda e: e) == pytest.approx(law.mean, abs=1e-8)
    if math.isfinite(law.variance):
        assert expectation(law, lambda e: (e - law.mean) ** 2) == pytest.approx(law.variance, rel=1e-7)
    for c in POINTS.tolist():
        sign = expectation(law, lambda e, c=c: np.sign(e - c), c)
        absolute = expectation(law, lambda e, c=c: abs(e - c), c)
        assert law.mean_sign(np.array(c)) == pytest.approx(sign, abs=1e-8)
        assert law.mean_abs(np.array(c)) == pytest.approx(absolute, abs=1e-7)


@pytest.mark.parametrize(("law", "peer"), [pair for pair in PEERS if pair[1] is not None])
def test_laws_are_those_of_scipy(law, peer):
    np.testing.assert_allclose(law.density(POINTS), peer.pdf(POINTS), atol=1e-14)
    np.testing.assert_allclose(law.mean_sign(POINTS), peer.sf(POINTS) - peer.cdf(POINTS), atol=1e-13)


@each_law
def test_draws_have_the_distribution_function_of_the_law(law):
    """Kolmogorov-Smirnov, false-alarm rate 1e-6 over the 8 laws (p < 1.25e-7): detects .009 at 100 000 draws."""
    draws = law.draw((100_000,), np.random.default_rng(23))
    cdf = lambda c: 0.5 * (1.0 - law.mean_sign(c))  # noqa: E731
    assert stats.kstest(draws, cdf).pvalue > 1.25e-7


@pytest.mark.parametrize("skewness", [1.9, 0.7, -1.5])
def test_skewed_errors_have_their_skewness_and_the_zero_that_they_say(skewness):
    mean, median = SkewedErrors(skewness), SkewedErrors(skewness, "median")
    assert mean.mean == 0.0
    assert median.mean_sign(np.zeros(1))[0] == pytest.approx(0.0, abs=1e-12)
    # The mean lies on the side of the long tail.
    assert math.copysign(1.0, median.mean) == math.copysign(1.0, skewness)
    for law in (mean, median):
        third = expectation(law, lambda e, law=law: (e - law.mean) ** 3)
        assert third == pytest.approx(skewness, abs=1e-7)


def test_kappa_and_variance_of_known_laws():
    zero = np.zeros(1)
    assert NormalErrors().mean_abs(zero)[0] == pytest.approx(math.sqrt(2.0 / math.pi), rel=1e-15)
    assert StudentTErrors(3.0).mean_abs(zero)[0] == pytest.approx(2.0 * math.sqrt(3.0) / math.pi, rel=1e-14)
    assert StudentTErrors(3.0).variance == 3.0
    assert SkewedErrors(2.0).mean_abs(zero)[0] == pytest.approx(2.0 / math.e, rel=1e-14)
    assert SkewedErrors(2.0, "median").mean_abs(zero)[0] == pytest.approx(math.log(2.0), rel=1e-14)
    assert ContaminatedErrors(0.1, 5.0).variance == pytest.approx(3.4)


def test_errors_of_a_scenario_are_scaled_by_sigma_after_the_covariates_are_drawn():
    scenario = Scenario("gaussian", 30, [1.0, -1.0], intercept=0.5, sigma=2.0, errors=StudentTErrors(3.0))
    X, y = scenario.sample(np.random.default_rng(4))
    rng = np.random.default_rng(4)
    same = scenario.design.sample(30, 2, rng)
    np.testing.assert_array_equal(X, same)
    np.testing.assert_allclose(y, X @ [1.0, -1.0] + 0.5 + 2.0 * rng.standard_t(3.0, 30), rtol=1e-15)


def test_laws_are_listed_by_name():
    assert {name: cls.name for name, cls in ERRORS.items()} == {name: name for name in ERRORS}
    assert set(ERRORS) == {"normal", "t", "contaminated", "skewed"}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: StudentTErrors(0.0), r"df = 0.0.*positive"),
        (lambda: StudentTErrors(math.inf), r"df = inf.*finite"),
        (lambda: ContaminatedErrors(share=0.0), r"share = 0.0.*between 0 and 1"),
        (lambda: ContaminatedErrors(ratio=-1.0), r"ratio = -1.0.*positive"),
        (lambda: SkewedErrors(0.0), r"skewness = 0.0.*not zero"),
        (lambda: SkewedErrors(1.0, "medan"), r"centre: unknown 'medan'.*did you mean 'median'"),
        (lambda: Scenario("binomial", 9, [1.0], errors="skewed"), r"errors = 'skewed'.*left out in the binomial"),
        (lambda: Scenario("gaussian", 9, [1.0], errors="skewd"), r"errors: unknown 'skewd'.*did you mean 'skewed'"),
        (lambda: Scenario("gaussian", 9, [1.0], errors="t"), r"errors = 't'.*no defaults"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(build, message):
    with pytest.raises(ConfigError, match=message):
        build()
