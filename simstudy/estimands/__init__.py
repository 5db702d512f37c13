"""Estimands: numbers and vectors that a fit, its data and the truth give; evaluated next to the fit."""

from simstudy.estimands.model_error import model_error, response_error
from simstudy.estimands.path import path_contains_truth
from simstudy.estimands.registry import ESTIMANDS, Estimand, estimand, evaluate

__all__ = [
    "ESTIMANDS", "Estimand", "estimand", "evaluate", "model_error", "path_contains_truth", "response_error",
]  # fmt: skip
