import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest, t

from simstudy.verdicts.intervals import (
    NOWHERE,
    Evidence,
    bounded,
    clopper_pearson,
    difference,
    massart,
    moved,
    normal,
    scaled,
    student,
    unknown,
)


def evidence(value: float, mcse: float, **other: object) -> Evidence:
    return Evidence(value, mcse, normal(value, mcse), 100, 100, 0, **other)


def test_student_is_the_t_interval_and_unknown_errors_cover_everything() -> None:
    lower, upper = student(1.0, 0.5, 10)(0.02)
    assert (lower, upper) == pytest.approx(t(9, 1.0, 0.5).interval(0.98))
    assert student(1.0, math.nan, 10)(0.5) == NOWHERE
    assert student(1.0, 0.5, 1)(0.5) == NOWHERE
    assert unknown(7, "why").interval(0.9) == NOWHERE
    assert unknown(7, "why").failed == 7


@pytest.mark.parametrize(("count", "replicates"), [(0, 50), (3, 50), (50, 50)])
def test_clopper_pearson_is_exact(count: int, replicates: int) -> None:
    exact = binomtest(count, replicates).proportion_ci(0.99, method="exact")
    assert clopper_pearson(count, count, replicates)(0.01) == pytest.approx((exact.low, exact.high))


def test_failed_fits_widen_a_proportion_to_all_that_they_could_have_shown() -> None:
    lower, upper = clopper_pearson(10, 15, 100)(0.05)
    assert lower == pytest.approx(beta.ppf(0.025, 10, 91))
    assert upper == pytest.approx(beta.ppf(0.975, 16, 85))


def test_a_count_that_never_varied_is_as_uncertain_as_an_event_never_seen() -> None:
    lower, upper = bounded(0.0, 0.001, 4.0, usable=200, failed=0)(0.01)
    unseen = binomtest(0, 200).proportion_ci(0.99, method="exact").high
    assert (lower, upper) == pytest.approx((0.0, 4 * unseen))
    with_failures = bounded(0.0, 0.001, 4.0, usable=200, failed=50)(0.01)
    assert with_failures == pytest.approx((0.0, (upper * 200 + 4 * 50) / 250))


def test_massart_holds_the_distance_and_what_failed_fits_could_add() -> None:
    lower, upper = massart(0.2, usable=400, failed=0, draws=10**12)(0.02)
    assert upper - 0.2 == pytest.approx(math.sqrt(math.log(200) / 800), rel=1e-4)
    assert 0.2 - lower == pytest.approx(upper - 0.2)
    assert massart(0.2, 400, 100, 10**12)(0.02)[1] == pytest.approx(upper + 0.2)
    assert massart(0.01, 400, 0, 1000)(0.02)[0] == 0.0


@given(st.floats(-5, 5), st.floats(0.01, 2), st.floats(-5, 5), st.floats(0.01, 2), st.floats(1e-6, 0.5))
def test_the_difference_of_normal_estimates_is_normal(a: float, s: float, b: float, r: float, alpha: float) -> None:
    found = difference(evidence(a, s), evidence(b, r))
    assert found.interval(alpha) == pytest.approx(normal(a - b, math.hypot(s, r))(alpha), abs=1e-9)
    assert (found.attempted, found.cells) == (200, 2)


def test_the_difference_keeps_the_shape_of_its_parts() -> None:
    rare = Evidence(0.0, 0.01, clopper_pearson(0, 0, 100), 100, 100, 0)
    common = Evidence(0.5, 0.05, clopper_pearson(50, 50, 100), 100, 100, 0)
    lower, upper = difference(rare, common).interval(0.05)
    assert -0.5 - lower == pytest.approx(binomtest(50, 100).proportion_ci(0.95).high - 0.5)
    assert upper + 0.5 > -0.5 - lower


def test_an_exact_prediction_only_moves_the_interval_and_is_no_cell() -> None:
    exact = Evidence(2.0, 0.0, normal(2.0, 0.0))
    found = difference(evidence(1.0, 0.1), exact)
    assert found.interval(0.1) == pytest.approx(moved(normal(1.0, 0.1), -2.0)(0.1))
    assert (found.attempted, found.cells) == (100, 1)


@given(st.floats(0.1, 50), st.floats(1e-6, 0.5))
def test_scaling_scales_value_error_and_interval(factor: float, alpha: float) -> None:
    found = scaled(evidence(1.5, 0.2), factor)
    assert (found.value, found.mcse) == pytest.approx((1.5 * factor, 0.2 * factor))
    assert found.interval(alpha) == pytest.approx(tuple(factor * end for end in normal(1.5, 0.2)(alpha)))


@given(st.integers(0, 40), st.integers(0, 10), st.floats(1e-8, 0.4))
def test_intervals_are_nested(count: int, failed: int, alpha: float) -> None:
    for interval in (
        clopper_pearson(count, count + failed, 50),
        bounded(count / 40, 0.02, 1.0, 40, failed),
        massart(count / 80, 50, failed, 1000),
    ):
        wide, narrow = interval(alpha), interval(2 * alpha)
        assert wide[0] <= narrow[0] + 1e-12
        assert narrow[1] <= wide[1] + 1e-12
        assert np.isfinite(wide).all()
