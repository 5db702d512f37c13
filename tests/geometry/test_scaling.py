"""What the size of w does to the risk (G2-G4)."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy import geometry
from simstudy.geometry.scaling import LOSSES, at_large_norm

RNG = np.random.default_rng(3)
Y = np.repeat([0.0, 1.0], [25, 35])
X = RNG.normal(size=(60, 4)) + 0.6 * Y[:, None]
W_HAT = np.array([0.5, 0.5, -0.5, 0.5])
#: The boundary is where w_hat'x = -b; scaling w and b together leaves it there.
B_HAT = -0.3
D = geometry.distances(W_HAT, B_HAT, X, Y)


def scaled_risk(norm: float, loss: str) -> float:
    return geometry.risk(norm * W_HAT, norm * B_HAT, X, Y, loss)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_norm_scales_the_loss(loss: str) -> None:
    """G2: the risk is the mean of g(||w|| y d)."""
    for norm in (0.1, 1.0, 30.0):
        assert scaled_risk(norm, loss) == pytest.approx(float(LOSSES[loss].value(norm * D).mean()), rel=1e-12)


def test_large_norms_see_the_error_distance() -> None:
    """G3: the remainder is the share of errors for the hinge and vanishes exponentially for softplus."""
    d_err = geometry.error_distance(W_HAT, B_HAT, X, Y)
    nearest = np.abs(D).min()
    for norm in (10.0 / nearest, 100.0 / nearest):
        hinge = scaled_risk(norm, "hinge") - at_large_norm(norm, d_err)
        assert hinge == pytest.approx(np.mean(D < 0), abs=1e-10 * norm)
        softplus = scaled_risk(norm, "softplus") - at_large_norm(norm, d_err)
        assert 0.0 <= softplus + 1e-12 * norm <= 2e-12 * norm + np.exp(-norm * nearest)
    for norm in (0.5, 3.0, 20.0):
        assert 0.0 <= scaled_risk(norm, "hinge") - at_large_norm(norm, d_err) <= 1.0
        assert 0.0 <= scaled_risk(norm, "softplus") - at_large_norm(norm, d_err) <= np.log(2.0)


def test_small_norms_see_the_adversarial_distance() -> None:
    """G4: exact for the hinge up to ||w|| max|d| = 1; softplus has the remainder ||w||^2 mean(d^2)/8 + O(||w||^4)."""
    d_adv = geometry.adversarial_distance(W_HAT, B_HAT, X, Y)
    hinge, softplus = LOSSES["hinge"], LOSSES["softplus"]
    for norm in (1e-3, 1.0 / np.abs(D).max()):
        assert scaled_risk(norm, "hinge") == pytest.approx(hinge.at_small_norm(norm, d_adv), abs=1e-14)
    assert scaled_risk(2.0 / np.abs(D).max(), "hinge") > hinge.at_small_norm(2.0 / np.abs(D).max(), d_adv) + 1e-4
    for norm in (0.3, 0.03, 0.003):
        remainder = scaled_risk(norm, "softplus") - softplus.at_small_norm(norm, d_adv)
        expected = norm**2 * np.mean(D**2) / 8.0
        # The next term of log(1 + e^-z) at zero is -z^4/192.
        assert abs(remainder - expected) <= norm**4 * np.mean(D**4) / 192.0 + 1e-15


@pytest.mark.parametrize("loss", ["hinge", "softplus"])
def test_constants_are_the_value_and_minus_the_slope_at_zero(loss: str) -> None:
    g, h = LOSSES[loss], 1e-6
    ends = g.value(np.array([-h, 0.0, h]))
    assert g.at_zero == pytest.approx(ends[1], abs=1e-15)
    assert g.slope == pytest.approx((ends[0] - ends[2]) / (2 * h), abs=1e-9)
