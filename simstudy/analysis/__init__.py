"""Questions of a study, answered by pure functions from frames to frames."""

from simstudy.analysis.activation import Weighted, activation
from simstudy.analysis.best import best
from simstudy.analysis.coefficients import coefficients
from simstudy.analysis.dispersion import dispersion
from simstudy.analysis.limit_law import LawDistances, limit_law
from simstudy.analysis.neutrality import neutrality
from simstudy.analysis.oracle import oracle
from simstudy.analysis.penalties import penalties
from simstudy.analysis.root_n import RootN, root_n
from simstudy.analysis.support import support
from simstudy.analysis.tradeoff import Contender, tradeoff
from simstudy.analysis.training import training
from simstudy.analysis.uniformity import uniformity
from simstudy.analysis.weak_oracle import weak_oracle

__all__ = [
    "Contender",
    "LawDistances",
    "RootN",
    "Weighted",
    "activation",
    "best",
    "coefficients",
    "dispersion",
    "limit_law",
    "neutrality",
    "oracle",
    "penalties",
    "root_n",
    "support",
    "tradeoff",
    "training",
    "uniformity",
    "weak_oracle",
]
