"""The toy problem of the geometry (G8)."""

from __future__ import annotations

import numpy as np
import pytest

import simstudy as ss
from simstudy.errors import ConfigError


def test_classes_are_where_the_source_puts_them() -> None:
    data = ss.Toy(200).sample(np.random.default_rng(1))
    for X, y in ((data.X, data.y), data.test):
        assert not X[:, 1].any()
        assert ((X[y == 1, 0] >= 0.2) & (X[y == 1, 0] <= 1.0)).all()
        assert ((X[y == 0, 0] >= -1.0) & (X[y == 0, 0] <= -0.2)).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_point_tilts_a_fit_that_is_not_regularised_and_not_one_that_is(seed: int) -> None:
    """G8: the noisy image is separated too, by a boundary that leans across the line to its nearest neighbour."""
    data = ss.Toy(100, noisy=True).sample(np.random.default_rng(seed))
    loose, strong = ss.svm(*data, 1e-6), ss.svm(*data, 10.0)
    assert ss.geometry.risk(loose.coef, loose.intercept, *data, "zero_one") == 0.0
    nearest = data.X[data.y == 1, 0].min()
    assert loose.coef[1] / loose.coef[0] == pytest.approx(0.07 / (nearest - 0.07), rel=1e-3)
    assert ss.geometry.tilting_angle(loose.coef, loose.intercept, *data) > 0.3
    assert ss.geometry.tilting_angle(strong.coef, strong.intercept, *data) < 0.01


@pytest.mark.parametrize(
    ("fields", "words"), [({"n": 5}, "n = 5"), ({"n": 2}, "n = 2"), ({"n": 4, "noisy": 1}, "noisy")]
)
def test_fields_are_checked(fields: dict[str, int], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        ss.Toy(**fields)
