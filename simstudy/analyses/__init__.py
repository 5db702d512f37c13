"""Questions of a study, answered by pure functions from frames to frames."""

from simstudy.analyses.activation import Weighted, activation
from simstudy.analyses.best import best
from simstudy.analyses.coefficients import coefficients
from simstudy.analyses.dispersion import dispersion
from simstudy.analyses.limit_law import LawDistances, limit_law
from simstudy.analyses.neutrality import neutrality
from simstudy.analyses.oracle import oracle
from simstudy.analyses.penalties import penalties
from simstudy.analyses.root_n import RootN, root_n
from simstudy.analyses.support import support
from simstudy.analyses.tradeoff import Contender, tradeoff
from simstudy.analyses.training import training
from simstudy.analyses.uniformity import uniformity
from simstudy.analyses.weak_oracle import weak_oracle

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
