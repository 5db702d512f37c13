"""The estimators by name: what each needs, for config files and the runner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EstimatorSpec:
    """What an estimator must be given besides the data."""

    needs_penalty: bool
    needs_support: bool = False


ESTIMATOR_NAMES: dict[str, EstimatorSpec] = {
    "mle": EstimatorSpec(needs_penalty=False),
    "oracle": EstimatorSpec(needs_penalty=False, needs_support=True),
    "penalized": EstimatorSpec(needs_penalty=True),
    "fgsm": EstimatorSpec(needs_penalty=True),
}
