"""How strongly the penalty acts on each observation of a replicate, whose data are drawn again from the seed (T3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.estimators.capabilities import Placement
from simstudy.estimators.estimating_equation import penalty_total
from simstudy.families import family as family_named
from simstudy.runner.methods import ResolvedMethod
from simstudy.runner.replicate import data
from simstudy.sources.glm import Scenario

FloatArray = NDArray[np.float64]


def penalty_weights(
    seed: int, scenario: Scenario, method: ResolvedMethod, replicate: int, intercept: float, beta: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Margin and penalty weight of every observation at an estimate.

    The derivative of observation i's loss in P is its weight: |y_i - b'(eta_i - s_i P)| inside the likelihood (T3), and
    1 outside of it (T4).

    Parameters
    ----------
    seed : int
        The study's seed.
    scenario : Source
    method : ResolvedMethod
        Has a penalty.
    replicate : int
    intercept : float
        Zero in a model without one.
    beta : (p,) array

    Returns
    -------
    margin, weight : (n,) arrays
        The margin is (2 y - 1) eta, large for confident correct predictions, where responses are labels, and minus the
        size of the residual elsewhere.
    """
    X, y = data(seed, scenario, replicate)
    law = family_named(scenario.family)
    eta = intercept + X @ beta
    residual = y - law.mean(eta)
    margin = -np.abs(residual) if law.kinked else (2.0 * y - 1.0) * eta
    if method.entry.need("placement", "the weight of an observation") != Placement.INSIDE:
        return margin, np.ones_like(margin)
    penalty = method.arguments["penalty"]
    return margin, np.abs(y - law.mean(eta - np.sign(residual) * penalty_total(penalty, beta)))
