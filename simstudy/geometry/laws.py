"""The geometry of two normal classes as a law of the registry: G5 and G7 beside what is simulated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from simstudy.geometry.scaling import inverse_norm
from simstudy.seeding import Stream, generator
from simstudy.sources.mixture import Mixture
from simstudy.theory.registry import law

Array = NDArray[np.float64]
Predicted = dict[tuple[str, str], Any]

#: Draws of the sample centroids behind an expected value.
DRAWS = 20_000
#: Probability that a margin is not violated, up to which G7 is predicted.
NEGLIGIBLE = 1e-3


def centroid_differences(source: Mixture, size: int) -> tuple[Array, Array]:
    """Draws (size, p) of the difference j - i of the sample centroids, and of the error of their midpoint.

    Exact without label noise, whose classes are normal; with it by the central limit theorem.
    """
    rng = generator(0, "geometry law", Stream.LIMIT_LAW)
    along = np.sqrt(source.noise * (1.0 - source.noise)) * source.gap * source.centroid_direction
    scale = 2.0 / math.sqrt(source.n)

    def errors() -> Array:
        normal = source.deviations * rng.standard_normal((size, source.p))
        return np.asarray(scale * (normal + rng.standard_normal((size, 1)) * along))

    return source.centroids[1] - source.centroids[0] + errors(), 0.5 * errors()


def error_of(source: Mixture, w: Array, offset: Array) -> Array:
    """Test error (k,) of boundaries with normals w (k, p) through points (k, p) given as `offset`."""
    spread = np.linalg.norm(w * source.deviations, axis=1)
    half, shift = 0.5 * source.gap * (w @ source.centroid_direction), np.sum(w * offset, axis=1)
    clean = 0.5 * (ndtr(-(half - shift) / spread) + ndtr(-(half + shift) / spread))
    return np.asarray(source.noise + (1.0 - 2.0 * source.noise) * clean)


def mean(values: Array, truth: float = 0.0) -> tuple[float, float]:
    """Mean of draws minus the truth, with its Monte Carlo error."""
    return float(values.mean()) - truth, float(values.std(ddof=1) / math.sqrt(values.size))


def along_the_centroids(source: Mixture) -> tuple[Predicted, Array, Array]:
    """Predictions of every classifier whose normal is j - i: theta = 0 and d_adv = ½ ||j - i|| (G5)."""
    w, midpoint = centroid_differences(source, DRAWS)
    truth = source.truth()
    d_adv = 0.5 * np.linalg.norm(w, axis=1)
    predicted: Predicted = {
        ("tilting_angle", "bias"): -truth["tilting_angle"],
        ("adversarial_distance", "bias"): mean(d_adv, truth["adversarial_distance"]),
    }
    return predicted, w, midpoint


def of_nearest_centroid(source: Mixture, method: Any) -> Predicted:  # noqa: ARG001 - one form for all estimators
    """G5 with theta = 0, and the test error of the sample centroids' classifier."""
    predicted, w, midpoint = along_the_centroids(source)
    return predicted | {("test_error", "bias"): mean(error_of(source, w, midpoint), source.bayes_error)}


def of_hinge(source: Mixture, method: Any) -> Predicted:
    """G7: w along j - i and 1/||w|| = 2 lam/d_adv; nothing where classes are not balanced or a margin may hold."""
    if not source.balanced or method.lam is None:
        return {}
    predicted, w, _ = along_the_centroids(source)
    apart = float(np.linalg.norm(source.centroids[1] - source.centroids[0]))
    room = inverse_norm(method.lam, 0.5 * apart) - 0.5 * apart
    along = math.sqrt(source.noise * (1.0 - source.noise)) * source.gap
    spread = math.hypot(float(np.linalg.norm(source.deviations * source.centroid_direction)), along)
    if source.n * float(ndtr(-room / spread)) > NEGLIGIBLE:
        return {}
    norms = 1.0 / inverse_norm(method.lam, 0.5 * np.linalg.norm(w, axis=1))
    return predicted | {("weight_norm", "mean"): mean(np.asarray(norms))}


def of_bayes(source: Mixture, method: Any) -> Predicted:  # noqa: ARG001 - one form for all estimators
    """The limit as n grows of what estimates the log odds: the Bayes direction, whose values are the truth."""
    if source.noise:
        return {}
    return {(name, "bias"): 0.0 for name in ("tilting_angle", "adversarial_distance", "test_error")}


#: Estimator -> what the geometry predicts of it.
DIRECTIONS: dict[str, Callable[[Mixture, Any], Predicted]] = {
    "mle": of_bayes,
    "nearest_centroid": of_nearest_centroid,
    "svm": of_hinge,
}


@law("geometry")
def geometry_law(source: Any, method: Any) -> Predicted:
    """Distance, angle, test error and norm of w in two normal classes: along the centroids (G5, G7) or the Bayes rule.

    Of the source `mixture` only; ``{}`` for another source or estimator. For `mle` it is the limit as n grows, without
    label noise; for `nearest_centroid` exact at n; for `svm` exact at n where every margin is violated, which needs a
    large lam and balanced classes.
    """
    if not isinstance(source, Mixture) or method.estimator not in DIRECTIONS:
        return {}
    return DIRECTIONS[method.estimator](source, method)
