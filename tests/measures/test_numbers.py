import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simstudy.measures.numbers import MISSING, beside, bounds, p_value, rounded, setting, with_interval, with_mcse

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "mcse", "text"),
    [
        (-0.043217, 0.00119, "-0.0432 (0.0012)"),
        (0.5, 0.0354, "0.500 (0.035)"),
        (12.3456, 1.26, "12.3 (1.3)"),
        (12.3456, 0.996, "12.3 (1.0)"),
        (0.00123, 0.0996, "0.00 (0.10)"),
        (-0.0004, 0.02, "0.000 (0.020)"),
        (1234.5, 12.4, "1234 (12)"),
        (1234.5, 456.0, "1230 (460)"),
        (2.0, 0.005, "2.0000 (0.0050)"),
        (3.2e-11, 4.1e-12, "3.2e-11 (4.1e-12)"),
        (0.0, NAN, f"0 ({MISSING})"),
        (0.123456, NAN, f"0.123 ({MISSING})"),
        (NAN, NAN, MISSING),
    ],
)
def test_value_has_the_digits_that_its_mcse_supports(value: float, mcse: float, text: str) -> None:
    assert with_mcse(value, mcse) == text


@given(st.floats(-1e4, 1e4), st.floats(1e-7, 50))
def test_printed_value_is_within_a_twentieth_of_the_mcse(value: float, mcse: float) -> None:
    assume(abs(value) > 1e-300)
    printed, printed_mcse = re.fullmatch(r"(\S+) \((\S+)\)", with_mcse(value, mcse)).groups()  # type: ignore[union-attr]
    assert abs(float(printed) - value) <= mcse / 20 * 1.0001 + 1e-12
    assert float(printed_mcse) == pytest.approx(mcse, rel=0.051)
    assert not printed.startswith("-0") or float(printed) < 0


def test_intervals() -> None:
    assert with_interval(-0.498, -0.5291, -0.467, 0.0158) == "-0.498 [-0.529, -0.467]"
    assert with_interval(0.5, NAN, NAN, NAN) == f"0.5 [{MISSING}]"
    assert with_interval(NAN, NAN, NAN, NAN) == MISSING
    assert bounds(0.0, 0.01884, 0.005) == "[0.0000, 0.0188]"
    assert bounds(NAN, NAN, NAN) == MISSING


@pytest.mark.parametrize(
    ("predicted", "predicted_mcse", "mcse", "text"),
    [
        (-0.04291, NAN, 0.0012, "-0.0429"),
        (-0.04291, 0.0, 0.0012, "-0.0429"),
        (-0.04291, 0.00001, 0.0012, "-0.0429"),
        (-0.04291, 0.00012, 0.0012, "-0.0429 (0.0001)"),
        (-0.04291, 0.0004, 0.0012, "-0.0429 (0.0004)"),
        (-0.04291, 0.01, 0.0012, "-0.043 (0.010)"),
        (0.0, 0.0, 0.0012, "0"),
        (-0.04291, NAN, NAN, "-0.0429"),
        (-0.04291, 0.01, NAN, "-0.043 (0.010)"),
        (NAN, NAN, 0.0012, MISSING),
    ],
)
def test_prediction_has_digits_to_compare(predicted: float, predicted_mcse: float, mcse: float, text: str) -> None:
    assert beside(predicted, predicted_mcse, mcse) == text


def test_p_values() -> None:
    assert [p_value(p) for p in (0.0000001, 0.0123, 0.456, NAN)] == ["<0.001", "0.012", "0.46", MISSING]


def test_rounding_never_prints_a_negative_zero() -> None:
    assert rounded(-0.0001, 2) == "0.00"
    assert rounded(-4.0, -2) == "0"


def test_settings_are_plain() -> None:
    assert [setting(value) for value in (3200, 0.05, -1.0206549, -4.4e-16, 1e7, NAN)] == [
        *["3200", "0.05", "-1.0207", "0", "10000000", MISSING]
    ]
