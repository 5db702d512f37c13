import itertools

import numpy as np
import pytest
from scipy.stats import binom, norm, trim_mean
from scipy.stats.mstats import trimmed_mean_ci, trimmed_stde

from simstudy.measures.estimate import FloatArray
from simstudy.measures.measure import MEASURES
from simstudy.measures.quantiles import (
    carried,
    median,
    median_absolute_deviation,
    quantile,
    top_share,
    trimmed_mean,
)

SAMPLE = np.array([[1.0, -2.0], [2.0, 0.0], [4.0, 0.5], [9.0, 3.0], [-1.0, 0.0]])


def test_values() -> None:
    assert median(SAMPLE).value == pytest.approx([2.0, 0.0])
    assert quantile(SAMPLE, 0.25).value == pytest.approx([1.0, 0.0])
    assert median_absolute_deviation(SAMPLE) == pytest.approx([2.0, 0.5])
    twenty = np.arange(20.0)[:, np.newaxis] ** 2
    assert trimmed_mean(twenty).value == pytest.approx(trim_mean(twenty, 0.1))


def test_mcse_of_the_median_is_the_exact_bootstrap_of_the_order_statistic() -> None:
    """Every one of the 5^5 resamples of five values, drawn with replacement."""
    medians = [np.median(SAMPLE[list(rows)], axis=0) for rows in itertools.product(range(5), repeat=5)]
    assert median(SAMPLE).mcse == pytest.approx(np.std(medians, axis=0), rel=1e-9)


def test_mcse_of_a_quantile_is_the_exact_bootstrap_of_the_order_statistic() -> None:
    """The 1/3-quantile of five values is their second smallest, of rank p (R + 1)."""
    second = [np.sort(SAMPLE[list(rows)], axis=0)[1] for rows in itertools.product(range(5), repeat=5)]
    assert quantile(SAMPLE, 1 / 3).mcse == pytest.approx(np.std(second, axis=0), rel=1e-9)


def test_mcse_of_the_trimmed_mean_is_that_of_the_winsorised_sample() -> None:
    sample = np.random.default_rng(3).standard_t(3, size=60)
    estimate = trimmed_mean(sample[:, np.newaxis])
    assert estimate.mcse[0] == pytest.approx(trimmed_stde(sample, (0.1, 0.1)), rel=1e-9)
    assert [estimate.lower[0], estimate.upper[0]] == pytest.approx(trimmed_mean_ci(sample, (0.1, 0.1)), rel=1e-9)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.75])
def test_interval_has_binomial_ranks_and_covers(p: float) -> None:
    """Exactly: P(X_(low) <= q <= X_(high)) >= 0.95 for a continuous law, and no narrower pair of equal tails does."""
    sample = np.arange(1.0, 201.0)[:, np.newaxis]
    estimate = quantile(sample, p)
    low, high = int(estimate.lower[0]), int(estimate.upper[0])
    assert binom.cdf(low - 1, 200, p) <= 0.025 < binom.cdf(low, 200, p)
    assert binom.sf(high - 1, 200, p) <= 0.025 < binom.sf(high - 2, 200, p)


def test_ends_that_the_replicates_cannot_give_are_unknown() -> None:
    five = median(SAMPLE)
    assert np.isnan(five.lower).all()
    assert np.isnan(five.upper).all()
    six = median(np.vstack([SAMPLE, [[0.0, 1.0]]]))
    assert six.lower == pytest.approx([-1.0, -2.0])
    assert six.upper == pytest.approx([9.0, 3.0])


def test_a_quantile_inside_an_atom_has_a_point_as_interval_and_no_mcse() -> None:
    sample = np.where(np.arange(400) < 20, 1.0, 0.0)[:, np.newaxis]
    estimate = median(sample)
    assert estimate.value == estimate.lower == estimate.upper == 0.0
    assert np.isnan(estimate.mcse)


def test_a_quantile_at_the_edge_of_an_atom_is_uncertain() -> None:
    sample = np.concatenate([np.zeros(205), np.linspace(0.01, 1, 195)])[:, np.newaxis]
    estimate = median(sample)
    assert estimate.value == 0.0
    assert estimate.mcse > 0.001
    assert estimate.upper > 0.0


def test_few_replicates() -> None:
    for measure in (median, trimmed_mean, top_share):
        assert np.isnan(measure(SAMPLE[:0]).value).all()
    for measure in (median, trimmed_mean):
        one = measure(SAMPLE[:1])
        assert one.value == pytest.approx(SAMPLE[0])
        assert np.isnan(one.mcse).all()
    assert np.isnan(top_share(SAMPLE).value).all()


def test_top_share_by_hand_and_for_the_normal_law() -> None:
    """A hundred deviations 1, of which one replicate has 10: 100 of 199; normal: 2 (q phi(q) + 0.005), q = z_0.995."""
    sample = np.concatenate([np.zeros(150), np.ones(99), [-10.0]])[:, np.newaxis]
    assert top_share(sample).value == pytest.approx(100 / 199)
    assert carried(sample).all()
    q = norm.ppf(0.995)
    grid = norm.ppf((np.arange(100_000) + 0.5) / 100_000)[:, np.newaxis]
    assert top_share(grid).value == pytest.approx(2 * (q * norm.pdf(q) + 0.005), rel=1e-3)
    assert not carried(grid).any()


def test_a_handful_of_rare_zeros_is_no_handful_that_carries_a_mean() -> None:
    """Selected in 19 of 1000 replicates: too few to say anything about the largest of them."""
    sample = np.zeros((1000, 1))
    sample[:19, 0] = np.arange(1, 20) ** 4
    assert not carried(sample).any()


def laws(rng: np.random.Generator, shape: tuple[int, int]) -> dict[str, FloatArray]:
    """Laws with a density at their median, and one with an atom that ends there."""
    z = rng.normal(size=shape)
    return {
        "normal": z,
        "lognormal": np.exp(z),
        "edge of an atom": np.maximum(z, 0.0),
        "t3": rng.standard_t(3, size=shape),
    }


@pytest.mark.parametrize(
    ("name", "tolerance"), [("median", 0.2), ("quantile_25", 0.2), ("trimmed_mean", 0.1), ("mad", 0.2)]
)
@pytest.mark.slow
@pytest.mark.parametrize("law", ["normal", "lognormal", "edge of an atom", "t3"])
def test_mcse_is_the_spread_over_repeated_studies(name: str, tolerance: float, law: str) -> None:
    """Root mean square of the MCSE over the standard deviation of 1500 studies of R = 400.

    The standard deviation of 1500 studies has a relative standard error of 1.8 % (below 3 % for what an atom makes
    skew), the MCSE's own error is below 5 % (quantiles: the order statistic's bootstrap is a little too wide). A false
    alarm at 1e-6 needs 4.9 standard errors more; an MCSE that is wrong by 40 % is found (20 % for the trimmed mean).
    """
    columns = laws(np.random.default_rng(31), (400, 1500))[law]
    estimate = MEASURES[name].evaluate({"values": columns})
    if not estimate.value.std():
        # Deep in the atom: unknown, or too small to be seen.
        assert (np.isnan(estimate.mcse) | (estimate.mcse < 1e-4)).all()
        return
    assert np.sqrt(np.nanmean(estimate.mcse**2)) == pytest.approx(estimate.value.std(), rel=tolerance)


@pytest.mark.parametrize("law", ["normal", "lognormal", "edge of an atom", "t3"])
def test_interval_of_the_median_covers_whatever_the_law(law: str) -> None:
    """At least 95 % of 1500 studies: 92.2 % or less has probability 1e-6 (5 standard errors of 0.56 %)."""
    columns = laws(np.random.default_rng(32), (400, 1500))[law]
    true = {"normal": 0.0, "lognormal": 1.0, "edge of an atom": 0.0, "t3": 0.0}[law]
    estimate = median(columns)
    assert np.mean((estimate.lower <= true) & (true <= estimate.upper)) > 0.922
