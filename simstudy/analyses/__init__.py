"""The analyses of studies, one a file: numbers, table, sentence and figure; loading this folder registers them."""

from simstudy.analyses import (
    activation,
    best,
    coefficients,
    coverage,
    dispersion,
    limit_law,
    neutrality,
    oracle,
    penalties,
    performance,
    root_n,
    support,
    tradeoff,
    training,
    uniformity,
    weak_oracle,
)

__all__ = [
    "activation",
    "best",
    "coefficients",
    "coverage",
    "dispersion",
    "limit_law",
    "neutrality",
    "oracle",
    "penalties",
    "performance",
    "root_n",
    "support",
    "tradeoff",
    "training",
    "uniformity",
    "weak_oracle",
]
