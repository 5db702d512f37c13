"""The replicate record: one row for every attempted (scenario, replicate, method)."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa


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
