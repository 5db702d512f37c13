"""95 % intervals of the fits' own standard errors: which cover the truth, and how far from it they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.measures.estimate import Z_95
from simstudy.measures.samples import Sample
from simstudy.verdicts.found import Found


def with_errors(sample: Sample) -> NDArray[np.bool_]:
    """Which usable replicates have a standard error of every parameter, (usable,)."""
    if sample.standard_errors is None:
        return np.zeros(len(sample.usable), dtype=np.bool_)
    return np.asarray(np.isfinite(sample.standard_errors).all(axis=1))


def covers(sample: Sample) -> NDArray[np.bool_]:
    """Whether the interval of each parameter covers the truth, (usable, q); False without a standard error."""
    if sample.standard_errors is None:
        return np.zeros(sample.all_errors.shape, dtype=np.bool_)
    return np.asarray(np.abs(sample.all_errors) <= Z_95 * sample.standard_errors)


def ranked_intervals(results: Found, methods: Sequence[str], parameter: str) -> pd.DataFrame:
    """Every 95 % interval of one coefficient, ranked by how far it is from the truth: the rows of a zip plot.

    Parameters
    ----------
    results : Found
    methods : sequence of str
    parameter : str
        ``beta_1``, ... or ``intercept``.

    Returns
    -------
    DataFrame
        One row for each replicate that has a standard error: `scenario`, `n`, `family`, `method`, `lower` and `upper`
        (of betahat - beta0), `covers`, and `centile`, the rank of |betahat - beta0| / se among its cell's, in (0, 100].
    """
    frames = []
    for truth in results.scenarios.to_dict("records"):
        for method in methods:
            sample = results.sample(str(truth["scenario_key"]), method)
            if sample is None or sample.standard_errors is None or parameter not in sample.parameters:
                continue
            where = {key: truth[key] for key in ("scenario", "family", "n", "prevalence")} | {"method": method}
            frames.append(pd.DataFrame(where | _ranked(sample, sample.parameters.index(parameter))))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _ranked(sample: Sample, j: int) -> dict[str, Any]:
    spread = np.empty(0) if sample.standard_errors is None else sample.standard_errors[:, j]
    known = np.isfinite(spread)
    error, half = sample.all_errors[known, j], Z_95 * spread[known]
    # An estimate of exactly zero has a standard error of zero; it is infinitely far from any other truth.
    far = np.divide(np.abs(error), half, out=np.where(error == 0, 0.0, np.inf), where=half > 0)
    order = np.argsort(far, kind="stable")
    error, half, far = error[order], half[order], far[order]
    centile = 100.0 * (np.arange(len(far)) + 1) / max(1, len(far))
    return {"lower": error - half, "upper": error + half, "covers": far <= 1.0, "centile": centile}
