"""The source `mixture`: two gaussian classes with one direction of low variance, and labels of which some are wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simstudy.errors import ConfigError, bad_value
from simstudy.records import Data
from simstudy.sources.registry import source

Array = NDArray[np.float64]


@source("mixture")
@dataclass(frozen=True)
class Mixture:
    """Two normal classes with the same covariance, equally probable, centred at plus and minus half of the gap.

    The first axis and all from the third on have standard deviation `spread`, the second one `low`. The line through
    the centroids leans from the first axis towards the second, so that the Bayes classifier, which follows the
    direction of low variance, tilts away from it (G5).

    Parameters
    ----------
    n : int
        Observations in a data set.
    p : int
        Dimension, at least 2.
    gap : float
        Distance of the classes' centroids, positive.
    lean : float
        Angle between the line through the centroids and the first axis, in degrees, from 0 to 90.
    spread, low : float
        Standard deviations, positive.
    noise : float
        Probability that a label is the other class's, at least 0 and below one half.
    balanced : bool
        Whether exactly half of the labels (observed, with their errors) are one, in the test part too.
    test : int
        Observations in the test part; 0 for none.

    Raises
    ------
    ConfigError
        A value is out of its range.
    """

    family: ClassVar[str] = "binomial"
    n: int
    p: int = 2
    gap: float = 2.0
    lean: float = 45.0
    spread: float = 1.0
    low: float = 0.1
    noise: float = 0.0
    balanced: bool = False
    test: int = 0

    def __post_init__(self) -> None:
        for name, least in (("n", 1), ("p", 2), ("test", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ConfigError(bad_value(name, value, f"a whole number of at least {least}"))
            if name != "p" and self.balanced and value % 2:
                raise ConfigError(bad_value(name, value, "even, to be balanced"))
        for name in ("gap", "spread", "low"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise ConfigError(bad_value(name, getattr(self, name), "a finite positive number"))
        if not 0.0 <= self.lean <= 90.0:
            raise ConfigError(bad_value("lean", self.lean, "an angle from 0 to 90 degrees"))
        if not 0.0 <= self.noise < 0.5:
            raise ConfigError(bad_value("noise", self.noise, "at least 0 and below 0.5"))

    @property
    def centroid_direction(self) -> Array:
        """Unit vector (p,) from the centroid of label 0 to that of label 1, which label noise does not turn."""
        direction = np.zeros(self.p)
        direction[:2] = math.cos(math.radians(self.lean)), math.sin(math.radians(self.lean))
        return direction

    @property
    def centroids(self) -> Array:
        """Mean (2, p) of x given the observed label 0 and 1: label noise draws them together."""
        half = 0.5 * self.gap * (1.0 - 2.0 * self.noise) * self.centroid_direction
        return np.array([-half, half])

    @property
    def deviations(self) -> Array:
        """Standard deviations (p,) within a class."""
        deviations = np.full(self.p, self.spread)
        deviations[1] = self.low
        return deviations

    @property
    def log_odds(self) -> Array:
        """Coefficients (p,) of the log odds of the classes, Sigma^-1 (difference of the centres)."""
        return np.asarray(self.gap * self.centroid_direction / self.deviations**2)

    @property
    def bayes_direction(self) -> Array:
        """Unit normal (p,) of the Bayes classifier, which passes through the origin; label noise does not turn it."""
        return np.asarray(self.log_odds / np.linalg.norm(self.log_odds))

    @property
    def tilt(self) -> float:
        """Angle between `bayes_direction` and `centroid_direction`, in radians."""
        one, other = self.centroid_direction, self.bayes_direction
        along = float(one @ other)
        return math.atan2(float(np.linalg.norm(other - along * one)), along)

    @property
    def bayes_error(self) -> float:
        """Share of observed labels that the Bayes classifier gets wrong."""
        clean = float(ndtr(-0.5 * math.sqrt(self.gap * float(self.centroid_direction @ self.log_odds))))
        return self.noise + (1.0 - 2.0 * self.noise) * clean

    def truth(self) -> dict[str, Any]:
        """True values, of the Bayes classifier where a classifier has them.

        Returns
        -------
        dict
            `centroid_direction` and `bayes_direction` (p,), `tilting_angle` in radians, `adversarial_distance` by G5
            and `test_error`; without label noise, where the log odds are linear, also `beta` (p,) and `intercept`.
        """
        apart = float(np.linalg.norm(self.centroids[1] - self.centroids[0]))
        logistic = {} if self.noise else {"beta": self.log_odds, "intercept": 0.0}
        return {
            "centroid_direction": self.centroid_direction,
            "bayes_direction": self.bayes_direction,
            "tilting_angle": self.tilt,
            "adversarial_distance": 0.5 * apart * math.cos(self.tilt),
            "test_error": self.bayes_error,
            **logistic,
        }

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set: labels, which of them are wrong, covariates; then the same of the test part."""
        X, y = self._part(self.n, rng)
        return Data(X, y, test=self._part(self.test, rng) if self.test else None)

    def _part(self, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
        y = np.arange(size) % 2 if self.balanced else rng.integers(0, 2, size)
        if self.balanced:
            y = rng.permutation(y)
        # Classes are equally probable: given its label, an observation is of the other class with probability `noise`.
        side = np.where(rng.random(size) < self.noise, 1 - y, y) - 0.5
        X = self.gap * side[:, None] * self.centroid_direction + self.deviations * rng.standard_normal((size, self.p))
        return X, y.astype(np.float64)
