"""Response families by name: functions of (y, eta), with what solvers and theory ask of them."""

from simstudy.families.canonical import FAMILIES, Binomial, Family, Gaussian, Poisson, family

__all__ = ["FAMILIES", "Binomial", "Family", "Gaussian", "Poisson", "family"]
