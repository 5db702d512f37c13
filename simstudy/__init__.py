"""Simulation studies with theory beside simulation: generalised linear models, FGSM, and plug-ins of one's own."""

from simstudy.lazy import names

__version__ = "0.2.0"

# A command's help, or a study with one family, need not wait until everything is imported.
__getattr__, __dir__, __all__ = names(__name__, __file__)
