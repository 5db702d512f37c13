"""Sources: what draws the data of a replicate and knows the truth."""

from simstudy.sources.images import Images
from simstudy.sources.mixture import Mixture
from simstudy.sources.table import Table
from simstudy.sources.toy import Toy

__all__ = ["Images", "Mixture", "Table", "Toy"]
