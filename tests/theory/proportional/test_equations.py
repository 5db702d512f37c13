"""State evolution against other computations: brute quadrature, random matrix theory, symmetries, limits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import expit

from simstudy.families.outputs import OUTPUTS, Overlaps, Truth
from simstudy.families.outputs.binomial import logistic_step
from simstudy.penalties import ElasticNet, Lasso, Lr, Penalty
from simstudy.theory.proportional import existence_threshold, proportional
from simstudy.theory.proportional.prior import Atoms, NormalPrior, prior_of

PRIOR = ((-2.0, 0.0, 3.0), (0.15, 0.75, 0.1))
PENALTIES = [Lasso(0.4), Lr(0.3, 2.0), ElasticNet(0.5, 0.6)]
INTERCEPT = {"gaussian": None, "binomial": -0.7}


def proximal(family: str, y: float, omega: float, V: float, P: float) -> float:
    """argmin_z (z - omega)^2 / (2 V) + l(y, z; P), by direct minimisation."""

    def loss(z: float) -> float:
        attacked = (abs(y - z) + P) ** 2 / 2 if family == "gaussian" else np.logaddexp(0.0, P - (2 * y - 1) * z)
        return float((z - omega) ** 2 / (2 * V) + attacked)

    width = 5 * V + abs(y - omega) + P + 1
    return float(
        minimize_scalar(loss, bounds=(omega - width, omega + width), method="bounded", options={"xatol": 1e-11}).x
    )


@pytest.mark.parametrize("V", [1e-12, 0.3, 5.0, 1e4, 1e20])
def test_the_logistic_step_solves_its_equation(V: float) -> None:
    r = np.concatenate([np.linspace(-30, 30, 601), [-4e3, 4e3, -3e6 * min(V, 1.0)]])
    s = logistic_step(r, V)
    u = r + V * s
    inside = (s > 1e-200) & (s < 1 - 1e-6)
    np.testing.assert_allclose(-np.log(s[inside] / (1 - s[inside])), u[inside], rtol=1e-9, atol=1e-8)
    assert np.all(u[~inside & (s > 0.5)] < -13)


def test_the_gaussian_output_side_by_brute_quadrature() -> None:
    """Residuals r = y - omega are N(0, t^2); everything is a function of r and of the proximal point."""
    state, truth, ratio = Overlaps(0.4, 0.6, 0.9, 0.35, 0.0), Truth(0.8, sigma=1.2), 1.7
    t = np.sqrt(truth.rho + truth.sigma**2 - 2 * state.m + state.q)

    def mean(f: object, kink: float) -> float:
        pieces = [(-12 * t, -kink), (-kink, kink), (kink, 12 * t)]
        density = lambda r: np.exp(-(r**2) / (2 * t**2)) / (t * np.sqrt(2 * np.pi))  # noqa: E731
        return sum(quad(lambda r: f(r) * density(r), *piece)[0] for piece in pieces)

    def g(r: float) -> float:
        return proximal("gaussian", r, 0.0, state.V, state.P) / state.V

    def slope(r: float) -> float:
        return abs(r - state.V * g(r)) + state.P

    hats = OUTPUTS["gaussian"].hats(state, truth, ratio)
    kink = state.V * state.P
    assert hats.qh == pytest.approx(ratio * mean(lambda r: g(r) ** 2, kink), rel=1e-5)
    assert hats.kappa == pytest.approx(mean(slope, kink), rel=1e-5)
    # By Stein's lemma E g' = E g r / t^2, whatever happens at the kink.
    assert hats.Vh == pytest.approx(ratio * mean(lambda r: g(r) * r, kink) / t**2, rel=1e-5)
    assert hats.mh == hats.Vh
    assert OUTPUTS["gaussian"].kinks(state, truth) == pytest.approx(
        mean(lambda r: float(abs(r) <= kink), kink), rel=1e-5
    )


def test_the_binomial_output_side_by_brute_quadrature() -> None:
    """Gauss-Hermite in two dimensions, the proximal point by direct minimisation, dg/d omega by differences."""
    state, truth, ratio = Overlaps(1.1, 1.6, 1.4, 0.3, -0.5), Truth(1.5, -0.8), 2.5
    x, w = hermegauss(40)
    w = w / w.sum()
    slope = state.m / np.sqrt(state.q)
    mu = expit(truth.b0 + slope * x[:, None] + np.sqrt(truth.rho - slope**2) * x)
    omega = np.sqrt(state.q) * x

    def scores(shift: float) -> np.ndarray:
        """g for y = 0 and y = 1: (2, 40)."""
        V, P = state.V, state.P
        points = omega + state.b + shift
        return np.array([[(proximal("binomial", y, o, V, P) - o) / V for o in points] for y in (0.0, 1.0)])

    g = scores(0.0)
    step = 1e-3
    slopes = (scores(step) - scores(-step)) / (2 * step)
    p1 = mu @ w
    hats = OUTPUTS["binomial"].hats(state, truth, ratio)
    assert hats.qh == pytest.approx(ratio * w @ ((1 - p1) * g[0] ** 2 + p1 * g[1] ** 2), rel=1e-6)
    assert hats.Vh == pytest.approx(-ratio * w @ ((1 - p1) * slopes[0] + p1 * slopes[1]), rel=1e-4)
    spread = (mu * (1 - mu)) @ w
    assert hats.mh == pytest.approx(ratio * w @ (spread * (g[1] - g[0])), rel=1e-6)
    assert hats.kappa == pytest.approx(w @ ((1 - p1) * -g[0] + p1 * g[1]), rel=1e-6)
    assert hats.gap == pytest.approx(ratio * w @ ((1 - p1) * g[0] + p1 * g[1]) / hats.Vh, rel=1e-4)


@pytest.mark.parametrize("prior", [Atoms((-1.5, 0.0, 2.0), (0.3, 0.5, 0.2)), NormalPrior(1.7)])
def test_the_input_side_by_brute_quadrature(prior: Atoms | NormalPrior) -> None:
    mh, qh, mu = 0.8, 0.5, 0.6
    if isinstance(prior, Atoms):
        atoms = list(zip(prior.values, prior.weights, strict=True))
    else:
        x, w = hermegauss(60)
        atoms = list(zip(np.sqrt(prior.rho) * x, w / w.sum(), strict=True))

    def w_of(h: float) -> float:
        return float(np.sign(h) * (abs(h) - mu))

    def mean(f: object) -> float:
        total = 0.0
        for value, weight in atoms:
            center = mh * value
            density = lambda h, c=center: np.exp(-((h - c) ** 2) / (2 * qh)) / np.sqrt(2 * np.pi * qh)  # noqa: E731
            pieces = [(min(center - 8, -mu), -mu), (mu, max(center + 8, mu))]
            total += weight * sum(
                quad(lambda h, v=value, d=density: f(v, w_of(h)) * d(h), *piece)[0] for piece in pieces
            )
        return total

    found = prior.moments(mh, qh, mu)
    expected = [mean(f) for f in (lambda v, w: v * w, lambda _, w: w * w, lambda _, w: abs(w), lambda *_: 1.0)]
    np.testing.assert_allclose([found.with_truth, found.square, found.absolute, found.active], expected, rtol=1e-7)


def test_penalised_ridge_is_that_of_random_matrix_theory() -> None:
    """Dobriban & Wager 2018, Theorem 2.1: ridge regression by the Stieltjes transform of Marchenko-Pastur."""
    for ratio, level in ((0.6, 0.2), (3.0, 0.4)):
        gamma, z, rho, sigma = 1 / ratio, 2 * level, 1.3, 0.8

        def transform(z: float, gamma: float = gamma) -> float:
            root = np.sqrt((1 - gamma + z) ** 2 + 4 * gamma * z)
            return float((-(1 - gamma + z) + root) / (2 * gamma * z))

        step = 1e-5
        slope = (transform(z + step) - transform(z - step)) / (2 * step)
        expected = rho * z**2 * -slope + sigma**2 * gamma * (transform(z) + z * slope)
        law = proportional("gaussian", ratio, "normal", rho, "penalized", Lr(level, 2.0), sigma=sigma)
        assert law.error == pytest.approx(expected, rel=1e-7)


def test_the_gaussian_mle() -> None:
    """Error sigma^2 / (n/p - 1); level zero is the MLE in every estimator."""
    for estimator, penalty in (("mle", None), ("fgsm", Lasso(0.0)), ("penalized", Lr(0.0, 2.0))):
        law = proportional("gaussian", 3.0, *PRIOR, estimator, penalty, sigma=1.5)
        assert law.error == pytest.approx(1.5**2 / 2.0, rel=1e-8)
        assert law.p_zero.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("estimator", ["fgsm", "penalized"])
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_every_solution_states_its_residual_and_its_quadrature_error(
    family: str, estimator: str, penalty: Penalty
) -> None:
    law = proportional(family, 2.5, *PRIOR, estimator, penalty, intercept=INTERCEPT[family])
    assert law.residual <= 1e-10
    assert law.quadrature_error <= (0.0 if family == "gaussian" else 1e-8)
    absolute, quadratic = penalty.slope(0.0), penalty.slope(1.0) - penalty.slope(0.0)
    expected = float(absolute * law.mean_abs + quadratic * law.q / 2)
    np.testing.assert_allclose(law.P, expected, rtol=1e-6)


def test_a_gaussian_fit_has_no_scale_but_the_attack_is_free_of_sigma() -> None:
    """T13 at n/p fixed: FGSM-lasso at the same level, the penalised one at a level times the scale."""
    values, weights = PRIOR
    scaled = [10 * v for v in values]
    for estimator, factor in (("fgsm", 1.0), ("penalized", 10.0)):
        one = proportional("gaussian", 1.5, values, weights, estimator, Lasso(0.6))
        ten = proportional("gaussian", 1.5, scaled, weights, estimator, Lasso(0.6 * factor), sigma=10.0)
        assert ten.error == pytest.approx(100 * one.error, rel=1e-7)
        np.testing.assert_allclose(ten.p_zero, one.p_zero, rtol=1e-7)


def test_labels_have_no_side() -> None:
    """y -> 1 - y, with x -> -x: the intercept changes its sign and nothing else does."""
    one = proportional("binomial", 3.0, *PRIOR, "fgsm", Lasso(0.4), intercept=-1.0)
    other = proportional("binomial", 3.0, *PRIOR, "fgsm", Lasso(0.4), intercept=1.0)
    assert other.intercept == pytest.approx(-one.intercept, rel=1e-8)
    assert other.error == pytest.approx(one.error, rel=1e-8)
    none = proportional("binomial", 3.0, *PRIOR, "fgsm", Lasso(0.4))
    zero = proportional("binomial", 3.0, *PRIOR, "fgsm", Lasso(0.4), intercept=0.0)
    assert zero.error == pytest.approx(none.error, rel=1e-8)
    assert abs(zero.intercept) < 1e-9


def test_a_normal_prior_is_the_limit_of_many_atoms() -> None:
    x, w = hermegauss(40)
    atoms = proportional("binomial", 3.0, np.sqrt(2.0) * x, w / w.sum(), "fgsm", Lasso(0.3))
    normal = proportional("binomial", 3.0, "normal", 2.0, "fgsm", Lasso(0.3))
    assert atoms.error == pytest.approx(normal.error, rel=1e-6)
    assert atoms.p_zero @ (w / w.sum()) == pytest.approx(normal.p_zero[0], rel=1e-6)
    one, other = existence_threshold(0.3, np.sqrt(2.0) * x, w / w.sum()), existence_threshold(0.3, "normal", 2.0)
    assert one == pytest.approx(other, rel=1e-6)


def test_kinds_of_penalty_that_coincide() -> None:
    for family in ("gaussian", "binomial"):
        for same in ((Lasso(0.4), ElasticNet(0.4, 1.0), Lr(0.4, 1.0)), (Lr(0.4, 2.0), ElasticNet(0.8, 0.0))):
            errors = [proportional(family, 2.5, *PRIOR, "fgsm", penalty).error for penalty in same]
            np.testing.assert_allclose(errors, errors[0], rtol=1e-8)


def test_a_prior_without_signal() -> None:
    law = proportional("binomial", 4.0, [0.0], [1.0], "fgsm", Lasso(0.3))
    assert law.m == 0.0
    assert law.error == law.q
    assert np.isnan(law.power)
    assert law.fdp == pytest.approx(1.0)
    assert law.misclassification() == pytest.approx(0.5)


def test_prior_weights_may_round() -> None:
    assert prior_of([0.0, 1.0, 2.0], [1 / 3, 1 / 3, 1 / 3 + 1e-12]).null_share == pytest.approx(1 / 3)
