"""Measures of selection that several analyses show, and how they are drawn."""

from __future__ import annotations

from simstudy.report.figures.curves import Quantity

#: Measures of selection that have a prediction.
QUANTITIES = ("exact_support", "false_positives", "false_negatives")

EXACT = Quantity("exact_support", "P(exact support)", share=True)
FALSE_POSITIVES = Quantity("false_positives", "false positives", shared=False)
FALSE_NEGATIVES = Quantity("false_negatives", "false negatives", shared=False, least=0.25)
