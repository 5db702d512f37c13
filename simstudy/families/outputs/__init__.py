"""Output side of the state evolution (T20): what one observation tells, by family."""

from __future__ import annotations

from simstudy.families.outputs.binomial import BinomialOutput
from simstudy.families.outputs.channel import Hats, Output, Overlaps, Truth
from simstudy.families.outputs.gaussian import GaussianOutput
from simstudy.registry import Registry

#: Families with a loss whose worst case is a known function of (y, eta, P), convex in both.
OUTPUTS: Registry[Output] = Registry("family")
OUTPUTS.register("gaussian", GaussianOutput())
OUTPUTS.register("binomial", BinomialOutput())

__all__ = ["OUTPUTS", "BinomialOutput", "GaussianOutput", "Hats", "Output", "Overlaps", "Truth"]
