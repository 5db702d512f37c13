"""Simulation studies of sparse generalised linear models: FGSM estimators next to penalised likelihood."""

__version__ = "0.1.0"
