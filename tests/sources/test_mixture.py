"""The source `mixture`: its moments, closed forms against independent computations, and what it refuses."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from simstudy.errors import ConfigError
from simstudy.sources.mixture import Mixture
from simstudy.sources.setting import Setting
from simstudy.study.config import read_study

CASES = [
    Mixture(40, p=3, gap=2.0, lean=30.0, spread=1.0, low=0.3),
    Mixture(40, p=2, gap=1.0, lean=10.0, spread=2.0, low=0.5, noise=0.2, balanced=True),
    Mixture(40, p=4, gap=3.0, lean=60.0, spread=0.5, low=1.0, noise=0.1),
]
each_case = pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))


@each_case
def test_classes_have_the_stated_centroids_and_label_noise(case):
    """False-alarm rate 1e-6 over the 21 comparisons (|z| < 5.4): detects a centroid off by .02 at 300 000."""
    X, y = replace(case, n=300_000).sample(np.random.default_rng(2))
    for label in (0, 1):
        x = X[y == label]
        assert np.abs((x.mean(axis=0) - case.centroids[label]) / (x.std(axis=0) / math.sqrt(len(x)))).max() < 5.4
    wrong = np.mean((X @ case.bayes_direction > 0.0) != (y == 1.0))
    assert abs(wrong - case.bayes_error) < 5.4 * math.sqrt(case.bayes_error * (1 - case.bayes_error) / 300_000)


def test_without_noise_the_covariance_within_a_class_is_diagonal():
    """False-alarm rate 1e-6 over the 6 comparisons (|z| < 5.2): detects an entry off by .013 times its scale."""
    case = replace(CASES[0], n=400_000)
    X, y = case.sample(np.random.default_rng(3))
    x = X - case.centroids[y.astype(int)]
    products = x[:, :, None] * x[:, None, :] - np.diag(case.deviations**2)
    z = products.mean(axis=0) / (products.std(axis=0) / math.sqrt(case.n))
    assert np.abs(z[np.triu_indices(3)]).max() < 5.2


@each_case
def test_no_other_direction_errs_less_than_the_bayes_direction(case):
    """In the plane of the two directions the error rate as a function of the angle is smallest at the stated tilt."""
    one = case.centroid_direction
    across = case.bayes_direction - (case.bayes_direction @ one) * one
    across /= np.linalg.norm(across)

    def error(angle):
        w = math.cos(angle) * one + math.sin(angle) * across
        separation = case.gap * float(one @ w) / math.sqrt(float(w**2 @ case.deviations**2))
        return case.noise + (1 - 2 * case.noise) * norm.sf(separation / 2)

    best = minimize_scalar(error, bounds=(0.0, 1.5), method="bounded", options={"xatol": 1e-10})
    assert best.x == pytest.approx(case.tilt, abs=1e-5)
    assert best.fun == pytest.approx(case.bayes_error, abs=1e-12)


def test_the_tilt_has_its_closed_form():
    case = CASES[0]
    steeper = math.atan(math.tan(math.radians(30.0)) * (1.0 / 0.3) ** 2)
    assert case.tilt == pytest.approx(steeper - math.radians(30.0), abs=1e-14)
    # Equal variances leave nothing to tilt for.
    assert Mixture(10, spread=1.0, low=1.0).tilt == pytest.approx(0.0, abs=1e-15)


@each_case
def test_balanced_data_have_the_adversarial_distance_of_half_the_centroids_gap(case):
    """G5 in the sample: the mean of y d is half the distance of its centroids times the cosine of the angle."""
    X, y = replace(case, balanced=True).sample(np.random.default_rng(4))
    w, sign = case.bayes_direction, 2.0 * y - 1.0
    difference = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
    assert np.mean(sign * (X @ w + 0.3)) == pytest.approx(0.5 * difference @ w, abs=1e-12)
    truth = case.truth()
    population = 0.5 * (case.centroids[1] - case.centroids[0]) @ w
    assert truth["adversarial_distance"] == pytest.approx(population, rel=1e-12)


def test_log_odds_are_those_of_the_densities():
    case, x = CASES[0], np.array([0.3, -0.2, 1.0])
    half, deviations = 0.5 * case.gap * case.centroid_direction, case.deviations
    ratio = norm.logpdf(x, half, deviations).sum() - norm.logpdf(x, -half, deviations).sum()
    assert x @ case.truth()["beta"] == pytest.approx(ratio, rel=1e-12)
    assert case.truth()["intercept"] == 0.0
    assert "beta" not in CASES[1].truth()


def test_balanced_data_have_equal_classes_and_a_test_part_is_fresh():
    data = Mixture(50, balanced=True, noise=0.3, test=20).sample(np.random.default_rng(1))
    assert data.y.sum() == 25.0
    X_test, y_test = data.test
    assert X_test.shape == (20, 2)
    assert y_test.sum() == 10.0
    assert Mixture(50).sample(np.random.default_rng(1)).test is None
    again = Mixture(50, balanced=True, noise=0.3).sample(np.random.default_rng(1))
    np.testing.assert_array_equal(again.X, data.X)


def test_a_mixture_is_a_source_of_a_study_file(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        """
        aim = "a mixture"
        replicates = 2
        [[scenario]]
        source = "mixture"
        n = 100
        low = [0.1, 0.2]
        test = 50
        [[method]]
        name = "mle"
        estimator = "mle"
        """
    )
    scenarios = read_study(path).scenarios
    assert [scenario.source.low for scenario in scenarios] == [0.1, 0.2]
    assert scenarios[0].family == "binomial"
    assert scenarios[0].has_intercept
    assert Setting("mixture", Mixture(100, low=0.1, test=50), "m").key == scenarios[0].key
    assert scenarios[0].support.tolist() == [True, True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 0}, r"n = 0.*at least 1"),
        ({"p": 1}, r"p = 1.*at least 2"),
        ({"test": -1}, r"test = -1.*at least 0"),
        ({"n": 11, "balanced": True}, r"n = 11.*even"),
        ({"test": 5, "balanced": True}, r"test = 5.*even"),
        ({"gap": 0.0}, r"gap = 0.0.*positive"),
        ({"low": math.inf}, r"low = inf.*finite"),
        ({"spread": -1.0}, r"spread = -1.0"),
        ({"lean": 91.0}, r"lean = 91.0.*degrees"),
        ({"noise": 0.5}, r"noise = 0.5.*below 0.5"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_value(changes, message):
    with pytest.raises(ConfigError, match=message):
        Mixture(**({"n": 10} | changes))
