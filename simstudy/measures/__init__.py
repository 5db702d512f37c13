"""Performance measures of a simulation study, each with its Monte Carlo standard error (MCSE)."""

from simstudy.measures.estimate import Estimate
from simstudy.measures.summary import WHOLE, MeasureRow, summarise

__all__ = ["WHOLE", "Estimate", "MeasureRow", "summarise"]
