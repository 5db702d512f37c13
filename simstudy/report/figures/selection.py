"""Figures of selection: against sample size, against the size of the errors, and with growing p."""

from __future__ import annotations

import pandas as pd

from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves

EXACT = Quantity("exact_support", "P(exact support)", share=True)
FALSE_POSITIVES = Quantity("false_positives", "false positives", shared=False)
FALSE_NEGATIVES = Quantity("false_negatives", "false negatives", shared=False, least=0.25)


def support_figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support, false positives and false negatives against n, next to the theory."""
    return curves(result, Axis("n", "n", log=True), (EXACT, FALSE_POSITIVES, FALSE_NEGATIVES), ["group"])


def dispersion_figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support and the error in units of sigma, against sigma."""
    relative = Quantity("relative_rmse", "RMSE / σ")
    return curves(result, Axis("sigma", "σ", log=True), (EXACT, relative), ["family", "n", "p"])


def weak_oracle_figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support and the largest error on it, against n with p growing."""
    error = Quantity("sup_error", "largest error on the support")
    return curves(result, Axis("n", "n (p grows)", log=True), (EXACT, error), ["family", "prevalence", "s"])


def uniformity_figure(result: pd.DataFrame) -> Figure:
    """Root n times RMSE against the local coefficient h, a panel for each n."""
    scaled = Quantity("scaled", "√n · RMSE")
    return curves(result, Axis("h", "h (the coefficient is h/√n)"), (scaled,), ["family", "n", "prevalence"])
