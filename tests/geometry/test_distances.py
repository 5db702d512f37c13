"""Distances, mirror images and robust accuracy of a linear classifier (G1, G3, G4, G8, G9)."""

from __future__ import annotations

import numpy as np
import pytest

from cases import Array
from simstudy import geometry
from simstudy.errors import ConfigError, InputError

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 5)) + 0.2
Y = np.repeat([0.0, 1.0], 20)
W, B = RNG.normal(size=5), 0.3
NORMS = (2, np.inf)


@pytest.mark.parametrize("norm", NORMS)
def test_no_shorter_attack_reaches_the_boundary_and_one_of_that_length_does(norm: float) -> None:
    """Linear programs and least squares know nothing of dual norms: the attack is built from its definition."""
    signs = 2.0 * Y - 1.0
    d = geometry.distances(W, B, X, Y, norm)
    step = W / np.linalg.norm(W) if norm == 2 else np.sign(W)
    np.testing.assert_allclose((X - (signs * d)[:, None] * step) @ W + B, 0.0, atol=1e-12)
    attacks = RNG.normal(size=(2000, 5))
    attacks /= np.linalg.norm(attacks, norm, axis=1)[:, None]
    assert np.abs(attacks @ W).max() <= np.abs(step @ W)


def test_a_mirror_image_is_as_far_on_the_other_side() -> None:
    images = geometry.mirror(W, B, X)
    np.testing.assert_allclose(geometry.distances(W, B, images, Y), -geometry.distances(W, B, X, Y), atol=1e-12)
    np.testing.assert_allclose(geometry.mirror(W, B, images, Y), X, atol=1e-12)
    feet = geometry.project(W, B, X)
    np.testing.assert_allclose(feet, (X + images) / 2, atol=1e-12)
    np.testing.assert_allclose(feet @ W + B, 0.0, atol=1e-12)


@pytest.mark.parametrize("theta", [0.0, 0.3, 1.2, 1.5])
def test_toy_example_of_the_source(theta: float) -> None:
    """G8: ||x - x_m|| = 1.6 cos theta for x = (-.8, 0)."""
    w = np.array([np.cos(theta), np.sin(theta)])
    x = np.array([[-0.8, 0.0]])
    assert np.linalg.norm(x - geometry.mirror(w, 0.0, x)) == pytest.approx(1.6 * np.cos(theta), abs=1e-15)


def test_mean_distances_by_hand() -> None:
    x = np.array([[-3.0, 0.0], [1.0, 5.0], [4.0, 1.0], [-2.0, 2.0]])
    y = np.array([-1, -1, 1, 1])
    assert geometry.distances([2.0, 0.0], 0.0, x, y).tolist() == [3.0, -1.0, 4.0, -2.0]
    assert geometry.adversarial_distance([2.0, 0.0], 0.0, x, y) == 1.0
    assert geometry.error_distance([2.0, 0.0], 0.0, x, y) == 0.75
    assert geometry.distances([3.0, 4.0], 5.0, x, y, np.inf) == pytest.approx(np.array([4, -28, 21, 7]) / 7)


@pytest.mark.parametrize("norm", NORMS)
def test_robust_accuracy_counts_what_survives_the_worst_attack(norm: float) -> None:
    signs = 2.0 * Y - 1.0
    sizes = np.array([0.0, 0.05, 0.3, 1.0, 50.0])
    step = W / np.linalg.norm(W) if norm == 2 else np.sign(W)
    attacked = [np.mean(signs * ((X - eps * signs[:, None] * step) @ W + B) > 0) for eps in sizes]
    np.testing.assert_array_equal(geometry.robust_accuracy(W, B, X, Y, sizes, norm), attacked)
    assert geometry.robust_accuracy(W, B, X, Y, 0.3, norm) == attacked[2]
    assert 0.0 < attacked[2] < attacked[0]


def test_a_point_on_the_boundary_is_wrong() -> None:
    x = np.array([[0.0], [1.0]])
    assert geometry.robust_accuracy([1.0], 0.0, x, [1, 0], 0.0, 2) == 0.0
    assert geometry.risk([1.0], 0.0, x, [1, 0], "zero_one") == 1.0
    assert geometry.robust_accuracy([1.0], 0.0, x, [0, 1], 1.0, 2) == 0.0


def test_labels_may_be_0_1_or_minus_1_1_and_the_scale_of_w_makes_no_difference() -> None:
    for scale in (1e-200, 1e150):
        for labels in (Y, 2 * Y - 1, Y.astype(bool)):
            same = geometry.distances(scale * W, scale * B, X, labels)
            np.testing.assert_allclose(same, geometry.distances(W, B, X, Y), rtol=1e-12)
        np.testing.assert_allclose(geometry.mirror(scale * W, scale * B, X), geometry.mirror(W, B, X), rtol=1e-12)
        angle = geometry.tilting_angle(scale * W, 0.0, X, Y)
        assert angle == pytest.approx(geometry.tilting_angle(W, 0.0, X, Y), rel=1e-12)


FUNCTIONS = (
    geometry.distances,
    geometry.adversarial_distance,
    geometry.error_distance,
    geometry.mirror,
    geometry.project,
    geometry.tilting_angle,
    geometry.tilting_plane,
    lambda *data: geometry.robust_accuracy(*data, eps=0.1, norm=2),
    lambda *data: geometry.risk(*data, loss="hinge"),
)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((0.0 * W, B, X, Y), ["w", "zero", "no boundary"]),
        ((W, B, X, np.ones(40)), ["y", "one class only", "40 times 1"]),
        ((W, B, X, np.zeros(40)), ["y", "one class only"]),
        ((W, B, X, np.where(Y == 0, 7.0, 9.0)), ["y[0]", "7.0", "{0, 1} or in {-1, 1}"]),
        ((W, B, X, np.arange(40) % 3 - 1.0), ["y", "mixture of -1, 0 and 1"]),
        ((W, B, X, Y[:-1]), ["y.shape", "(39,)", "(40,)"]),
        ((W, B, X, Y[:, None]), ["y.shape", "(40, 1)"]),
        ((W[:-1], B, X, Y), ["w.shape", "(4,)", "(5,)"]),
        ((W, B, X[0], Y), ["X.shape", "(5,)"]),
        ((W, np.nan, X, Y), ["b", "NaN", "finite"]),
        ((np.full(5, np.nan), B, X, Y), ["w", "NaN", "finite"]),
        ((W, B, np.where(X > 2, np.inf, X), Y), ["X", "infinite", "finite"]),
    ],
)
def test_bad_input_is_named(function: object, data: tuple[Array, float, Array, Array], words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        function(*data)  # type: ignore[operator]
    assert all(word in str(raised.value) for word in words), raised.value


@pytest.mark.parametrize("norm", [1, 3, 0, -2, np.nan, "two", None])
def test_other_norms_are_refused(norm: float) -> None:
    with pytest.raises(InputError, match=r"norm = .*2 or inf"):
        geometry.distances(W, B, X, Y, norm)


@pytest.mark.parametrize("eps", [-0.1, np.nan, [0.1, -1e-9], [[0.1]]])
def test_sizes_of_attacks_are_not_negative(eps: float) -> None:
    with pytest.raises(InputError, match=r"eps = .*0 or more"):
        geometry.robust_accuracy(W, B, X, Y, eps, 2)


def test_unknown_loss_suggests_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"margin loss: unknown 'hing'.*did you mean 'hinge'"):
        geometry.risk(W, B, X, Y, "hing")
