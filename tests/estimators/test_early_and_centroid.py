"""The nearest-centroid classifier and early-stopped gradient descent."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy import geometry
from simstudy.errors import InputError
from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.gradient_descent import gradient_descent
from simstudy.estimators.mle import mle
from simstudy.estimators.nearest_centroid import nearest_centroid
from simstudy.penalties import Lasso
from simstudy.records import Status

RNG = np.random.default_rng(5)
Y = np.repeat([0.0, 1.0], 60)
X = RNG.normal(size=(120, 4)) * [1.0, 2.0, 0.5, 1.0] + 0.7 * Y[:, None]


def test_nearest_centroid_classifies_by_the_nearer_centroid() -> None:
    fit = nearest_centroid(X, 2 * Y - 1)
    i, j = X[Y == 0].mean(axis=0), X[Y == 1].mean(axis=0)
    nearer = np.linalg.norm(X - j, axis=1) < np.linalg.norm(X - i, axis=1)
    np.testing.assert_array_equal(X @ fit.coef + fit.intercept > 0, nearer)
    assert geometry.tilting_angle(fit.coef, fit.intercept, X, Y) == pytest.approx(0.0, abs=1e-7)
    assert fit.status == Status.OK


def test_no_classifier_has_a_larger_adversarial_distance_than_the_nearest_centroid() -> None:
    fit = nearest_centroid(X, Y)
    best = geometry.adversarial_distance(fit.coef, fit.intercept, X, Y)
    assert all(geometry.adversarial_distance(w, 0.0, X, Y) < best for w in RNG.normal(size=(500, 4)))


def test_identical_centroids_and_one_class_are_statuses() -> None:
    fit = nearest_centroid(np.vstack([X[:60], X[:60]]), Y)
    assert fit.status == Status.NO_MINIMISER
    assert "same centroid" in fit.message
    assert "theta" in fit.message
    assert nearest_centroid(X, 0 * Y).status == Status.DEGENERATE_RESPONSE
    assert gradient_descent(X, 0 * Y, steps=3).status == Status.DEGENERATE_RESPONSE


def test_the_first_step_is_along_the_centroids_and_the_last_ones_reach_the_mle() -> None:
    first = gradient_descent(X, Y, steps=1)
    assert geometry.tilting_angle(first.coef, first.intercept, X, Y) == pytest.approx(0.0, abs=1e-7)
    target = mle(X, Y, family="binomial")
    steps = [gradient_descent(X, 2 * Y - 1, steps=count, rate=1.9) for count in (10, 100, 20_000)]
    norms = [float(np.linalg.norm(fit.coef)) for fit in steps]
    assert norms == sorted(norms)
    objectives = [fit.objective for fit in steps]
    assert objectives == sorted(objectives, reverse=True)
    np.testing.assert_allclose(steps[-1].coef, target.coef, atol=1e-6)
    assert steps[-1].objective == pytest.approx(target.objective, abs=1e-10)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_rate_is_in_units_of_the_curvature_so_that_the_loss_falls_on_every_scale(scale: float) -> None:
    first = gradient_descent(scale * X, Y, steps=1, rate=0.5)
    Z = np.column_stack([scale * X, np.ones(Y.size)])
    curvature = np.linalg.eigvalsh(Z.T @ Z / 4.0)[-1]
    np.testing.assert_allclose(first.coef, 0.5 * scale * X.T @ (Y - 0.5) / curvature, rtol=1e-9)
    losses = [gradient_descent(scale * X, Y, steps=count, rate=1.99).objective for count in (1, 2, 3, 8, 30)]
    assert [np.log(2.0), *losses] == sorted([np.log(2.0), *losses], reverse=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"steps": 2.5}, "steps = 2.5"),
        ({"steps": 3, "rate": 2.0}, "rate = 2.0"),
        ({"steps": 3, "rate": 0.0}, "rate = 0.0"),
    ],
)
def test_bad_options(options: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        gradient_descent(X, Y, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("lam", [0.05, 0.2])
def test_fgsm_lasso_minimises_the_softplus_of_the_margins_under_attack(lam: float) -> None:
    """G9: the fit's objective is the mean softplus of ||w||_1 (y d_inf - lam), and no classifier near it is better."""
    fit = fgsm(X, Y, family="binomial", penalty=Lasso(lam))

    def attacked(w: np.ndarray, b: float) -> float:
        margins = np.linalg.norm(w, 1) * (geometry.distances(w, b, X, Y, np.inf) - lam)
        return float(np.logaddexp(0.0, -margins).mean())

    assert fit.objective == pytest.approx(attacked(fit.coef, fit.intercept), abs=1e-12)
    for size in (1e-4, 1e-2, 1.0):
        for move in RNG.normal(size=(50, 5)):
            assert attacked(fit.coef + size * move[:4], fit.intercept + size * move[4]) >= fit.objective
