"""Exact laws where p grows like n: state evolution, existence, tuning (T19-T24)."""

from simstudy.theory.proportional.existence import existence_threshold
from simstudy.theory.proportional.solution import CoefficientLaw, ProportionalLaw
from simstudy.theory.proportional.solve import proportional

__all__ = ["CoefficientLaw", "ProportionalLaw", "existence_threshold", "proportional"]
