"""What a law predicts of coefficients and of new observations, against draws of the same normal pair (T21)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from simstudy.penalties import Lasso
from simstudy.theory.proportional import ProportionalLaw, best_level, pays_map, proportional

PRIOR = ((-3.0, 0.0, 3.0), (0.1, 0.8, 0.1))
DRAWS = 400_000


def laws() -> dict[str, ProportionalLaw]:
    return {
        "gaussian": proportional("gaussian", 1.5, *PRIOR, "fgsm", Lasso(0.6), sigma=0.7, intercept=0.5),
        "binomial": proportional("binomial", 3.0, *PRIOR, "fgsm", Lasso(0.4), intercept=-1.0),
    }


def near(draws: np.ndarray, expected: float) -> None:
    """Mean of draws within 4.9 standard errors (false alarm 1e-6), or within four draws of a rare event."""
    assert abs(draws.mean() - expected) <= 4.9 * draws.std() / np.sqrt(draws.size) + 4 / draws.size


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("level", [0.0, 0.8])
def test_errors_of_a_new_observation(family: str, level: float) -> None:
    """400000 draws: the relative standard error of each mean is below .4 %, so that 2 % is seen."""
    law, rng = laws()[family], np.random.default_rng(4)
    rho = law.model.truth.rho
    z = rng.multivariate_normal([0.0, 0.0], [[rho, law.m], [law.m, law.q]], DRAWS)
    b0 = 0.5 if family == "gaussian" else -1.0
    truth, eta, reach = b0 + z[:, 0], law.intercept + z[:, 1], level * law.mean_abs
    if family == "gaussian":
        margin = np.abs(truth + 0.7 * rng.standard_normal(DRAWS) - eta) + reach
        near(margin**2, law.adversarial_error(level))
        near(margin**2 / 2, law.prediction_risk(level))
        return
    signed = np.where(rng.random(DRAWS) < expit(truth), 1.0, -1.0)
    near((signed * eta < reach).astype(float), law.adversarial_error(level))
    near(np.logaddexp(0.0, reach - signed * eta), law.prediction_risk(level))
    if level == 0.0:
        assert law.misclassification() == law.adversarial_error(0.0)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_coefficients_have_the_moments_of_the_law(family: str) -> None:
    law, rng = laws()[family], np.random.default_rng(6)
    w0 = rng.choice(PRIOR[0], DRAWS, p=PRIOR[1])
    w = np.empty(DRAWS)
    for k, value in enumerate(PRIOR[0]):
        each = law.coefficient(value)
        w[w0 == value] = each.sample(int(np.sum(w0 == value)), rng)
        assert each.p_zero == pytest.approx(law.p_zero[k], abs=1e-12)
        for point in (-1.0, -0.2, 0.0, 0.3, 2.5):
            near((w[w0 == value] <= point).astype(float), float(each.cdf(point)))
        assert each.cdf(0.0) - each.cdf(-1e-12) == pytest.approx(each.p_zero, abs=1e-9)
    for draws, expected in ((w * w0, law.m), (w * w, law.q), ((w - w0) ** 2, law.error), (np.abs(w), law.mean_abs)):
        near(draws, expected)
    near((w[w0 != 0.0] != 0.0).astype(float), law.power)
    near((w0[w != 0.0] == 0.0).astype(float), law.fdp)


def test_the_best_level_is_a_minimum_of_any_criterion() -> None:
    for criterion in (lambda law: law.adversarial_error(0.5), lambda law: law.prediction_risk()):
        for estimator in ("fgsm", "penalized"):
            best = best_level("binomial", 3.0, *PRIOR, estimator, Lasso(1.0), criterion=criterion)
            assert not best.at_edge
            assert criterion(best.law) == best.value
            for factor in (0.9, 0.99, 1.01, 1.1):
                near_by = proportional("binomial", 3.0, *PRIOR, estimator, Lasso(factor * best.level))
                assert criterion(near_by) >= best.value


def test_no_signal_is_best_left_alone() -> None:
    best = best_level("gaussian", 2.0, [0.0], [1.0], "fgsm", Lasso(1.0))
    assert best.value < 1e-6


def test_below_every_threshold_but_that_of_strong_attacks() -> None:
    """At n/p = .4 small levels have no minimiser (T22); the search does not stop there."""
    best = best_level("binomial", 0.4, *PRIOR, "fgsm", Lasso(1.0))
    assert np.isfinite(best.value)
    assert best.value <= 1.8


def test_the_map_has_a_row_for_each_point() -> None:
    frame = pays_map("gaussian", [1.0, 2.0], [0.2], [0.8])
    assert frame["error_ratio"].tolist() == pytest.approx([0.7266 / 0.7193, 0.4036 / 0.3976], rel=2e-4)
    assert (frame["message"] == "").all()
    labels = pays_map("binomial", [6.0], [0.1], [9.0], prevalences=[None, 0.2])
    assert labels["error_ratio"][0] == pytest.approx(0.788, abs=6e-4)
    assert labels["error_ratio"].notna().all()
