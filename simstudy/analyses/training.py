"""Where the adversarial-training loop ends, against the minimiser of the FGSM objective, by penalty (T3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from simstudy.analyses.joins import COUNTS
from simstudy.errors import InputError
from simstudy.measures.moments import mean
from simstudy.measures.proportion import proportion
from simstudy.verdicts.found import Found

#: Distance up to which the loop has reached the minimiser: it finds its own end to about three digits.
REACHED = 0.005


def training(results: Found, pairs: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Largest difference of a coefficient between the loop's estimate and the objective's minimiser.

    Parameters
    ----------
    results : Found
    pairs : sequence of (method, reference, penalty)
        The training loop, FGSM with the same penalty, and the penalty in words.

    Returns
    -------
    DataFrame
        One row for each scenario and pair with results: `scenario`, `scenario_key`, `family`, `n`, `method`,
        `reference`, `penalty`, `distance` (mean over data sets of the maximum norm) with MCSE, `largest`, `reached`
        (share of data sets with a distance up to 0.005) with MCSE and interval, and the counts of data sets on which
        both are usable.

    Raises
    ------
    InputError
        No two methods that belong together have results.
    """
    rows = []
    for truth in results.scenarios.itertuples():
        for pair in pairs:
            found = _row(results, str(truth.scenario_key), *pair)
            if found is not None:
                names = {"scenario": truth.scenario, "scenario_key": truth.scenario_key}
                rows.append({**names, "family": truth.family, "n": truth.n, **found})
    if not rows:
        raise InputError("training needs the results of a training loop and of FGSM with the same penalty")
    return pd.DataFrame(rows)


def _row(results: Found, key: str, method: str, reference: str, penalty: str) -> dict[str, Any] | None:
    first, second = results.sample(key, method), results.sample(key, reference)
    if first is None or second is None:
        return None
    attempted = len(np.intersect1d(first.attempted, second.attempted, assume_unique=True))
    both, left, right = np.intersect1d(first.usable, second.usable, assume_unique=True, return_indices=True)
    row: dict[str, Any] = {"method": method, "reference": reference, "penalty": penalty}
    usable = len(both)
    row |= dict(zip(COUNTS, (attempted, usable, attempted - usable, usable < attempted), strict=True))
    distances = np.abs(first.all_errors[left] - second.all_errors[right]).max(axis=1, keepdims=True)
    distance, reached = mean(distances), proportion(distances <= REACHED)
    row |= {"distance": distance.value[0], "distance_mcse": distance.mcse[0]}
    row |= {"largest": distances.max(initial=0.0), "reached": reached.value[0], "reached_mcse": reached.mcse[0]}
    return row | {"reached_lower": reached.lower[0], "reached_upper": reached.upper[0]}
