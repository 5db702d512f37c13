"""The estimators by name: the function of each and what it needs, for config files and the runner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simstudy.estimators.fgsm import fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.mle import mle
from simstudy.estimators.oracle import oracle
from simstudy.estimators.penalized import penalized


@dataclass(frozen=True)
class Estimator:
    """An estimator's function and what it must be given besides the data."""

    fit: Callable[..., Fit]
    needs_penalty: bool = False
    needs_support: bool = False


ESTIMATORS: dict[str, Estimator] = {
    "mle": Estimator(mle),
    "oracle": Estimator(oracle, needs_support=True),
    "penalized": Estimator(penalized, needs_penalty=True),
    "fgsm": Estimator(fgsm, needs_penalty=True),
}
