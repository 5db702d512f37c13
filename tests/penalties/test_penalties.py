"""Penalties: their formulas, their slopes and what they refuse."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cases import PENALTIES as MAKERS
from simstudy.errors import InputError
from simstudy.penalties import PENALTIES, Growth, Lasso, Scad

LAM, A = 0.4, 3.7


def test_scad_is_the_formula_of_fan_and_li() -> None:
    scad = Scad(LAM)
    assert scad.a == A
    np.testing.assert_allclose(scad.value([0.0, 0.2, 0.4]), [0.0, 0.08, 0.16], rtol=1e-14)
    assert scad.value(1.0) == pytest.approx((2 * A * LAM * 1.0 - 1.0 - LAM**2) / (2 * (A - 1)), rel=1e-14)
    np.testing.assert_allclose(scad.value([A * LAM, 50.0]), (A + 1) * LAM**2 / 2, rtol=1e-14)


@pytest.mark.parametrize("knot", [LAM, A * LAM])
def test_scad_and_its_slope_are_continuous_at_the_knots(knot: float) -> None:
    scad = Scad(LAM)
    for f in (scad.value, scad.slope):
        left, here, right = f([knot - 1e-9, knot, knot + 1e-9])
        assert abs(left - here) < 2e-9
        assert abs(right - here) < 2e-9


@pytest.mark.parametrize("name", MAKERS)
def test_slope_is_the_derivative_of_value(name: str) -> None:
    penalty = MAKERS[name](LAM, 3)
    t = np.linspace(0.011, 2.5, 97)
    difference = (penalty.value(t + 1e-7) - penalty.value(t - 1e-7)) / 2e-7
    np.testing.assert_allclose(penalty.slope(t), difference, atol=1e-6)
    assert penalty.value(0.0) == 0.0
    at_zero = {"elastic net": LAM / 2, "ridge": 0.0, "bridge 1.5": 0.0, "bridge 0.5": np.inf, "hard": 2 * LAM}
    assert penalty.slope(0.0) == at_zero.get(name, LAM)


@pytest.mark.parametrize("name", MAKERS)
def test_bounded_says_whether_the_slope_vanishes_far_out(name: str) -> None:
    penalty = MAKERS[name](LAM, 3)
    assert penalty.bounded == (penalty.slope(1e9) == 0.0)
    assert penalty.bounded == (penalty.growth == Growth.BOUNDED)


def test_a_penalty_knows_its_name() -> None:
    assert all(kind.name == name for name, kind in PENALTIES.items())


def test_multipliers() -> None:
    np.testing.assert_array_equal(Lasso(1.0).multipliers(3), [1.0, 1.0, 1.0])
    np.testing.assert_array_equal(Lasso(1.0, weights=[2, 0, 1]).multipliers(3), [2.0, 0.0, 1.0])
    np.testing.assert_array_equal(Scad(1.0).multipliers(2), [1.0, 1.0])


def test_penalties_are_values() -> None:
    assert Lasso(1, weights=np.ones(2)) == Lasso(1.0, weights=[1, 1])
    assert Scad(1) != Scad(1, a=3)
    assert len({Lasso(1), Lasso(1.0), Scad(1)}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        Scad(1.0).lam = 2.0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Lasso(-0.1), ["lam", "-0.1", ">= 0"]),
        (lambda: Lasso(np.nan), ["lam", "nan"]),
        (lambda: Scad(np.inf), ["lam", "inf"]),
        (lambda: Scad(0.1, a=2.0), ["a = 2.0", "> 2"]),
        (lambda: Scad(0.1, a=np.nan), ["a = nan"]),
        (lambda: Lasso(0.1, weights=[1.0, -2.0]), ["weights", "-2.0", ">= 0"]),
        (lambda: Lasso(0.1, weights=[np.inf]), ["weights", "inf"]),
        (lambda: Lasso(0.1, weights=[1.0, 1.0]).multipliers(3), ["weights", "2 numbers", "p = 3"]),
    ],
)
def test_wrong_parameters_are_named(make: object, words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        make()
    assert all(word in str(raised.value) for word in words), raised.value
