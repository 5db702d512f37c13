"""Evidence from a small study that is simulated in memory, one fit of which is made to fail."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, ks_2samp, t

import simstudy as ss
from simstudy.measures import summarise
from simstudy.runner.runner import simulate
from simstudy.verdicts.distances import kolmogorov
from simstudy.verdicts.evidence import of_distance, of_measure, of_sup_error
from simstudy.verdicts.found import Found
from simstudy.verdicts.intervals import NOWHERE

SCENARIO = ss.Scenario("gaussian", 40, [1.0, 0.0, 0.0], intercept=0.5)
METHODS = (ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.3)), ss.Method("mle", "mle"))
STUDY = ss.Study("tiny", "aim", 2, 60, (SCENARIO,), METHODS)
KEY = SCENARIO.key


def results(rows: pd.DataFrame, truth: pd.DataFrame) -> Found:
    return Found(summarise(rows, truth, [("f", "mle")]), truth, lambda key: rows[rows["scenario_key"] == key])


@pytest.fixture(scope="module")
def simulated() -> tuple[pd.DataFrame, pd.DataFrame]:
    return simulate(STUDY)


@pytest.fixture
def whole(simulated: tuple[pd.DataFrame, pd.DataFrame]) -> Found:
    return results(*simulated)


@pytest.fixture
def broken(simulated: tuple[pd.DataFrame, pd.DataFrame]) -> Found:
    """The same with replicates 0, 1 and 2 of the FGSM method failed."""
    rows, truth = simulated
    lost = (rows["method"] == "f") & (rows["replicate"] < 3)
    return results(rows.assign(status=rows["status"].mask(lost, "not_converged")), truth)


def test_means_have_t_intervals_and_proportions_exact_ones(whole: Found) -> None:
    bias = of_measure(whole, KEY, "f", None, "bias", "beta_1")
    assert bias.interval(0.02) == pytest.approx(t(59, bias.value, bias.mcse).interval(0.98))
    zero = of_measure(whole, KEY, "f", None, "zero_probability", "beta_2")
    exact = binomtest(round(60 * zero.value), 60).proportion_ci(0.98)
    assert zero.interval(0.02) == pytest.approx((exact.low, exact.high))
    positives = of_measure(whole, KEY, "f", None, "false_positives", "all")
    assert 0 <= positives.interval(1e-9)[0] <= positives.value <= positives.interval(1e-9)[1] <= 2
    contrast = of_measure(whole, KEY, "f", "mle", "bias_difference", "beta_1")
    assert contrast.mcse < bias.mcse
    assert contrast.note == ""


def test_above_one_per_cent_of_failures_only_bounded_measures_decide(broken: Found) -> None:
    bias = of_measure(broken, KEY, "f", None, "bias", "beta_1")
    assert bias.interval(0.5) == NOWHERE
    assert bias.note == "3 of 60 fits failed. More than 1% failed and the quantity has no bounds: not decided."
    assert of_sup_error(broken, KEY, "f").interval(0.5) == NOWHERE
    zero = of_measure(broken, KEY, "f", None, "zero_probability", "beta_2")
    count = round(57 * zero.value)
    ends = [binomtest(k, 60).proportion_ci(0.98) for k in (count, count + 3)]
    assert zero.interval(0.02) == pytest.approx((ends[0].low, ends[1].high))
    assert zero.note == "3 of 60 fits failed. The interval holds whatever they would have shown."
    assert zero.failed == 3
    rate = of_measure(broken, KEY, "f", None, "failure_rate", "all")
    exact = binomtest(3, 60).proportion_ci(0.98)
    assert rate.interval(0.02) == pytest.approx((exact.low, exact.high))


def test_what_is_not_there_is_unknown(whole: Found) -> None:
    for missing in (
        of_measure(whole, KEY, "g", None, "bias", "beta_1"),
        of_measure(whole, KEY, "mle", "f", "bias_difference", "beta_1"),
        of_sup_error(whole, KEY, "g"),
        of_distance(whole, KEY, "g", "beta_1", 40, np.zeros(3)),
    ):
        assert math.isnan(missing.value)
        assert missing.interval(0.5) == NOWHERE
        assert missing.note == "No results."


def test_sup_error_is_over_the_support_only(whole: Found) -> None:
    rows = whole.replicates(KEY)
    errors = np.stack(rows[rows["method"] == "f"]["beta_hat"].to_list())[:, 0] - 1.0
    found = of_sup_error(whole, KEY, "f")
    assert found.value == pytest.approx(np.abs(errors).mean())
    assert found.mcse == pytest.approx(np.abs(errors).std(ddof=1) / math.sqrt(60))


def test_distance_is_between_scaled_errors_and_draws(whole: Found) -> None:
    rng = np.random.default_rng(0)
    rows = whole.replicates(KEY)
    errors = np.sqrt(40) * np.stack(rows[rows["method"] == "mle"]["beta_hat"].to_list())[:, 1]
    draws = rng.normal(size=1000)
    found = of_distance(whole, KEY, "mle", "beta_2", 40, draws)
    assert found.value == pytest.approx(ks_2samp(errors, draws).statistic)
    assert found.interval(0.05)[1] > found.value


def test_kolmogorov_sees_atoms_and_says_where_the_distance_is() -> None:
    sample, draws = np.array([0.0, 0.0, 0.0, 1.0]), np.array([-1.0, 0.0, 1.0, 2.0])
    distance, below = kolmogorov(sample, draws)
    assert (distance, below) == (0.25, 0.75) or (distance, below) == (0.25, 0.0)
    assert kolmogorov(draws, draws)[0] == 0.0
