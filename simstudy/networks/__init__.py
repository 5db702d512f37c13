"""Networks: do the statements of one layer carry over? Behind the extra `networks`; imports need nothing.

Numbers N1-N11 are those of the theory of networks. What trains loads JAX when it is called.
"""

from simstudy.networks.architectures import ARCHITECTURES
from simstudy.networks.estimands import excess_objective, scale_departure
from simstudy.networks.estimators import (
    network_double,
    network_fgsm,
    network_mle,
    network_penalized,
    network_untrained,
)
from simstudy.networks.fit import NetworkFit

__all__ = [
    "ARCHITECTURES",
    "NetworkFit",
    "excess_objective",
    "network_double",
    "network_fgsm",
    "network_mle",
    "network_penalized",
    "network_untrained",
    "scale_departure",
]
