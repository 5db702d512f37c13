"""What must not matter does not, and what must scale scales (T13, T14, label symmetry)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import CANONICAL, KINDS, Array, Case, draw, fit, problem
from reference.objective import Problem
from simstudy.estimators import Fit, fgsm, mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso
from simstudy.records import Status

SEEDS = st.integers(0, 2**32 - 1)
DATA = settings(max_examples=30)
TOLERANCE = 1e-6


def data(family: str, seed: int, n: int = 60, p: int = 5) -> tuple[Array, Array]:
    return draw(family, n, p, 0.5, np.random.default_rng(seed))


def assert_same(one: Fit, other: Fit, coef: Array, intercept: float) -> None:
    """`other` has the status of `one` and these coefficients, to 1e-6 of their largest."""
    assert one.status == other.status
    if one.status == Status.OK:
        size = np.max(np.abs(coef), initial=1e-12 + abs(intercept))
        np.testing.assert_allclose(other.coef, coef, rtol=0, atol=TOLERANCE * size)
        assert other.intercept == pytest.approx(intercept, abs=TOLERANCE * size)


def both(given_problem: Problem, X: Array, y: Array) -> tuple[Fit, Fit]:
    """Fits of a problem and of the same one on other data."""
    changed = Problem(X, y, *(getattr(given_problem, k) for k in ("family", "penalty", "attack", "fit_intercept")))
    return fit(given_problem), fit(changed)


@DATA
@given(SEEDS, st.sampled_from([1e-6, 1e-3, 7.0, 1e6]), st.booleans(), st.floats(0.01, 0.5))
def test_t13_scaling_y_scales_the_estimate_at_the_same_lam(seed: int, c: float, intercept: bool, lam: float) -> None:
    X, y = data("gaussian", seed)
    options = {"family": "gaussian", "penalty": Lasso(lam, weights=[1, 2, 0, 1, 1]), "fit_intercept": intercept}
    one, other = fgsm(X, y, **options), fgsm(X, c * y, **options)
    assert one.status == Status.OK
    assert_same(one, other, c * one.coef, c * one.intercept)
    np.testing.assert_array_equal(one.coef == 0, other.coef == 0)


def test_t13_does_not_hold_for_penalized_likelihood() -> None:
    X, y = data("gaussian", 1)
    options = {"family": "gaussian", "penalty": Lasso(0.2)}
    one, other = penalized(X, y, **options), penalized(X, 10 * y, **options)
    assert np.max(np.abs(other.coef / 10 - one.coef)) > 0.05


def threshold(X: Array, e: Array, attack: str) -> float:
    """Smallest lam of a null fit (T14)."""
    return float(np.max(np.abs(X.T @ e)) / (np.sum(np.abs(e)) if attack == "fgsm" else e.size))


@pytest.mark.parametrize("attack", ["fgsm", "none"])
@pytest.mark.parametrize("family", CANONICAL)
@DATA
@given(SEEDS)
def test_t14_null_model_with_an_intercept(family: str, attack: str, seed: int) -> None:
    X, y = data(family, seed)
    e = y - y.mean()
    critical = threshold(X, e, attack)
    above = fit(Problem(X, y, family, Lasso(critical * (1 + 1e-6)), attack, True))
    assert above.status == Status.OK
    assert np.all(above.coef == 0)
    assert FAMILIES[family].mean(np.array(above.intercept)) == pytest.approx(y.mean(), rel=1e-6, abs=1e-6)
    below = fit(Problem(X, y, family, Lasso(critical * (1 - 1e-3)), attack, True))
    assert np.count_nonzero(below.coef) >= 1


@pytest.mark.parametrize("attack", ["fgsm", "none"])
@pytest.mark.parametrize(("family", "centre"), [("gaussian", 0.0), ("binomial", 0.5)])
@DATA
@given(SEEDS)
def test_t14_null_model_without_an_intercept(family: str, centre: float, attack: str, seed: int) -> None:
    X, y = data(family, seed)
    critical = threshold(X, y - centre, attack)
    above, below = (fit(Problem(X, y, family, Lasso(critical * c), attack, False)) for c in (1 + 1e-6, 1 - 1e-3))
    assert np.all(above.coef == 0)
    assert np.count_nonzero(below.coef) == 1


@pytest.mark.parametrize(("penalty", "attack"), sorted({kind[1:] for kind in KINDS}))
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_swapping_the_labels_flips_every_sign(penalty: str, attack: str, fit_intercept: bool) -> None:
    p = problem(Case("binomial", penalty, attack, fit_intercept=fit_intercept))
    one, other = both(p, p.X, 1 - p.y)
    assert one.status == Status.OK
    assert_same(one, other, -one.coef, -one.intercept)


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_flipping_a_column_flips_its_coefficient(family: str, penalty: str, attack: str) -> None:
    p = problem(Case(family, penalty, attack))
    sign = np.where(np.arange(p.X.shape[1]) % 3 == 0, -1.0, 1.0)
    one, other = both(p, p.X * sign, p.y)
    assert one.status == Status.OK
    assert_same(one, other, sign * one.coef, one.intercept)


@pytest.mark.parametrize(("family", "penalty", "attack"), [kind for kind in KINDS if kind[1] != "weighted lasso"])
def test_the_order_of_columns_does_not_matter(family: str, penalty: str, attack: str) -> None:
    p = problem(Case(family, penalty, attack))
    order = np.random.default_rng(2).permutation(p.X.shape[1])
    one, other = both(p, p.X[:, order], p.y)
    assert one.status == Status.OK
    assert_same(one, other, one.coef[order], one.intercept)


@pytest.mark.parametrize(("family", "penalty", "attack"), KINDS)
def test_repeating_the_data_changes_nothing(family: str, penalty: str, attack: str) -> None:
    p = problem(Case(family, penalty, attack))
    one, other = both(p, np.tile(p.X, (3, 1)), np.tile(p.y, 3))
    assert one.status == Status.OK
    assert_same(one, other, one.coef, one.intercept)
    assert other.objective == pytest.approx(one.objective, rel=1e-8)


# Poisson FGSM may have several stationary points, and the two paths need not end in the same one.
CONVEX = sorted({(family, attack) for family, _, attack in KINDS} - {("poisson", "fgsm")})


@pytest.mark.parametrize(("family", "attack"), CONVEX)
@DATA
@given(SEEDS)
def test_weights_are_rescaled_columns(family: str, attack: str, seed: int) -> None:
    X, y = data(family, seed, p=3)
    w = np.array([0.3, 1.0, 2.5])
    weighted = fit(Problem(X, y, family, Lasso(0.1, weights=w), attack, True))
    rescaled = fit(Problem(X / w, y, family, Lasso(0.1), attack, True))
    assert_same(rescaled, weighted, rescaled.coef / w, rescaled.intercept)


@pytest.mark.parametrize("shift", [1e2, 1e4, 1e8])
def test_an_offset_of_gaussian_data_goes_to_the_intercept(shift: float) -> None:
    for kind in (kind for kind in KINDS if kind[0] == "gaussian"):
        p = problem(Case(*kind))
        one, other = both(p, p.X, p.y + shift)
        assert other.status == Status.OK
        np.testing.assert_allclose(other.coef, one.coef, atol=1e-6 * max(1.0, shift * 1e-8))
        assert other.intercept - shift == pytest.approx(one.intercept, abs=1e-6 * max(1.0, shift * 1e-8))


@pytest.mark.parametrize("family", CANONICAL)
def test_attacks_agree_where_the_theory_says_so(family: str) -> None:
    fits = [fit(problem(Case(family, "lasso", attack))) for attack in ("fgsm", "worst_case")]
    gap = np.max(np.abs(fits[0].coef - fits[1].coef))
    assert gap > 1e-6 if family == "poisson" else gap == 0.0


@pytest.mark.parametrize("family", CANONICAL)
def test_without_penalty_every_estimator_is_the_mle(family: str) -> None:
    X, y = data(family, 4)
    for intercept in (True, False):
        expected = mle(X, y, family=family, fit_intercept=intercept)
        for attack in ("none", "fgsm", "worst_case"):
            assert_same(
                expected, fit(Problem(X, y, family, Lasso(0.0), attack, intercept)), expected.coef, expected.intercept
            )
