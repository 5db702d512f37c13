"""The toy problem of the geometry: images of two pixels, of which the second one says nothing (G8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simstudy.errors import ConfigError, bad_value
from simstudy.records import Data
from simstudy.sources.registry import source

#: The mislabelled image, which lies on the other class's side.
NOISY = (0.07, -0.07)


@source("toy")
@dataclass(frozen=True)
class Toy:
    """Images (a, 0): a uniform on [-1, -.2] in class 0 and on [.2, 1] in class 1, n/2 of each.

    Parameters
    ----------
    n : int
        Observations in a data set, even; the test part has as many.
    noisy : bool
        Whether the last image of class 0 is (.07, -.07), which tilts a boundary that is not regularised.

    Raises
    ------
    ConfigError
        A value is out of its range.
    """

    family: ClassVar[str] = "binomial"
    n: int
    noisy: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.n, bool) or not isinstance(self.n, int) or self.n < 4 or self.n % 2:
            raise ConfigError(bad_value("n", self.n, "an even whole number of at least 4"))
        if not isinstance(self.noisy, bool):
            raise ConfigError(bad_value("noisy", self.noisy, "true or false"))

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set, then its test part, which has no noisy image."""
        X, y = self._part(rng)
        test = self._part(rng)
        if self.noisy:
            X[self.n // 2 - 1] = NOISY
        return Data(X, y, test=test)

    def truth(self) -> Mapping[str, float]:
        """The boundary between the classes, w = (1, 0): what a classifier that is not tilted has."""
        return {"tilting_angle": 0.0, "adversarial_distance": 0.6, "test_error": 0.0}

    def _part(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = np.repeat([0.0, 1.0], self.n // 2)
        a = (2.0 * y - 1.0) * rng.uniform(0.2, 1.0, self.n)
        return np.column_stack([a, np.zeros(self.n)]), y
