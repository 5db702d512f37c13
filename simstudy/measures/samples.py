"""Replicate rows stacked into arrays: one sample of estimates for every scenario and method."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.errors import InputError, unknown_name
from simstudy.measures.estimate import FloatArray
from simstudy.records import Status


@dataclass(frozen=True)
class Sample:
    """What one method did in one scenario.

    Parameters
    ----------
    scenario, scenario_key, method : str
        Where the estimates come from.
    beta_true : ndarray, shape (p,)
        True coefficients.
    attempted : ndarray of int, shape (A,)
        Replicates with a row, ascending.
    status : ndarray of str, shape (A,)
        Outcome of each attempted fit.
    usable : ndarray of int, shape (R,)
        Replicates with status `ok`, ascending.
    beta_hat : ndarray, shape (R, p)
        Estimates of the usable replicates.
    intercept_errors : ndarray, shape (R, 1), or (R, 0) where the model has no intercept
        Errors of the estimated intercept.
    standard_errors : ndarray, shape (R, q), or None
        The estimator's own, as the columns of `all_errors`; NaN where a fit has none, None where no fit has.
    """

    scenario: str
    scenario_key: str
    method: str
    beta_true: FloatArray
    attempted: NDArray[np.int64]
    status: NDArray[np.str_]
    usable: NDArray[np.int64]
    beta_hat: FloatArray
    intercept_errors: FloatArray
    standard_errors: FloatArray | None = None

    @property
    def errors(self) -> FloatArray:
        """Errors betahat - beta0 of the slopes, shape (R, p)."""
        return self.beta_hat - self.beta_true

    @property
    def all_errors(self) -> FloatArray:
        """Errors of the intercept, where there is one, and the slopes, shape (R, q)."""
        return np.hstack([self.intercept_errors, self.errors])

    @property
    def error_norms(self) -> FloatArray:
        """Euclidean norms of the slopes' errors (the intercept is left out), shape (R, 1)."""
        return np.asarray(np.linalg.norm(self.errors, axis=1, keepdims=True))

    @property
    def parameters(self) -> list[str]:
        """Names of the columns of `all_errors`: `intercept`, `beta_1`, ..., `beta_p`."""
        return ["intercept"] * self.intercept_errors.shape[1] + self.slopes

    @property
    def slopes(self) -> list[str]:
        """Names of the columns of `beta_hat`."""
        return [f"beta_{j}" for j in range(1, len(self.beta_true) + 1)]


def samples(replicates: pd.DataFrame, scenarios: pd.DataFrame) -> dict[tuple[str, str], Sample]:
    """Stack the replicate rows of every (scenario key, method), in the order of scenarios and of first appearance.

    Parameters
    ----------
    replicates : DataFrame
        Columns of `records.REPLICATE_SCHEMA`, in any order of rows.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`: the truth.

    Raises
    ------
    InputError
        A scenario key that `scenarios` does not have, or a replicate that occurs twice.
    """
    methods = list(dict.fromkeys(replicates["method"]))
    rows = replicates.groupby(["scenario_key", "method"], sort=False, observed=True).indices
    truths = {str(truth["scenario_key"]): truth for truth in scenarios.to_dict("records")}
    for key in dict.fromkeys(replicates["scenario_key"]):
        if key not in truths:
            raise InputError(unknown_name("scenario_key of a replicate", key, truths))
    return {
        (key, method): _sample(replicates.iloc[np.asarray(rows[key, method])], truth)
        for key, truth in truths.items()
        for method in methods
        if (key, method) in rows
    }


def _sample(rows: pd.DataFrame, truth: dict[Any, Any]) -> Sample:
    rows = rows.sort_values("replicate")
    method, attempted = str(rows["method"].iloc[0]), rows["replicate"].to_numpy(np.int64)
    twice = attempted[1:][attempted[1:] == attempted[:-1]]
    if twice.size:
        raise InputError(f"replicate {twice[0]} of {method} in scenario {truth['scenario']} occurs twice")
    usable = rows[(rows["status"] == Status.OK.value).to_numpy()]
    beta_true = np.asarray(truth["beta_true"], dtype=np.float64)
    if pd.isna(truth["intercept"]):
        intercept_errors = np.empty((len(usable), 0))
    else:
        intercept_errors = usable[["intercept_hat"]].to_numpy(np.float64) - float(truth["intercept"])
    return Sample(
        scenario=str(truth["scenario"]),
        scenario_key=str(truth["scenario_key"]),
        method=method,
        beta_true=beta_true,
        attempted=attempted,
        status=rows["status"].to_numpy(dtype=np.str_),
        usable=usable["replicate"].to_numpy(np.int64),
        beta_hat=_stacked(usable["beta_hat"], len(beta_true)),
        intercept_errors=intercept_errors,
        standard_errors=_standard_errors(usable, intercept_errors.shape[1], len(beta_true)),
    )


def _standard_errors(usable: pd.DataFrame, intercepts: int, p: int) -> FloatArray | None:
    """Standard errors (R, q) of usable rows; None where the method has not asked for them."""
    if "se_hat" not in usable or not usable["se_hat"].notna().any():
        return None
    slopes = [np.full(p, np.nan) if each is None else each for each in usable["se_hat"]]
    return np.hstack([usable[["intercept_se"] * intercepts].to_numpy(np.float64), _stacked(slopes, p)])


def _stacked(vectors: Iterable[FloatArray], p: int) -> FloatArray:
    parts = list(vectors)
    return np.concatenate(parts).astype(np.float64).reshape(-1, p) if parts else np.empty((0, p))
