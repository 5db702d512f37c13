"""Estimands: numbers and vectors that a fit, its data and the truth give; evaluated next to the fit."""

from simstudy.estimands.registry import ESTIMANDS, Estimand, estimand, evaluate

__all__ = ["ESTIMANDS", "Estimand", "estimand", "evaluate"]
