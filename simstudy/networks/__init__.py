"""Networks: do the statements of one layer carry over? Behind the extra `networks`; imports need nothing.

Numbers N1-N11 are those of the theory of networks. What trains loads JAX when it is called.
"""

from simstudy.networks.architectures import ARCHITECTURES
from simstudy.networks.descent import network_fgsm_descent, network_penalized_descent
from simstudy.networks.estimands import excess_objective, scale_departure
from simstudy.networks.estimators import (
    network_double,
    network_fgsm,
    network_mle,
    network_penalized,
    network_untrained,
)
from simstudy.networks.fit import NetworkFit
from simstudy.networks.robustness import boundary_distance, robust_error

__all__ = [
    "ARCHITECTURES",
    "NetworkFit",
    "boundary_distance",
    "excess_objective",
    "network_double",
    "network_fgsm",
    "network_fgsm_descent",
    "network_mle",
    "network_penalized",
    "network_penalized_descent",
    "network_untrained",
    "robust_error",
    "scale_departure",
]
