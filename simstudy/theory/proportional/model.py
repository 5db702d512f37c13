"""What an exact law at n/p fixed is asked for: the arguments of `proportional`, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simstudy.errors import ConfigError, bad_value
from simstudy.estimators.capabilities import Law, Placement
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families.outputs import OUTPUTS, Output, Truth
from simstudy.penalties import Lasso, Penalty
from simstudy.theory.proportional.prior import Prior

# Where the slope of a penalty is looked at to see whether it is a line.
PROBES = np.array([0.0, 1.0, 1e-3, 0.1, 0.7, 3.0, 20.0, 1e3])


#: Limit laws whose estimators minimise what T20 is derived for.
COVERED = (Law.FGSM, Law.PENALISED, Law.LIKELIHOOD)


@dataclass(frozen=True)
class Model:
    """One point of the plane: family, n/p, prior, estimator and level.

    Attributes
    ----------
    output : Output
        Output side of the family.
    ratio : float
        n/p.
    prior : Prior
    inside : bool
        Whether the penalty is inside the likelihood.
    absolute, quadratic : float
        P = absolute mean|w| + quadratic mean w^2 / 2.
    truth : Truth
        Variance of x'beta0, intercept (0 without one) and sigma.
    has_intercept : bool
    """

    output: Output
    ratio: float
    prior: Prior
    inside: bool
    absolute: float
    quadratic: float
    truth: Truth
    has_intercept: bool

    @property
    def is_free(self) -> bool:
        """Whether nothing is penalised."""
        return self.absolute == 0.0 and self.quadratic == 0.0

    def at_level(self, factor: float) -> Model:
        """The same with the penalty times `factor`."""
        return replace(self, absolute=factor * self.absolute, quadratic=factor * self.quadratic)

    def eased(self, factor: float) -> Model:
        """A model whose fit is shorter: ratio and level times `factor`."""
        return replace(self.at_level(factor), ratio=factor * self.ratio)


def penalty_slopes(penalty: Penalty) -> tuple[float, float]:
    """(absolute, quadratic) of p(t) = absolute t + quadratic t^2 / 2, on the scale c of T19.

    Raises
    ------
    ConfigError
        The penalty is not of this form, so that T20 does not hold for it, or its coordinates are weighted.
    """
    if getattr(penalty, "weights", None) is not None:
        raise ConfigError(bad_value("penalty", penalty, "without weights: T20 treats all coordinates alike"))
    slopes = replace(penalty, lam=1.0).slope(PROBES)
    start, rise = slopes[0], slopes[1] - slopes[0]
    if not (np.isfinite(slopes).all() and np.allclose(slopes, start + rise * PROBES, rtol=1e-9, atol=1e-12)):
        allowed = "separable and convex with p(t) = a t + b t^2 (lasso, elastic net, lr with r = 2)"
        raise ConfigError(bad_value("penalty", penalty, allowed + ": T20 is derived for convex penalties"))
    return float(penalty.lam * start), float(penalty.lam * rise)


def placement_of(estimator: str) -> Placement:
    """Where an estimator has its penalty.

    Raises
    ------
    ConfigError
        It is unknown, or not the minimiser of T3, T4 or the likelihood, which T20 is derived for.
    """
    entry = ESTIMATORS[estimator]
    if entry.placement is None or entry.law not in COVERED:
        allowed = ", ".join(name for name, each in ESTIMATORS.items() if each.law in COVERED)
        raise ConfigError(bad_value("estimator", estimator, allowed))
    return entry.placement


def model_of(
    family: str,
    ratio: float,
    prior: Prior,
    estimator: str,
    penalty: Penalty | None,
    sigma: float,
    intercept: float | None,
) -> Model:
    """Model of the arguments of `proportional`.

    Raises
    ------
    ConfigError
        An unknown family or estimator, a ratio or sigma that is not positive, a penalty where there can be none or
        none where there must be one, or one that T20 does not cover.
    """
    output, placement = OUTPUTS[family], placement_of(estimator)
    for name, value in (("ratio", ratio), ("sigma", sigma)):
        if not (np.isfinite(value) and value > 0.0):
            raise ConfigError(bad_value(name, value, "a finite number > 0"))
    if intercept is not None and not np.isfinite(intercept):
        raise ConfigError(bad_value("intercept", intercept, "None or a finite number"))
    if (placement is Placement.NONE) != (penalty is None):
        allowed = "None" if placement is Placement.NONE else "a penalty"
        raise ConfigError(bad_value("penalty", penalty, f"{allowed} for estimator {estimator!r}"))
    absolute, quadratic = penalty_slopes(penalty or Lasso(0.0))
    truth = Truth(prior.rho, intercept or 0.0, sigma)
    inside = placement is Placement.INSIDE and (absolute > 0.0 or quadratic > 0.0)
    return Model(output, float(ratio), prior, inside, absolute, quadratic, truth, intercept is not None)
