"""Does the extra bias pay? FGSM and the penalised fit at their best levels over a plane of scenarios (T21)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from simstudy.errors import ConfigError, NoSolution, bad_value
from simstudy.penalties import Lasso, Penalty
from simstudy.sources.designs import Normal
from simstudy.sources.prevalence import intercept_for
from simstudy.theory.proportional.tuning import BestLevel, best_pair


def pays_map(
    family: str,
    ratios: Sequence[float],
    sparsities: Sequence[float],
    signals: Sequence[float],
    prevalences: Sequence[float | None] = (None,),
    sigma: float = 1.0,
    penalty: Penalty | None = None,
) -> pd.DataFrame:
    """Error of FGSM and of penalised likelihood, each at its best level, over a grid of scenarios.

    Parameters
    ----------
    family : {"gaussian", "binomial"}
    ratios : sequence of float
        n/p.
    sparsities : sequence of float
        Share of nonzero coefficients, in (0, 1]; half of them positive, all of one size.
    signals : sequence of float
        rho = Var(x'beta0), > 0.
    prevalences : sequence of float or None
        P(y = 1), which sets the intercept; None is a model without one.
    sigma : float
        Standard deviation of gaussian errors.
    penalty : Penalty, optional
        The kind of penalty; the LASSO by default.

    Returns
    -------
    DataFrame
        One row for each point: ratio, sparsity, signal, prevalence; for both estimators (`fgsm_`, `penalized_`) the
        best level on the scale c of T19, error, P, kappa, power, fdp, share of kinks and whether the level is at the
        edge of the search; `error_ratio`, FGSM over penalised; `message`, why a point has no numbers, else
        empty.

    Raises
    ------
    ConfigError
        A value that is not allowed.
    """
    kind = Lasso(1.0) if penalty is None else penalty
    points = itertools.product(ratios, sparsities, signals, prevalences)
    return pd.DataFrame([pays_point(family, *point, sigma, kind) for point in points])


def pays_point(
    family: str,
    ratio: float,
    sparsity: float,
    signal: float,
    prevalence: float | None,
    sigma: float,
    penalty: Penalty,
) -> dict[str, Any]:
    """One row of `pays_map`."""
    if not 0.0 < sparsity <= 1.0:
        raise ConfigError(bad_value("sparsity", sparsity, "in (0, 1]"))
    if not (math.isfinite(signal) and signal > 0.0):
        raise ConfigError(bad_value("signal", signal, "a finite number > 0"))
    size = math.sqrt(signal / sparsity)
    intercept = None if prevalence is None else intercept_for(prevalence, Normal(), (math.sqrt(signal),))
    row: dict[str, Any] = {
        "family": family, "ratio": ratio, "sparsity": sparsity, "signal": signal, "prevalence": prevalence,
    }  # fmt: skip
    prior = ((-size, 0.0, size), (sparsity / 2, 1.0 - sparsity, sparsity / 2))
    try:
        pair = best_pair(family, ratio, *prior, penalty, sigma, intercept)
    except NoSolution as error:
        return row | {"message": str(error)}
    row |= _columns("fgsm", pair.fgsm) | _columns("penalized", pair.penalized)
    return row | {"error_ratio": pair.ratio, "message": ""}


def _columns(name: str, best: BestLevel) -> dict[str, Any]:
    law = best.law
    values = {
        "level": best.level, "error": best.value, "P": law.P, "kappa": law.kappa, "power": law.power, "fdp": law.fdp,
        "kinks": law.kinks, "at_edge": best.at_edge,
    }  # fmt: skip
    return {f"{name}_{key}": value for key, value in values.items()}
