"""When every slope is estimated as zero: the largest useful lambda of the LASSO (T14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.errors import ConfigError, bad_value
from simstudy.estimators.capabilities import LevelScale
from simstudy.estimators.registry import estimator_named
from simstudy.families import FAMILIES
from simstudy.seeding import Stream, generator
from simstudy.sources.glm import Scenario
from simstudy.theory.shifts import Target

FloatArray = NDArray[np.float64]

#: Simulated data sets behind a probability.
DATASETS = 20_000


def largest_lam(X: FloatArray, y: FloatArray, family: str, estimator: str, fit_intercept: bool) -> float:
    """Smallest lam at which the LASSO estimates every slope as zero (T14).

    FGSM: max_j |X_j'e| / sum |e|. Penalised likelihood: max_j |X_j'e| / n. With an intercept e = y - mean(y), without
    one the errors y - b'(0) of the null model.

    Parameters
    ----------
    X, y : (n, p), (n,) float arrays
    family : str
        Any with an intercept; without one, one in which no error of the null model has the sign zero (gaussian,
        binomial).
    estimator : {"fgsm", "penalized"}
    fit_intercept : bool
    """
    e = y - (y.mean() if fit_intercept else FAMILIES[family].mean(np.zeros(1)))
    scaled = estimator_named(estimator).need("level_scale", "T14") == LevelScale.RESPONSE
    scale = len(y) if scaled else np.abs(e).sum()
    largest = float(np.abs(X.T @ e).max())
    return largest / float(scale) if scale > 0 else np.inf


def null_probability(scenario: Scenario, target: Target) -> tuple[float, float]:
    """P(betahat = 0) of the LASSO, and its standard error, from seeded data sets that no replicate uses (T14).

    Raises
    ------
    ConfigError
        The method is not a LASSO with equal weights, the family is not covered without an intercept, or the scenario's
        slopes are not zero, so that P(betahat = 0) is not the probability of the exact support.
    """
    estimator, penalty = target
    form = None if penalty is None else penalty.power_form()
    is_lasso = form is not None and form.power == 1.0 and form.square == 0.0
    if penalty is None or not is_lasso or np.ptp(penalty.multipliers(scenario.p)) > 0:
        raise ConfigError(bad_value("law", "T14", "used for fgsm or penalized with the lasso"))
    law = FAMILIES[scenario.family]
    if not scenario.has_intercept and law.kinked and not law.quadratic:
        raise ConfigError(bad_value("law", "T14", f"used with an intercept in the {scenario.family} family"))
    if scenario.s:
        raise ConfigError(bad_value("law", "T14", "used in a scenario whose slopes are all zero"))
    zeros = 0
    for k in range(DATASETS):
        X, y = scenario.sample(generator(0, scenario.key, Stream.LIMIT_LAW, k))
        zeros += penalty.lam >= largest_lam(X, y, scenario.family, estimator, scenario.has_intercept)
    share = zeros / DATASETS
    return share, float(np.sqrt(max(share * (1 - share), 1 / DATASETS) / DATASETS))
