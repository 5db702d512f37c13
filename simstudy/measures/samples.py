"""Replicate rows stacked into arrays: one sample of estimates for every scenario and method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.measures.cells import Cells, cells
from simstudy.measures.columns import Column
from simstudy.measures.estimate import FloatArray


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
    sorted_rows = cells(replicates, scenarios)
    ends = np.cumsum(sorted_rows.attempted)
    has_truth = sorted_rows.known("beta")[sorted_rows.scenario]
    return {
        (sample.scenario_key, sample.method): sample
        for sample in (
            _sample(sorted_rows, int(cell), np.arange(ends[cell] - sorted_rows.attempted[cell], ends[cell]))
            for cell in np.flatnonzero(has_truth)
        )
    }


def _sample(of: Cells, cell: int, rows: NDArray[np.int64]) -> Sample:
    scenario, usable = of.scenario[cell], rows[of.ok[rows]]
    truth = of.scenarios.iloc[int(scenario)]
    beta_true = _truth(of, "beta", scenario)
    intercept = _truth(of, "intercept", scenario)
    return Sample(
        scenario=str(truth["scenario"]),
        scenario_key=str(truth["scenario_key"]),
        method=of.methods[of.method[cell]],
        beta_true=beta_true,
        attempted=of.replicate[rows],
        status=of.status[rows],
        usable=of.replicate[usable],
        beta_hat=_filled(of.values["beta"], usable, len(beta_true)),
        intercept_errors=_filled(of.values["intercept"], usable, 1) - intercept
        if len(intercept)
        else np.empty((len(usable), 0)),
        standard_errors=_standard_errors(of, usable, len(intercept), len(beta_true)),
    )


def _truth(of: Cells, estimand: str, scenario: int) -> FloatArray:
    """True values of an estimand, shape (k,); k = 0 where the scenario has none."""
    column = of.truth.get(estimand)
    if column is None:
        return np.empty(0)
    start = column.start[scenario]
    return column.flat[start : start + column.length[scenario]]


def _standard_errors(of: Cells, usable: NDArray[np.int64], intercepts: int, p: int) -> FloatArray | None:
    """Standard errors (R, q) of usable rows; None where the method has not asked for them."""
    slopes = of.standard_errors.get("beta")
    if slopes is None or not slopes.length[usable].any():
        return None
    parts = [_filled(slopes, usable, p)]
    if intercepts:
        parts.insert(0, _filled(of.standard_errors["intercept"], usable, 1))
    return np.hstack(parts)


def _filled(column: Column, rows: NDArray[np.int64], size: int) -> FloatArray:
    """Values of `rows`, shape (R, size), NaN in a row without."""
    filled = np.full((len(rows), size), np.nan)
    there = column.length[rows] == size
    if size and there.any():
        filled[there] = column.take(rows[np.newaxis, there], size)[:, 0]
    return filled
