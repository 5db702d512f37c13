"""The tilting angle and the tilting plane (G5, G6)."""

from __future__ import annotations

import numpy as np
import pytest

from simstudy import geometry
from simstudy.errors import InputError

RNG = np.random.default_rng(2)
Y = np.repeat([-1.0, 1.0], 30)
X = RNG.normal(size=(60, 8)) + 0.5 * Y[:, None] * RNG.normal(size=8)
Z = X[Y > 0].mean(axis=0) - X[Y < 0].mean(axis=0)


@pytest.mark.parametrize("b", [-40.0, 0.0, 0.7])
def test_adversarial_distance_is_half_the_centroids_distance_times_the_cosine(b: float) -> None:
    """G5, to 1e-10, on balanced data and for every bias."""
    for w in RNG.normal(size=(20, 8)):
        theta = geometry.tilting_angle(w, b, X, Y)
        found = geometry.adversarial_distance(w, b, X, Y)
        assert found == pytest.approx(0.5 * np.linalg.norm(Z) * np.cos(theta), abs=1e-10)


@pytest.mark.parametrize("theta", [1e-9, 1e-4, 0.5, np.pi / 2, 3.0, np.pi - 1e-7])
def test_angle_and_plane_of_a_boundary_that_was_tilted_by_a_known_angle(theta: float) -> None:
    across = np.linalg.qr(np.column_stack([Z, RNG.normal(size=8)]))[0][:, 1]
    w = np.cos(theta) * Z / np.linalg.norm(Z) + np.sin(theta) * across
    assert geometry.tilting_angle(w, 0.1, X, Y) == pytest.approx(theta, rel=1e-6)
    z, n = plane = geometry.tilting_plane(w, 0.1, X, Y)
    np.testing.assert_allclose([z @ z, n @ n, z @ n], [1.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(plane.coordinates(w[None])[0], [np.cos(theta), np.sin(theta)], atol=1e-12)
    np.testing.assert_allclose(z, Z / np.linalg.norm(Z), atol=1e-12)


def test_mirror_images_move_within_the_plane_along_w() -> None:
    w = RNG.normal(size=8)
    plane = geometry.tilting_plane(w, 0.2, X, Y)
    moved = plane.coordinates(geometry.mirror(w, 0.2, X)) - plane.coordinates(X)
    lengths = np.linalg.norm(moved, axis=1)
    np.testing.assert_allclose(lengths, 2 * np.abs(geometry.distances(w, 0.2, X, Y)), atol=1e-12)


@pytest.mark.parametrize("scale", [3.0, -3.0])
def test_the_nearest_centroid_boundary_has_no_plane(scale: float) -> None:
    plane = geometry.tilting_plane(scale * Z, 0.0, X, Y)
    assert np.isnan(plane.n).all()
    assert geometry.tilting_angle(scale * Z, 0.0, X, Y) == pytest.approx(0.0 if scale > 0 else np.pi, abs=1e-7)


@pytest.mark.parametrize("function", [geometry.tilting_angle, geometry.tilting_plane])
def test_identical_centroids_have_no_angle(function: object) -> None:
    twice = np.vstack([X[:30], X[:30]])
    with pytest.raises(InputError, match="same centroid"):
        function(np.ones(8), 0.0, twice, Y)  # type: ignore[operator]
