"""Response families, one file each: functions of (y, eta), with what solvers and theory ask of them."""

from simstudy.families.binomial import Binomial
from simstudy.families.declare import declare_family
from simstudy.families.family import FAMILIES, Family, family
from simstudy.families.gamma import Gamma
from simstudy.families.gaussian import Gaussian
from simstudy.families.negative_binomial import NegativeBinomial
from simstudy.families.poisson import Poisson

__all__ = [
    "FAMILIES", "Binomial", "Family", "Gamma", "Gaussian", "NegativeBinomial", "Poisson", "declare_family", "family",
]  # fmt: skip
