"""The law of two normal classes against simulation, against limits, and where it is silent; rates of G3 and G4."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import t as student

import simstudy as ss
from simstudy.estimators.fit import Fit
from simstudy.geometry.laws import error_of, geometry_law
from simstudy.geometry.rates import large_norm_hinge, large_norm_rate, small_norm_rate
from simstudy.records import Data

#: Replicates, and the number of standard errors that one number is off with probability 1e-6.
R = 200
SIGMAS = float(student.isf(0.5e-6, R - 1))
SOURCE = ss.Mixture(n=60, p=5, gap=1.5, lean=30.0, low=0.4, balanced=True, noise=0.1)


def method(estimator: str, lam: float | None = None) -> SimpleNamespace:
    return SimpleNamespace(estimator=estimator, lam=lam, name="m", arguments={})


def simulated(fit: object, values: object) -> np.ndarray:
    rng = np.random.default_rng(11)
    found = []
    for _ in range(R):
        data = SOURCE.sample(rng)
        found.append(values(fit(data.X, data.y), data))  # type: ignore[operator]
    return np.array(found)


def population_error(w: np.ndarray, b: float) -> float:
    """Test error by hand: two normal classes on the line along w."""
    spread = np.linalg.norm(w * SOURCE.deviations)
    centre = 0.5 * SOURCE.gap * SOURCE.centroid_direction @ w
    clean = 0.5 * (ndtr(-(centre + b) / spread) + ndtr(-(centre - b) / spread))
    return SOURCE.noise + (1.0 - 2.0 * SOURCE.noise) * float(clean)


@pytest.mark.parametrize(
    ("estimator", "lam", "fit"),
    [("nearest_centroid", None, ss.nearest_centroid), ("svm", 20.0, lambda X, y: ss.svm(X, y, 20.0))],
)
def test_the_law_is_that_of_simulation(estimator: str, lam: float | None, fit: object) -> None:
    """False alarm 1e-6 for each number.

    Smallest error found with probability .99: 7.4 standard errors of a mean, that is .05 of a distance of .6, .009 of a
    test error of .3.
    """
    truth = SOURCE.truth()
    predicted = geometry_law(SOURCE, method(estimator, lam))

    def values(found: Fit, data: Data) -> list[float]:
        d_adv = ss.geometry.adversarial_distance(found.coef, found.intercept, data.X, data.y)
        angle = ss.geometry.tilting_angle(found.coef, found.intercept, data.X, data.y)
        return [d_adv, angle, float(np.linalg.norm(found.coef)), population_error(found.coef, found.intercept)]

    d_adv, angle, norm, error = simulated(fit, values).T
    assert angle.max() < 1e-6
    assert predicted["tilting_angle", "bias"] == pytest.approx(-truth["tilting_angle"])
    checks = {("adversarial_distance", "bias"): d_adv - truth["adversarial_distance"]}
    if estimator == "svm":
        checks["weight_norm", "mean"] = norm
    else:
        checks["test_error", "bias"] = error - truth["test_error"]
    assert set(predicted) == {*checks, ("tilting_angle", "bias")}
    for key, found in checks.items():
        value, se = predicted[key]
        off = abs(found.mean() - value) / np.hypot(found.std(ddof=1) / np.sqrt(R), se)
        assert off < SIGMAS, (key, found.mean(), value)
        assert se < 0.1 * found.std(ddof=1) / np.sqrt(R) * 1.5


def test_error_of_the_bayes_boundary_is_the_bayes_error() -> None:
    w = SOURCE.bayes_direction[np.newaxis]
    assert error_of(SOURCE, w, np.zeros_like(w)) == pytest.approx(SOURCE.bayes_error, rel=1e-12)


def test_the_law_is_silent_where_its_regime_does_not_hold() -> None:
    """G7 needs every margin violated and balanced classes; the Bayes direction is of data without label noise."""
    assert geometry_law(SOURCE, method("svm", 1.1)) == {}, "one margin in twenty data sets holds"
    unbalanced = ss.Mixture(n=60, p=5, balanced=False)
    assert geometry_law(unbalanced, method("svm", 50.0)) == {}
    assert geometry_law(SOURCE, method("mle")) == {}
    assert geometry_law(unbalanced, method("mle")) == {
        (name, "bias"): 0.0 for name in ("tilting_angle", "adversarial_distance", "test_error")
    }
    assert geometry_law(SOURCE, method("fgsm", 0.1)) == {}
    assert geometry_law(ss.Toy(n=20), method("nearest_centroid")) == {}


def test_rates_are_those_of_hand_made_distances() -> None:
    """Distances uniform on (-1, 3): the remainders are ||w||^2 mean d^2 / 8 and pi^2/(24 ||w||)."""
    d = np.linspace(-1.0, 3.0, 400_001)
    data = Data(np.column_stack([d, np.zeros_like(d)]), np.ones_like(d))
    data.y[0], data.X[0, 0] = 0.0, 1.0
    fit = Fit(coef=np.array([2.0, 0.0]), intercept=0.0)
    assert small_norm_rate(fit, data, {}) == pytest.approx(2.0, abs=0.01)
    assert large_norm_rate(fit, data, {}) == pytest.approx(-1.0, abs=0.01)
    assert large_norm_hinge(fit, data, {}) == pytest.approx(0.25, abs=0.01)
    flat = Fit(coef=np.zeros(2), intercept=0.0)
    assert all(np.isnan(each(flat, data, {})) for each in (small_norm_rate, large_norm_rate, large_norm_hinge))
