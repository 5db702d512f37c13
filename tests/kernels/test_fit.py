"""The tangent that local linear approximation puts on a penalty, and the certificate of a fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cases import FAMILIES, PENALTIES
from simstudy.kernels import certificate, penalty, start
from simstudy.kernels.arguments import Design, State, Terms
from simstudy.kernels.calls import callable_from_python
from simstudy.kernels.codes import Attack

linearise = callable_from_python(penalty.linearise)
certify = callable_from_python(certificate.certify)
standardise = callable_from_python(start.standardise)

COEFFICIENTS = arrays(float, 6, elements=st.floats(-3, 3))


@pytest.mark.parametrize("name", ["scad", "mcp"])
@given(at=COEFFICIENTS, other=COEFFICIENTS)
def test_the_tangent_touches_at_b_and_lies_above_elsewhere(name: str, at: np.ndarray, other: np.ndarray) -> None:
    penalty = PENALTIES[name](0.4, 6)
    weights, c = penalty.multipliers(6), np.empty(6)
    size = np.array([0.25, 0.5, 1.0, 1.0, 2.0, 8.0])
    offset = linearise(penalty.kernel_shape(), weights, size, at * size, c)
    c *= size
    P = [float(weights @ penalty.value(np.abs(b))) for b in (at, other)]
    assert offset + c @ np.abs(at) == pytest.approx(P[0], abs=1e-12)
    assert offset + c @ np.abs(other) >= P[1] - 1e-12


def test_columns_of_any_size_become_about_one_without_losing_a_digit() -> None:
    columns = np.array([[1.0, 0.0, 3.0, 3e-200, 3e200], [1.0, 0.0, -4.0, -4e-200, -4e200]])
    Z, size = columns.copy(), np.empty(5)
    scale = standardise(Z, np.zeros(5), np.ones(2), size)
    np.testing.assert_array_equal(Z * size, columns)
    np.testing.assert_array_equal(np.frexp(size)[0], 0.5)
    np.testing.assert_allclose(scale * size, [1.0, 1.0, *np.sqrt(12.5) * np.array([1.0, 1e-200, 1e200])])
    assert np.all((np.sqrt(0.5) <= scale) & (scale < np.sqrt(2.0)))


def test_a_multiplier_off_its_kink_certifies_nothing() -> None:
    """Fractional signs can always cancel a gradient; only observations on their kinks may have them."""
    Z, y = np.array([[1.0], [1.0], [1.0], [1.0]]), np.array([1.0, 2.0, 4.0, 5.0])
    b, c, offset = np.array([2.5]), np.zeros(1), 1.0
    cancelling = np.array([-1.0, -1.0, 1.0, -1.0])
    design = Design(Z, np.zeros((0, 0)), y, np.zeros(0), np.ones(1), 1.5)
    state = State(b, Z @ b, cancelling)
    law = FAMILIES["gaussian"].kernel_loss(y)
    kkt = certify(law, int(Attack.FGSM), design, Terms(c, np.zeros(1), 1.0, offset), state)[1]
    assert kkt == pytest.approx(abs(np.mean(y - 2.5 + np.sign(y - 2.5))))
