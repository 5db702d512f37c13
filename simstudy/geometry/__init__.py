"""Adversarial geometry of linear classifiers: functions of a boundary (w, b) and labelled data (X, y).

Numbers G1-G9 are those of Tanay & Griffin (2018), "A New Angle on L2 Regularization", as the theory page lists them.
"""

from simstudy.geometry.distances import (
    adversarial_distance,
    distances,
    error_distance,
    mirror,
    project,
    robust_accuracy,
)
from simstudy.geometry.estimands import ATTACKS
from simstudy.geometry.laws import DIRECTIONS
from simstudy.geometry.rates import remainder_at_large_norm, remainder_at_small_norm
from simstudy.geometry.scaling import LOSSES, MarginLoss, at_large_norm, inverse_norm, risk
from simstudy.geometry.tilting import TiltingPlane, tilting_angle, tilting_plane

__all__ = [
    "ATTACKS",
    "DIRECTIONS",
    "LOSSES",
    "MarginLoss",
    "TiltingPlane",
    "adversarial_distance",
    "at_large_norm",
    "distances",
    "error_distance",
    "inverse_norm",
    "mirror",
    "project",
    "remainder_at_large_norm",
    "remainder_at_small_norm",
    "risk",
    "robust_accuracy",
    "tilting_angle",
    "tilting_plane",
]
