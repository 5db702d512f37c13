"""The kernels' copy of the penalties, and the tangent that local linear approximation puts on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cases import FAMILIES, PENALTIES
from simstudy.kernels.codes import Attack
from simstudy.kernels.penalty import linearise, penalty_at, penalty_slope
from simstudy.kernels.weighted import certify, column_scale

COEFFICIENTS = arrays(float, 6, elements=st.floats(-3, 3))


@pytest.mark.parametrize("name", PENALTIES)
def test_kernel_and_model_state_the_same_penalty(name: str) -> None:
    penalty = PENALTIES[name](0.4, 5)
    t = np.concatenate([np.linspace(0.0, 3.0, 301), [0.4, 0.4 * 3.7]])
    for kernel, expected in ((penalty_at, penalty.value(t)), (penalty_slope, penalty.slope(t))):
        found = [kernel(int(penalty.code), penalty.lam, penalty.shape, each) for each in t]
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", ["lasso", "weighted lasso", "scad", "mcp"])
@given(at=COEFFICIENTS, other=COEFFICIENTS)
def test_the_tangent_touches_at_b_and_lies_above_elsewhere(name: str, at: np.ndarray, other: np.ndarray) -> None:
    penalty = PENALTIES[name](0.4, 6)
    weights, c = penalty.multipliers(6), np.empty(6)
    offset = linearise(int(penalty.code), penalty.lam, penalty.shape, weights, at, c)
    P = [float(weights @ penalty.value(np.abs(b))) for b in (at, other)]
    assert offset + c @ np.abs(at) == pytest.approx(P[0], abs=1e-12)
    assert offset + c @ np.abs(other) >= P[1] - 1e-12


def test_a_column_of_zeros_has_scale_one() -> None:
    Z = np.array([[1.0, 0.0, 3.0], [1.0, 0.0, -4.0]])
    np.testing.assert_allclose(column_scale(Z), [1.0, 1.0, np.sqrt(12.5)])


def test_a_multiplier_off_its_kink_certifies_nothing() -> None:
    """Fractional signs can always cancel a gradient; only observations on their kinks may have them."""
    Z, y = np.array([[1.0], [1.0], [1.0], [1.0]]), np.array([1.0, 2.0, 4.0, 5.0])
    b, c, offset = np.array([2.5]), np.zeros(1), 1.0
    cancelling = np.array([-1.0, -1.0, 1.0, -1.0])
    penalty = (c, np.zeros(1), 1.0, offset)
    options = (FAMILIES["gaussian"].code, int(Attack.FGSM), Z, y, *penalty, np.ones(1), 1.5, b, Z @ b)
    kkt = certify(*options, cancelling)[1]
    assert kkt == pytest.approx(abs(np.mean(y - 2.5 + np.sign(y - 2.5))))
