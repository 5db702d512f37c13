import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from simstudy.measures.proportion import proportion, wilson


@pytest.mark.parametrize("replicates", [2, 10, 200])
def test_interval_is_wilsons(replicates: int) -> None:
    count = np.arange(replicates + 1.0)
    estimate = wilson(count, replicates)
    lower, upper = proportion_confint(count, replicates, method="wilson")
    assert estimate.lower == pytest.approx(lower, abs=1e-12)
    assert estimate.upper == pytest.approx(upper, abs=1e-12)
    assert estimate.value == pytest.approx(count / replicates)


def test_mcse_is_binomial_and_about_one_over_r_when_all_agree() -> None:
    estimate = wilson(np.array([0.0, 1.0, 50.0, 100.0]), 100)
    assert estimate.mcse == pytest.approx([0.00985, 0.00995, 0.05, 0.00985], abs=1e-5)


def test_none_of_r_and_all_of_r_are_not_certainty() -> None:
    estimate = wilson(np.array([0.0, 30.0]), 30)
    assert (estimate.mcse > 0).all()
    assert estimate.lower[0] == 0
    assert estimate.upper[0] > 0.1
    assert estimate.lower[1] < 0.9
    assert estimate.upper[1] == 1


def test_few_replicates() -> None:
    assert np.isnan(proportion(np.empty((0, 2), dtype=np.bool_)).value).all()
    one = proportion(np.array([[True, False]]))
    assert one.value.tolist() == [1.0, 0.0]
    assert np.isnan(one.mcse).all()
    assert one.lower[0] == pytest.approx(0.2065, abs=1e-4)


def test_share_of_events_by_column() -> None:
    events = np.array([[True, False], [True, True], [False, False], [True, False]])
    assert proportion(events).value.tolist() == [0.75, 0.25]


@pytest.mark.parametrize("replicates", [50, 200, 1000])
def test_coverage_of_the_interval(replicates: int) -> None:
    """Exact binomial sums, no simulation: mean coverage over p within 1 % of 95 %, lowest (p near 0) above 83 %."""
    count = np.arange(replicates + 1.0)
    estimate = wilson(count, replicates)
    p = np.linspace(0.001, 0.999, 999)[:, np.newaxis]
    coverage = (binom.pmf(count, replicates, p) * ((estimate.lower <= p) & (p <= estimate.upper))).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.01)
    assert coverage.min() > 0.83


@pytest.mark.parametrize("replicates", [50, 200, 1000])
def test_mcse_is_the_spread_over_repeated_studies(replicates: int) -> None:
    """Exact binomial sums: root mean square MCSE within 10 % from 2.5 expected events on, rare events included."""
    count = np.arange(replicates + 1.0)
    p = np.linspace(2.5 / replicates, 0.5, 400)[:, np.newaxis]
    mean_square = (binom.pmf(count, replicates, p) * wilson(count, replicates).mcse ** 2).sum(axis=1)
    assert np.sqrt(mean_square) == pytest.approx(np.sqrt(p * (1 - p) / replicates).ravel(), rel=0.10)
