"""Exact laws where p grows like n: state evolution, existence, tuning (T19-T22)."""

from simstudy.theory.proportional.existence import existence_threshold
from simstudy.theory.proportional.law import proportional_law
from simstudy.theory.proportional.levels import existence_law, interpolation_law
from simstudy.theory.proportional.pays import pays_map
from simstudy.theory.proportional.solution import CoefficientLaw, ProportionalLaw
from simstudy.theory.proportional.solve import proportional
from simstudy.theory.proportional.tuning import BestLevel, BestPair, best_level, best_pair

__all__ = [
    "BestLevel",
    "BestPair",
    "CoefficientLaw",
    "ProportionalLaw",
    "best_level",
    "best_pair",
    "existence_law",
    "existence_threshold",
    "interpolation_law",
    "pays_map",
    "proportional",
    "proportional_law",
]
