"""Questions of a study, answered from the measures frame: pure functions from frames to frames."""

from simstudy.analysis.coefficients import coefficients
from simstudy.analysis.neutrality import neutrality
from simstudy.analysis.root_n import RootN, root_n
from simstudy.analysis.support import support

__all__ = ["RootN", "coefficients", "neutrality", "root_n", "support"]
