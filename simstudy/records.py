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


#: Columns that describe a glm scenario in every replicate row; `prevalence` is null unless it was asked for,
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

#: Columns of every replicate row: which fit it is and how it ended.
ID_FIELDS = (
    pa.field("study", pa.string()),
    pa.field("scenario", pa.string()),
    pa.field("scenario_key", pa.string()),
    pa.field("group_key", pa.string()),
    pa.field("replicate", pa.int64()),
    pa.field("method", pa.string()),
    pa.field("status", pa.string()),
    pa.field("message", pa.string()),
)

#: Columns of every replicate row that tell how the fit was found; null where they do not exist.
FIT_FIELDS = (
    pa.field("lam", pa.float64()),
    pa.field("objective", pa.float64()),
    pa.field("kkt", pa.float64()),
    pa.field("n_iter", pa.int64()),
    pa.field("seconds", pa.float64()),
)

#: Columns of scenarios.parquet before and after those that describe the source.
TRUTH_FIELDS = (
    pa.field("study", pa.string()),
    pa.field("scenario", pa.string()),
    pa.field("scenario_key", pa.string()),
    pa.field("group_key", pa.string()),
)
DEFINITION_FIELDS = (
    pa.field("prevalence_realised", pa.float64()),
    pa.field("beta_true", pa.list_(pa.float64())),
    pa.field("truth", pa.string()),
    pa.field("definition", pa.string()),
)

#: Column -> what it holds, for the parquet metadata and the codebook.
DESCRIPTIONS = {
    "study": "name of the study",
    "scenario": "label of the scenario, the data-generating mechanism",
    "scenario_key": "hash of the scenario's definition; the random streams depend on it",
    "group_key": "hash of the scenario's definition without n: equal for scenarios that differ in n only",
    "replicate": "index of the data set, from 0; all methods of a scenario share it",
    "method": "name of the method in the study file",
    "status": "how the fit ended; only ok is usable",
    "message": "the status in words",
    "source": "name of the source",
    "family": "response family",
    "n": "number of observations",
    "p": "number of coefficients, the intercept not counted",
    "s": "number of nonzero coefficients, the intercept not counted",
    "design": "law of the covariates",
    "rho": "correlation parameter of the design",
    "sigma": "scale of the gaussian errors",
    "intercept": "true intercept; null in a model without one",
    "prevalence": "P(Y = 1) that the intercept was solved from; null where the intercept was given",
    "prevalence_realised": "P(Y = 1) at the true intercept (binomial)",
    "beta_true": "true coefficients",
    "truth": "true values as JSON: estimand -> number or vector",
    "definition": "the scenario as a table of a study file, in JSON",
    "lam": "penalty level that was used, chosen from the data or not; null without a penalty",
    "objective": "value of the objective at the estimate",
    "kkt": "optimality residual of the fit, dimensionless; at most 1e-7 where the status is ok",
    "n_iter": "steps of the solver",
    "seconds": "wall time of the fit, without compilation",
    "beta_hat": "estimated coefficients",
    "intercept_hat": "estimated intercept; null in a model without one",
    "se_hat": "the estimator's own standard errors of the coefficients",
    "intercept_se": "the estimator's own standard error of the intercept",
}

#: Key of a parquet field's metadata that holds its description, and of the one that says what the column is.
DESCRIPTION, ROLE = b"description", b"role"
#: Role of a column of an estimand or of its standard errors.
ESTIMAND = b"estimand"


def described(field: pa.Field, role: bytes = b"", description: str = "") -> pa.Field:
    """A field with its description, and its role where it has one, in its metadata."""
    metadata = {DESCRIPTION: (description or DESCRIPTIONS.get(field.name, field.name)).encode()}
    return field.with_metadata({**metadata, ROLE: role} if role else metadata)


#: Ending of a column of estimates, and of one of an estimator's own standard errors; the true value of an estimand, or
#: a parameter of its source, has the plain name.
HAT, SE = "_hat", "_se"

#: Columns that hold a vector also where no row has one.
VECTOR_COLUMNS = ("beta_hat", "se_hat")

#: Columns of the estimates of a GLM; the standard errors are null unless the method asks for them.
GLM_FIELDS = (
    pa.field("intercept_hat", pa.float64()),
    pa.field("beta_hat", pa.list_(pa.float64())),
    pa.field("intercept_se", pa.float64()),
    pa.field("se_hat", pa.list_(pa.float64())),
)

#: Schema of the rows of a glm scenario. Other sources have columns of their own in place of SCENARIO_FIELDS, other
#: estimators other columns of estimands than GLM_FIELDS, and rows of version 0.1.0 have no group_key.
REPLICATE_SCHEMA = pa.schema([*ID_FIELDS, *SCENARIO_FIELDS, *FIT_FIELDS, *GLM_FIELDS])

#: Schema of scenarios.parquet where all scenarios are glm.
SCENARIO_SCHEMA = pa.schema([*TRUTH_FIELDS, *SCENARIO_FIELDS, *DEFINITION_FIELDS])


def estimate_column(estimand: str) -> str:
    """Column of a replicate row that holds what an estimator returns as its estimate."""
    return f"{estimand}{HAT}"


def error_column(estimand: str) -> str:
    """Column of a replicate row that holds an estimator's own standard errors of an estimand."""
    return "se_hat" if estimand == "beta" else f"{estimand}{SE}"


def estimand_of(column: str) -> str:
    """Estimand of a column of estimates, or of evaluated values, which has its name."""
    return column.removesuffix(HAT)
