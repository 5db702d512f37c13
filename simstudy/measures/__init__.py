"""Performance measures of a simulation study, each with its Monte Carlo standard error (MCSE)."""

from simstudy.measures.arguments import estimate
from simstudy.measures.catalogue import OURS
from simstudy.measures.estimate import Estimate
from simstudy.measures.measure import MEASURES, Measure, measure
from simstudy.measures.names import WHOLE
from simstudy.measures.rows import MeasureRow
from simstudy.measures.summary import summarise

__all__ = ["MEASURES", "OURS", "WHOLE", "Estimate", "Measure", "MeasureRow", "estimate", "measure", "summarise"]
