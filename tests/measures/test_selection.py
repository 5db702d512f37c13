from collections.abc import Callable

import numpy as np
import pytest

from simstudy.measures import selection
from simstudy.measures.estimate import Estimate, FloatArray

BETA = np.array([1.0, -0.5, 0.0, 0.0, 0.0])
HATS = np.array(
    [
        [0.9, -0.4, 0.0, 0.0, 0.0],  # exact
        [0.9, 0.4, 0.0, 0.0, 0.0],  # right support, wrong sign
        [0.9, -0.4, 0.1, 0.0, -0.1],  # two false positives
        [0.0, -0.4, 0.0, 0.0, 0.1],  # one missed, one false
    ]
)


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (selection.exact_support, 0.5),
        (selection.sign_recovery, 0.25),
        (selection.true_positives, 7 / 4),
        (selection.false_negatives, 1 / 4),
        (selection.false_positives, 3 / 4),
        (selection.true_positive_rate, 7 / 8),
        (selection.false_positive_rate, 1 / 4),
    ],
)
def test_values(measure: Callable[[FloatArray, FloatArray], Estimate], value: float) -> None:
    estimate = measure(HATS, BETA)
    assert estimate.value == pytest.approx([value])
    assert (estimate.mcse > 0).all()
    assert (estimate.lower <= value).all()
    assert (estimate.upper >= value).all()


def test_rates_are_counts_per_candidate() -> None:
    count, rate = selection.false_positives(HATS, BETA), selection.false_positive_rate(HATS, BETA)
    for part in ("value", "mcse", "lower", "upper"):
        assert getattr(rate, part) == pytest.approx(getattr(count, part) / 3)


def test_selecting_everything_every_time_is_not_certainty() -> None:
    hats = np.ones((50, 5))
    for measure in (selection.exact_support, selection.false_positives, selection.true_positive_rate):
        assert (measure(hats, BETA).mcse > 0).all()
    assert selection.false_positives(hats, BETA).upper == 3
    assert selection.false_positives(hats, BETA).lower == pytest.approx(3 * (1 - 0.07135), abs=1e-4)


def test_counts_are_scaled_alike_when_all_replicates_agree() -> None:
    hats = np.zeros((50, 5))
    count, rate = selection.false_positives(hats, BETA), selection.false_positive_rate(hats, BETA)
    assert rate.mcse == pytest.approx(count.mcse / 3)
    assert rate.upper == pytest.approx(count.upper / 3)


def test_nothing_to_find() -> None:
    hats = np.array([[0.0, 0.1], [0.0, 0.0]])
    assert np.isnan(selection.true_positive_rate(hats, np.zeros(2)).value).all()
    assert selection.true_positives(hats, np.zeros(2)).value == [0.0]
    assert np.isnan(selection.true_positives(hats, np.zeros(2)).mcse).all()
    assert selection.exact_support(hats, np.zeros(2)).value == [0.5]
    assert np.isnan(selection.false_positive_rate(hats, np.ones(2)).value).all()


def test_no_usable_replicate_gives_nan() -> None:
    none = np.empty((0, 5))
    for measure in (selection.exact_support, selection.sign_recovery, selection.false_positives):
        assert np.isnan(measure(none, BETA).value).all()
    assert np.isnan(selection.true_positives(none, np.zeros(5)).value).all()
