"""The checked figures of the theory where p grows like n: state evolution, existence, tuning."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy.penalties import Lasso
from simstudy.theory.proportional import best_pair, existence_threshold, proportional

SPARSE = (0.1, 0.8, 0.1)
TWO, FOUR = (-2.0, 0.0, 2.0), (-4.0, 0.0, 4.0)


def test_published_figure_of_the_maximum_likelihood_estimator() -> None:
    """Sur & Candes 2019: p/n = .2, Var(x'beta0) = 5; slope, sigma and width."""
    law = proportional("binomial", 5.0, "normal", 5.0, "mle", None)
    spread = np.sqrt((law.q - law.m**2 / 5.0) / 0.2)
    np.testing.assert_allclose([law.m / 5.0, spread, law.V], [1.4993, 4.7434, 3.0268], atol=1e-3, rtol=0)
    assert law.p_zero.tolist() == [0.0]


@pytest.mark.parametrize(
    ("family", "ratio", "level_n", "values", "printed"),
    [
        ("gaussian", 2.0, 1.0, TWO, (0.5235, 0.5716, 0.6147, 0.0575, 0.0515)),
        ("gaussian", 0.7, 1.0, TWO, (0.3633, 0.8079, 0.6467, 0.3733, 0.2437)),
        ("binomial", 4.0, 0.5, FOUR, (3.331, 5.139, 0.3050, 0.0056, 0.0)),
        ("binomial", 2.0, 1.0, FOUR, (2.114, 3.011, 0.6103, 0.1307, 0.0)),
    ],
)
def test_checked_figures_of_fgsm(
    family: str, ratio: float, level_n: float, values: tuple[float, ...], printed: tuple[float, ...]
) -> None:
    """Theory of section 5, lam = level_n / sqrt(n), to the printed digits."""
    law = proportional(family, ratio, values, SPARSE, "fgsm", Lasso(level_n / np.sqrt(ratio)))
    found = (law.m, law.q, law.p_zero[1], law.p_zero[0], law.kinks)
    digits = 3 if family == "binomial" else 4
    for value, expected, places in zip(found, printed, (digits, digits, 4, 4, 4), strict=True):
        assert value == pytest.approx(expected, abs=0.51 * 10.0**-places)
    assert law.p_zero[0] == pytest.approx(law.p_zero[2], abs=1e-14)


def test_checked_figures_with_an_intercept() -> None:
    prior = ((-2.0, 0.0, 2.0), (0.15, 0.7, 0.15))
    inside = proportional("binomial", 4.0, *prior, "fgsm", Lasso(0.5), intercept=-1.0)
    found = (inside.error, inside.P, inside.intercept, 1 - inside.p_zero[0], 1 - inside.p_zero[1])
    # The probability of a null is printed as .390 and is .38950: half a digit of the last place, and a little.
    np.testing.assert_allclose(found, (0.836, 0.2716, -1.049, 0.764, 0.390), atol=6e-4, rtol=0)
    beside = proportional("binomial", 4.0, *prior, "penalized", Lasso(0.175), intercept=-1.0)
    np.testing.assert_allclose((beside.error, beside.intercept), (0.780, -0.940), atol=5e-4, rtol=0)


@pytest.mark.parametrize(
    ("level", "null", "sparse"),
    [
        (0.0, 2.0, 2.75171),
        (0.1, 1.76783, 2.37797),
        (0.25, 1.48927, 1.94231),
        (0.5, 1.15441, 1.44116),
        (1.0, 0.75817, 0.88891),
    ],
)
def test_existence_thresholds(level: float, null: float, sparse: float) -> None:
    assert existence_threshold(level, [0.0], [1.0]) == pytest.approx(null, abs=6e-6)
    assert existence_threshold(level, FOUR, SPARSE) == pytest.approx(sparse, abs=6e-6)


def test_existence_threshold_with_an_intercept() -> None:
    assert existence_threshold(0.25, FOUR, SPARSE, intercept=-1.5) == pytest.approx(2.2744, abs=5.1e-5)


@pytest.mark.parametrize(
    ("ratio", "inside", "beside"),
    [(0.5, 0.9377, 0.9360), (1.0, 0.7266, 0.7193), (2.0, 0.4036, 0.3976), (10.0, 0.0677, 0.0673)],
)
def test_best_levels_of_gaussian_fits(ratio: float, inside: float, beside: float) -> None:
    pair = best_pair("gaussian", ratio, TWO, SPARSE, Lasso(1.0))
    assert pair.fgsm.value / 0.8 == pytest.approx(inside, abs=5.1e-5)
    assert pair.penalized.value / 0.8 == pytest.approx(beside, abs=5.1e-5)
    assert not pair.fgsm.at_edge
    assert not pair.penalized.at_edge


def test_best_levels_of_binomial_fits_with_few_strong_signals() -> None:
    size = np.sqrt(90.0)
    pair = best_pair("binomial", 6.0, (-size, 0.0, size), (0.05, 0.9, 0.05), Lasso(1.0))
    assert pair.fgsm.value == pytest.approx(0.6332, abs=5.1e-5)
    assert pair.penalized.value == pytest.approx(0.8033, abs=5.1e-5)
    assert pair.ratio == pytest.approx(0.788, abs=5.1e-4)
    # The minimum is flat: the levels are printed to four digits and known to 1e-4 of themselves.
    assert pair.fgsm.level == pytest.approx(0.4323, abs=1.2e-4)
    assert pair.penalized.level == pytest.approx(0.0728, abs=6e-5)
