import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from simstudy.verdicts.intervals import NOWHERE, Evidence, normal
from simstudy.verdicts.verdict import (
    Verdict,
    holm,
    judge,
    needed_replicates,
    p_contradicted,
    p_supported,
    power_to_contradict,
)

REGION = (-1.0, 1.0)


def evidence(value: float, mcse: float, usable: int = 100, cells: int = 1) -> Evidence:
    return Evidence(value, mcse, normal(value, mcse), usable, usable, 0, cells)


def test_p_values_are_those_of_the_normal_distribution() -> None:
    assert p_supported(normal(0.4, 0.2), REGION) == pytest.approx(2 * norm.sf(3.0))
    assert p_contradicted(normal(1.4, 0.2), REGION) == pytest.approx(2 * norm.sf(2.0))
    assert p_contradicted(normal(-1.4, 0.2), REGION) == pytest.approx(2 * norm.sf(2.0))
    assert p_supported(normal(1.4, 0.2), REGION) == pytest.approx(1.0)
    assert p_supported(normal(0.4, 0.0), REGION) == 1e-15


@pytest.mark.parametrize("region", [REGION, (math.nan, math.nan)])
def test_what_is_not_known_decides_nothing(region: tuple[float, float]) -> None:
    assert judge(lambda _: NOWHERE, region, 0.01, 0.01)[0] is Verdict.UNDECIDED
    assert p_supported(lambda _: NOWHERE, region) == p_contradicted(lambda _: NOWHERE, region) == 1.0


@settings(max_examples=25)  # statsmodels takes some 50 ms a call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_rejects_what_statsmodels_rejects(p: list[float]) -> None:
    reject = multipletests(p, alpha=0.01, method="holm")[0]
    assert [a <= b for a, b in zip(p, holm(p), strict=True)] == list(reject)


def test_holm_gives_the_rates_of_its_steps() -> None:
    assert holm([0.5, 0.0001, 0.004], 0.01) == pytest.approx([0.01, 0.01 / 3, 0.005])
    assert holm([0.5, 0.0001, 0.006], 0.01) == pytest.approx([0.005, 0.01 / 3, 0.005])
    assert holm([]) == []


@given(st.floats(-3, 3), st.floats(0.01, 2), st.floats(1e-6, 0.2), st.floats(1e-6, 0.2))
def test_the_verdict_is_what_its_own_interval_shows(value: float, mcse: float, a: float, b: float) -> None:
    verdict, alpha = judge(normal(value, mcse), REGION, a, b)
    lower, upper = normal(value, mcse)(alpha)
    if verdict is Verdict.SUPPORTED:
        assert REGION[0] <= lower <= upper <= REGION[1]
    elif verdict is Verdict.CONTRADICTED:
        assert upper < REGION[0] or lower > REGION[1]
    else:
        assert lower <= REGION[1]
        assert upper >= REGION[0]
        assert lower < REGION[0] or upper > REGION[1]


@pytest.mark.parametrize("value", [0.3, 1.5, -1.5])
def test_the_replicates_needed_decide_with_the_probability_stated(value: float) -> None:
    """Normal estimates at the number of replicates that is named: decided in 90 %.

    20000 studies: 4.9 standard errors (false-alarm rate 1e-6) are 1 %; a power of 0.88 or 0.92 is found.
    """
    found = needed_replicates(evidence(value, 0.6), REGION, 0.01)
    rng = np.random.default_rng(4)
    mcse = 0.6 * math.sqrt(100 / found)
    values = value + mcse * rng.normal(size=20_000)
    reach = mcse * norm.isf(0.005)
    decided = (np.abs(values) + reach <= 1) if abs(value) < 1 else (np.abs(values) - reach > 1)
    assert decided.mean() == pytest.approx(0.9, abs=0.012)


def test_needed_replicates_where_none_or_no_number_would_do() -> None:
    assert needed_replicates(evidence(1.0, 0.1), REGION, 0.01) == math.inf
    assert math.isnan(needed_replicates(evidence(0.0, math.nan), REGION, 0.01))
    one, three = (needed_replicates(evidence(0.3, 0.6, 300, cells), REGION, 0.01) for cells in (1, 3))
    assert three == pytest.approx(one / 3, abs=1)


@pytest.mark.parametrize("replicates", [100, 400])
def test_power_of_a_control(replicates: int) -> None:
    """The share of contradicted regions over 20000 studies with normal estimates; 4.9 standard errors are 1.8 %."""
    power = power_to_contradict(evidence(1.5, 0.25), REGION, 0.01, replicates)
    mcse = 0.25 * math.sqrt(100 / replicates)
    values = 1.5 + mcse * np.random.default_rng(5).normal(size=20_000)
    assert power == pytest.approx((values - norm.isf(0.005) * mcse > 1).mean(), abs=0.018)


def test_a_control_inside_its_region_has_no_power() -> None:
    assert power_to_contradict(evidence(0.0, 0.1), REGION, 0.01, 1000) < 1e-6
    assert math.isnan(power_to_contradict(evidence(0.0, math.nan), REGION, 0.01, 1000))


def test_an_estimate_that_is_on_the_edge_to_all_digits_needs_no_finite_number_of_replicates() -> None:
    evidence = Evidence(0.94, 0.01, normal(0.94, 0.01), 20, 20, 0, 1)
    assert needed_replicates(evidence, (0.94 - 1e-16, 0.96), 0.05) == math.inf
    assert needed_replicates(evidence, (0.93, 0.96), 0.05) < 1e6
