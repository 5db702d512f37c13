"""Loss kernels against finite differences, against each other and against the plain objective."""

from __future__ import annotations

import numpy as np
import pytest

from cases import FAMILIES, Array
from reference.objective import loss
from simstudy.families.declare import family_class
from simstudy.kernels import hyperbolic
from simstudy.kernels import loss as kernels
from simstudy.kernels.calls import callable_from_python
from simstudy.kernels.codes import Attack

has_kinks, kink_derivatives, sided, smoothed = map(
    callable_from_python, (kernels.has_kinks, kernels.kink_derivatives, kernels.sided, kernels.smoothed)
)
sinhc = callable_from_python(hyperbolic.sinhc)

N = 150
STEP = 1e-6
RESPONSES = {
    "gaussian": np.linspace(-2.0, 2.0, N),
    "binomial": np.arange(N) % 2.0,
    "poisson": np.arange(N) % 5.0,
    "gamma": 0.1 + np.arange(N) % 7.0,
    "negative_binomial": np.arange(N) % 5.0,
}
ETA = np.sin(np.arange(N) * 1.7) * 1.3 + 0.1
KINKED = ["gaussian", "poisson", "gamma", "negative_binomial"]


class Evaluation:
    """What `smoothed` or `sided` says at one point."""

    def __init__(
        self, kernel: str, family: str, choice: float, eta: Array, P: float, extra: float | Array, given=None
    ) -> None:
        self.d_eta, self.w, self.v, last = np.zeros((4, N))
        y = RESPONSES[family]
        law = (given or FAMILIES[family]).kernel_loss(y)
        if kernel == "smoothed":
            self.sigma = last
            values = smoothed(law, int(choice), y, eta, P, extra, last, self.d_eta, self.w, self.v)
        else:
            self.kappa = last
            values = sided(law, choice, y, eta, P, extra, self.d_eta, self.w, self.v, last)
        self.loss, self.dP, self.d2P = values


def central(name: str, plus: Evaluation, minus: Evaluation) -> Array:
    return (getattr(plus, name) - getattr(minus, name)) / (2 * STEP)


def assert_derivatives(kernel: str, family: str, choice: float, P: float, extra: float | Array) -> None:
    f, *in_eta = (Evaluation(kernel, family, choice, ETA + h, P, extra) for h in (0.0, STEP, -STEP))
    in_P = [Evaluation(kernel, family, choice, ETA, P + h, extra) for h in (STEP, -STEP)]
    assert np.mean(f.d_eta) == pytest.approx(central("loss", *in_eta), rel=1e-6, abs=1e-8)
    np.testing.assert_allclose(f.w, central("d_eta", *in_eta), rtol=1e-5, atol=1e-5 * np.abs(f.w).max())
    np.testing.assert_allclose(f.v, central("d_eta", *in_P), rtol=1e-5, atol=1e-5)
    assert f.dP == pytest.approx(central("loss", *in_P), rel=1e-6)
    assert f.d2P == pytest.approx(central("dP", *in_P), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("attack", Attack)
@pytest.mark.parametrize("family", FAMILIES)
def test_smoothed_derivatives_are_those_of_its_loss(family: str, attack: Attack) -> None:
    for P in (0.05, 0.8):
        assert_derivatives("smoothed", family, attack, P, 0.37)


@pytest.mark.parametrize("family", KINKED)
def test_sided_derivatives_are_those_of_its_loss(family: str) -> None:
    assert_derivatives("sided", family, 0.0, 0.4, np.linspace(-1.0, 1.0, N))


@pytest.mark.parametrize("family", KINKED)
def test_off_the_kinks_smoothed_and_sided_agree(family: str) -> None:
    narrow = Evaluation("smoothed", family, Attack.WORST_CASE, ETA, 0.4, 1e-12)
    assert set(np.unique(narrow.sigma)) == {-1.0, 1.0}
    given = Evaluation("sided", family, 1.0, ETA, 0.4, narrow.sigma)
    np.testing.assert_array_equal(np.sign(given.kappa), narrow.sigma)
    for name in ("d_eta", "w", "v", "loss", "dP", "d2P"):
        np.testing.assert_allclose(getattr(given, name), getattr(narrow, name), rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("delta", [0.5, 1e-2])
def test_smoothing_raises_the_worst_case_by_at_most_half_the_width(family: str, delta: float) -> None:
    law, y, P = FAMILIES[family], RESPONSES[family], 0.6
    exact = np.mean(np.maximum(loss(law, y, ETA - P), loss(law, y, ETA + P)))
    gap = Evaluation("smoothed", family, Attack.WORST_CASE, ETA, P, delta).loss - exact
    assert -1e-14 <= gap <= P * delta / 2 + 1e-14
    if family in KINKED and delta == 0.5:
        assert gap > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_unattacked_loss_is_the_family_s_plus_the_penalty(family: str) -> None:
    law, y = FAMILIES[family], RESPONSES[family]
    f = Evaluation("smoothed", family, Attack.NONE, ETA, 0.7, 1.0)
    assert f.loss == pytest.approx(np.mean(loss(law, y, ETA)) + 0.7, rel=1e-14)
    np.testing.assert_allclose(f.d_eta, law.slope(y, ETA), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(f.w, law.curvature(y, ETA), rtol=1e-13)
    assert (f.dP, f.d2P) == (1.0, 0.0)


@pytest.mark.parametrize("attack", [Attack.NONE, Attack.FGSM])
def test_binomial_loss_is_exact_far_out(attack: Attack) -> None:
    eta = np.linspace(-700.0, 700.0, N)
    P = 1.5 if attack else 0.0
    f = Evaluation("smoothed", "binomial", attack, eta, P, 1.0)
    label = 2 * RESPONSES["binomial"] - 1
    assert f.loss == pytest.approx(np.mean(np.logaddexp(0.0, P - label * eta)), rel=1e-14)
    assert np.all(np.isfinite(f.w))


@pytest.mark.parametrize("worst", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("family", KINKED)
def test_kink_derivatives_against_finite_differences(family: str, worst: float) -> None:
    P, sigma, law = 0.4, np.linspace(-0.9, 0.9, N), FAMILIES[family].kernel_loss(RESPONSES[family])
    here = Evaluation("sided", family, worst, ETA, P, sigma)
    shifts = {"eta": (1, 0, 0), "P": (0, 1, 0), "sigma": (0, 0, 1)}
    near = {
        name: [Evaluation("sided", family, worst, ETA + s * e, P + s * d, sigma + s * g) for s in (STEP, -STEP)]
        for name, (e, d, g) in shifts.items()
    }
    data = (RESPONSES[family], ETA, P, here.kappa)
    exact = np.array([kink_derivatives(law, worst, *data, i) for i in range(N)])
    np.testing.assert_allclose(exact[:, 0], central("kappa", *near["eta"]), rtol=1e-6)
    np.testing.assert_allclose(exact[:, 1], central("kappa", *near["P"]), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(exact[:, 2], central("d_eta", *near["sigma"]), rtol=1e-6)
    assert exact[:, 3].mean() == pytest.approx(central("dP", *near["sigma"]), rel=1e-6)


def test_sinhc_is_smooth_across_its_series() -> None:
    for P in (0.0, 1e-8, 0.00999, 0.01001, 0.5, 3.0):
        value, slope = sinhc(P)
        assert value == pytest.approx(np.sinh(P) / P if P else 1.0, rel=1e-12)
        assert slope == pytest.approx((sinhc(P + 1e-5)[0] - sinhc(P - 1e-5)[0]) / 2e-5, rel=1e-5, abs=1e-10)


def test_only_signs_that_depend_on_the_coefficients_are_kinks() -> None:
    kinked = {
        (name, attack)
        for name, law in FAMILIES.items()
        for attack in Attack
        if has_kinks(law.kernel_loss(RESPONSES[name]), int(attack))
    }
    assert kinked == {(name, attack) for name in KINKED for attack in (Attack.FGSM, Attack.WORST_CASE)}


@pytest.mark.parametrize("P", [0.05, 0.5, 0.51, 1.3])
@pytest.mark.parametrize("worst", [0.0, 0.4, 1.0])
def test_functions_made_from_scalars_are_those_of_the_poisson_family(P: float, worst: float) -> None:
    """A Poisson loss given as a user would give it, against the family's own functions of arrays."""
    sigma = np.linspace(-1.0, 1.0, N)
    for kernel, choice, extra in (("smoothed", Attack.WORST_CASE, 0.3), ("sided", worst, sigma)):
        own = Evaluation(kernel, "poisson", choice, ETA, P, extra)
        made = Evaluation(kernel, "poisson", choice, ETA, P, extra, SCALAR_POISSON)
        for name in ("d_eta", "w", "v", "loss", "dP", "d2P"):
            np.testing.assert_allclose(getattr(made, name), getattr(own, name), rtol=1e-8, atol=1e-9, err_msg=name)


class ScalarPoisson:
    support, kinked = "a count", True

    def loss(self, y, eta):
        return np.exp(eta) - y * eta

    def slope(self, y, eta):
        return np.exp(eta) - y

    def curvature(self, y, eta):
        return np.exp(eta)

    def mean(self, eta):
        return np.exp(eta)

    def link(self, mu):
        return np.log(mu)

    def recession(self, y):
        return -1.0 if y == 0.0 else 0.0

    def in_support(self, y):
        return y >= 0.0


SCALAR_POISSON = family_class("scalar_poisson", ScalarPoisson)()
