"""The best level of a penalty without simulation: where a predicted criterion is smallest (T21)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import scipy

from simstudy.errors import ConfigError, NoSolution, bad_value
from simstudy.estimators.capabilities import Law
from simstudy.estimators.registry import estimator_with
from simstudy.penalties import Penalty
from simstudy.theory.proportional.model import Model, model_of
from simstudy.theory.proportional.prior import prior_of
from simstudy.theory.proportional.solution import ProportionalLaw
from simstudy.theory.proportional.solve import solve

Criterion = Callable[[ProportionalLaw], float]

#: ||betahat - beta0||^2.
ERROR: Criterion = attrgetter("error")

# Level at which a null lasso fit selects next to nothing, in units of E|g| / sqrt(ratio); the search starts there.
FIRST = 4.0
STEP = 2.0
# Levels tried downwards and upwards: to 1 / 16000 and 500 times the first.
DOWN, UP = 14, 9
# Levels beyond the best one after which a criterion with one minimum will not come down again.
PATIENCE = 3
# Precision of the level, relative; that of the minimum is its square.
PRECISION = 1e-4


@dataclass(frozen=True)
class BestLevel:
    """The level with the smallest predicted criterion.

    Attributes
    ----------
    level : float
        On the scale c of T19, precise to about 1e-4 of itself.
    value : float
        The criterion there.
    law : ProportionalLaw
    at_edge : bool
        Whether the criterion still falls at the end of the levels searched: the best fit is next to the null model
        (upper end) or to the MLE (lower end).
    """

    level: float
    value: float
    law: ProportionalLaw
    at_edge: bool


@dataclass(frozen=True)
class BestPair:
    """FGSM and penalised likelihood, each at its best level, and the ratio of their criteria, FGSM first."""

    fgsm: BestLevel
    penalized: BestLevel

    @property
    def ratio(self) -> float:
        """Below one where FGSM pays."""
        return self.fgsm.value / self.penalized.value


def best_level(
    family: str,
    ratio: float,
    prior_values: Sequence[float] | str,
    prior_weights: Sequence[float] | float,
    estimator: str,
    penalty: Penalty,
    sigma: float = 1.0,
    intercept: float | None = None,
    criterion: Criterion = ERROR,
) -> BestLevel:
    """Level that minimises a criterion of the exact law (T20, T21).

    Parameters
    ----------
    family, ratio, prior_values, prior_weights, sigma, intercept
        As in `proportional`.
    estimator : {"fgsm", "penalized"}
    penalty : Penalty
        Its kind; its lam is not read.
    criterion : function of a ProportionalLaw
        The error by default; ``lambda law: law.adversarial_error(0.5)`` or ``lambda law: law.prediction_risk()`` are
        others. Taken to have one minimum in the level.

    Returns
    -------
    BestLevel

    Raises
    ------
    NoSolution
        No level searched has a minimiser.
    ConfigError
        A value that is not allowed.
    """
    prior = prior_of(prior_values, prior_weights)
    model = _unit_model(model_of(family, ratio, prior, estimator, penalty, sigma, intercept), penalty)
    return _minimum(model, criterion)


def best_pair(
    family: str,
    ratio: float,
    prior_values: Sequence[float] | str,
    prior_weights: Sequence[float] | float,
    penalty: Penalty,
    sigma: float = 1.0,
    intercept: float | None = None,
    criterion: Criterion = ERROR,
) -> BestPair:
    """Both estimators at their best levels, and the ratio of the two minima; arguments and errors as `best_level`."""
    of = (
        best_level(family, ratio, prior_values, prior_weights, estimator, penalty, sigma, intercept, criterion)
        for estimator in (estimator_with(Law.FGSM), estimator_with(Law.PENALISED))
    )
    return BestPair(*of)


def _unit_model(model: Model, penalty: Penalty) -> Model:
    if model.is_free:
        raise ConfigError(bad_value("penalty", penalty, "one with lam > 0, whose kind is tuned"))
    return model.at_level(1.0 / penalty.lam)


def _minimum(model: Model, criterion: Criterion) -> BestLevel:
    laws: dict[float, ProportionalLaw] = {}

    def at(log_level: float) -> float:
        near = min(laws, key=lambda other: abs(other - log_level), default=None)
        try:
            law = solve(model.at_level(math.exp(log_level)), None if near is None else laws[near].y)
        except NoSolution:
            return math.inf
        laws[log_level] = law
        return criterion(law)

    grid = _search(at, _first(model))
    if not laws:
        raise NoSolution(f"no level has a minimiser at ratio n/p = {model.ratio:g} (T22)")
    best = min(grid, key=grid.__getitem__)
    at_edge = best in (min(grid), max(grid))
    if not at_edge:
        # The search between grid points interpolates, for which levels without a minimiser need a number.
        worst = max(value for value in grid.values() if math.isfinite(value))
        step = math.log(STEP)
        found = scipy.optimize.minimize_scalar(
            lambda x: min(at(x), worst + abs(worst)),
            bounds=(best - step, best + step),
            method="bounded",
            options={"xatol": PRECISION},
        )
        if found.fun < grid[best]:
            best, grid[found.x] = found.x, found.fun
    return BestLevel(math.exp(best), grid[best], laws[best], at_edge)


def _first(model: Model) -> float:
    """Logarithm of the level from which the search goes down and up."""
    level = FIRST / math.sqrt(model.ratio)
    return math.log(level if model.inside else level * solve(model.at_level(level)).kappa)


def _search(at: Callable[[float], float], first: float) -> dict[float, float]:
    """Criterion at levels from the first downwards, then upwards, each until it has long been rising."""
    values: dict[float, float] = {}
    for steps, direction in ((DOWN, -1), (UP, 1)):
        for k in range(steps):
            x = first + direction * k * math.log(STEP)
            values[x] = values[x] if x in values else at(x)
            best = min(values, key=values.__getitem__)
            risen = direction * (x - best) >= (PATIENCE - 0.5) * math.log(STEP)
            if (risen and math.isfinite(values[best])) or (direction < 0 and math.isinf(values[x])):
                break
    return values
