"""The estimators by name: the function of each and what it needs, for config files and the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simstudy.estimators.adaptive import PILOTS, fgsm_adaptive, penalized_adaptive
from simstudy.estimators.debiased import fgsm_debiased
from simstudy.estimators.fgsm import ATTACKS, fgsm
from simstudy.estimators.fit import Fit
from simstudy.estimators.mle import mle
from simstudy.estimators.oracle import oracle
from simstudy.estimators.penalized import penalized
from simstudy.estimators.training import fgsm_training


@dataclass(frozen=True)
class Interval:
    """Numbers above one value and up to another."""

    above: float
    top: float

    def holds(self, value: object) -> bool:
        """Whether a value is one of these numbers."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.above < value <= self.top


#: Allowed values of an option.
Allowed = tuple[str, ...] | Interval


@dataclass(frozen=True)
class Estimator:
    """An estimator's function, what it must be given besides the data, and what it can be given.

    Attributes
    ----------
    fit : callable
        ``fit(X, y, *, family, fit_intercept, ...) -> Fit``.
    needs_penalty, needs_support : bool
        Whether it takes ``penalty`` or ``support``.
    penalties : tuple of str
        Names of the penalties that it takes; empty for all.
    needs_bounded : bool
        Whether the penalty must be bounded.
    options : mapping
        Further keyword arguments that a study file may set, with their allowed values.
    """

    fit: Callable[..., Fit]
    needs_penalty: bool = False
    needs_support: bool = False
    penalties: tuple[str, ...] = ()
    needs_bounded: bool = False
    options: Mapping[str, Allowed] = field(default_factory=dict)


ATTACK: Mapping[str, Allowed] = {"attack": tuple(ATTACKS)}
PILOT: Mapping[str, Allowed] = {"pilot": PILOTS, "gamma": Interval(0.0, 100.0)}

ESTIMATORS: dict[str, Estimator] = {
    "mle": Estimator(mle),
    "oracle": Estimator(oracle, needs_support=True),
    "penalized": Estimator(penalized, needs_penalty=True),
    "fgsm": Estimator(fgsm, needs_penalty=True, options=ATTACK),
    "fgsm_debiased": Estimator(fgsm_debiased, needs_penalty=True, needs_bounded=True, options=ATTACK),
    "fgsm_training": Estimator(fgsm_training, needs_penalty=True),
    "penalized_adaptive": Estimator(penalized_adaptive, needs_penalty=True, penalties=("lasso",), options=PILOT),
    "fgsm_adaptive": Estimator(fgsm_adaptive, needs_penalty=True, penalties=("lasso",), options=PILOT),
}
