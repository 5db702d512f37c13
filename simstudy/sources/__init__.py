"""Sources: what draws the data of a replicate and knows the truth."""

from simstudy.sources.mixture import Mixture
from simstudy.sources.table import Table

__all__ = ["Mixture", "Table"]
