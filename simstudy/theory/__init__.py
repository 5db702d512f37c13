"""Theory next to simulation: constants, limit laws, pseudo-true parameters and predictions."""

from simstudy.theory.constants import Constants, constants
from simstudy.theory.limit_law import LimitLaw, limit_law
from simstudy.theory.predictions import predict, predict_difference
from simstudy.theory.pseudo_true import PseudoTrue, pseudo_true

__all__ = [
    "Constants",
    "LimitLaw",
    "PseudoTrue",
    "constants",
    "limit_law",
    "predict",
    "predict_difference",
    "pseudo_true",
]
