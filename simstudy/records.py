"""What flows: the data of a replicate, and one row for every attempted (scenario, replicate, method)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Data:
    """One data set; ``X, y = data`` unpacks its training part.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Covariates, without a column of ones.
    y : ndarray, shape (n,)
        Responses.
    test : tuple (X, y), optional
        Fresh data of the same law, which no estimator is fitted to; estimands can be evaluated on them.
    """

    X: Any
    y: Any
    test: tuple[Any, Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter((self.X, self.y))


class Status(StrEnum):
    """Outcome of one fit; only OK is usable, every other value is a row all the same."""

    OK = "ok"
    NOT_CONVERGED = "not_converged"
    NO_MINIMISER = "no_minimiser"
    RANK_DEFICIENT = "rank_deficient"
    DEGENERATE_RESPONSE = "degenerate_response"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


#: Columns that describe the scenario in every replicate row; `prevalence` is null unless it was asked for,
#: `intercept` is null where the model has none.
SCENARIO_FIELDS = (
    pa.field("family", pa.string()),
    pa.field("n", pa.int64()),
    pa.field("p", pa.int64()),
    pa.field("s", pa.int64()),
    pa.field("design", pa.string()),
    pa.field("rho", pa.float64()),
    pa.field("sigma", pa.float64()),
    pa.field("intercept", pa.float64()),
    pa.field("prevalence", pa.float64()),
)

#: Columns that are null unless the method asks for standard errors; shards of earlier versions do not have them.
STANDARD_ERROR_FIELDS = (
    pa.field("intercept_se", pa.float64()),
    pa.field("se_hat", pa.list_(pa.float64())),
)

#: Schema of a replicate shard. `lam`, `intercept_hat`, `objective` and `kkt` are null where they do not exist; `lam` is
#: the level that was used, chosen from the data or not.
REPLICATE_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string()),
        pa.field("scenario", pa.string()),
        pa.field("scenario_key", pa.string()),
        pa.field("replicate", pa.int64()),
        pa.field("method", pa.string()),
        pa.field("status", pa.string()),
        pa.field("message", pa.string()),
        *SCENARIO_FIELDS,
        pa.field("lam", pa.float64()),
        pa.field("intercept_hat", pa.float64()),
        pa.field("beta_hat", pa.list_(pa.float64())),
        pa.field("objective", pa.float64()),
        pa.field("kkt", pa.float64()),
        pa.field("n_iter", pa.int64()),
        pa.field("seconds", pa.float64()),
        *STANDARD_ERROR_FIELDS,
    ]
)

#: Schema of scenarios.parquet: the truth. `prevalence_realised` is P(Y = 1) at the solved intercept (binomial).
SCENARIO_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string()),
        pa.field("scenario", pa.string()),
        pa.field("scenario_key", pa.string()),
        *SCENARIO_FIELDS,
        pa.field("prevalence_realised", pa.float64()),
        pa.field("beta_true", pa.list_(pa.float64())),
    ]
)


#: Estimand -> column of its estimates, where that is not its own name.
ESTIMATE_COLUMNS = {"beta": "beta_hat", "intercept": "intercept_hat"}
#: Estimand -> column of its standard errors, where that is not its own name with `_se`.
ERROR_COLUMNS = {"beta": "se_hat", "intercept": "intercept_se"}


def estimate_column(estimand: str) -> str:
    """Column of a replicate row that holds an estimand's values."""
    return ESTIMATE_COLUMNS.get(estimand, estimand)


def error_column(estimand: str) -> str:
    """Column of a replicate row that holds an estimator's own standard errors of an estimand."""
    return ERROR_COLUMNS.get(estimand, f"{estimand}_se")
