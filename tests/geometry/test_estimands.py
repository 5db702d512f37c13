"""The geometry's estimands: each is its pure function at the fit, and says where it is not defined."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy import geometry
from simstudy.errors import InputError
from simstudy.estimands import ESTIMANDS, evaluate
from simstudy.estimators.fit import Fit
from simstudy.estimators.nearest_centroid import nearest_centroid
from simstudy.geometry.estimands import ATTACKS
from simstudy.records import Data

RNG = np.random.default_rng(6)
Y = np.repeat([0.0, 1.0], 25)
X = RNG.uniform(size=(50, 3)) + 0.3 * Y[:, None]
DATA = Data(X, Y, test=(X[::2] + 0.1, Y[::2]))
FIT = Fit(coef=np.array([1.0, -0.2, 0.6]), intercept=-0.8)
PLACE = (FIT.coef, FIT.intercept)
EXPECTED = {
    "adversarial_distance": geometry.adversarial_distance(*PLACE, X, Y),
    "adversarial_distance_linf": geometry.adversarial_distance(*PLACE, X, Y, np.inf),
    "error_distance": geometry.error_distance(*PLACE, X, Y),
    "tilting_angle": geometry.tilting_angle(*PLACE, X, Y),
    "weight_norm": np.sqrt(1.4),
    "training_error": geometry.risk(*PLACE, X, Y, "zero_one"),
    "test_error": geometry.risk(*PLACE, *DATA.test, "zero_one"),
    "robust_accuracy_l2": geometry.robust_accuracy(*PLACE, *DATA.test, ATTACKS[2.0], 2),
    "robust_accuracy_linf": geometry.robust_accuracy(*PLACE, *DATA.test, ATTACKS[np.inf], np.inf),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_estimand_is_its_function_at_the_fit(name: str) -> None:
    np.testing.assert_allclose(evaluate(ESTIMANDS[name], FIT, DATA, {}), EXPECTED[name], rtol=1e-12)
    assert len(ESTIMANDS[name].description) > 20


def test_a_normal_of_zero_has_errors_and_no_distances() -> None:
    flat = Fit(coef=np.zeros(3), intercept=0.4)
    values = {name: evaluate(ESTIMANDS[name], flat, DATA, {}) for name in EXPECTED}
    assert (values.pop("training_error"), values.pop("test_error"), values.pop("weight_norm")) == (0.5, 13 / 25, 0.0)
    assert all(np.isnan(value).all() for value in values.values())


def test_without_test_data_what_needs_them_is_not_defined() -> None:
    for name in ("test_error", "robust_accuracy_l2", "robust_accuracy_linf"):
        assert np.isnan(evaluate(ESTIMANDS[name], FIT, Data(X, Y), {})).all()


def test_robust_accuracy_begins_with_the_clean_one() -> None:
    for name in ("robust_accuracy_l2", "robust_accuracy_linf"):
        assert evaluate(ESTIMANDS[name], FIT, DATA, {})[0] == pytest.approx(1 - EXPECTED["test_error"])


def test_identical_centroids_are_an_error_of_the_replicate() -> None:
    with pytest.raises(InputError, match="same centroid"):
        evaluate(ESTIMANDS["tilting_angle"], FIT, Data(np.vstack([X[:25], X[:25]]), Y), {})
    assert evaluate(ESTIMANDS["tilting_angle"], nearest_centroid(X, Y), DATA, {}) == pytest.approx(0.0, abs=1e-7)
