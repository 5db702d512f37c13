"""Tables on how the penalty acts: by its form, by observation, and in a training loop."""

from __future__ import annotations

import pandas as pd

from simstudy.report.columns import bounds, estimate, failures, interval, number, text, theory
from simstudy.report.table import Table
from simstudy.report.tables import FAILED, PARENTHESES, replicates, where_known, where_varying


def penalties_table(result: pd.DataFrame) -> Table:
    """Sparsity and accuracy of each penalty: one row for each scenario and method."""
    words = {True: "yes", False: "no"}
    data = result.assign(sparse=result["is_sparse"].map(words), oracle=result["is_oracle"].map(words))
    columns = (
        text("Family", "family"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        estimate("Zeros found", "zeros"),
        estimate("P(exact support)", "exact_support"),
        interval("RMSE / oracle's [95 % CI]", "rmse_ratio"),
        text("Sparse", "sparse"),
        text("Oracle", "oracle"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Zeros found: share of the zero coefficients that are estimated as exactly zero.",
        "Sparse: any were. Oracle: the interval of the ratio of RMSEs on the same data sets lies below 1.1.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("penalties", "Sparsity and accuracy by penalty", columns, notes, data)


def activation_table(result: pd.DataFrame) -> Table:
    """Weight of the penalty on observations: one row for each scenario, method and interval of the margin."""
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        text("Margin", "margin"),
        number("Share", "share"),
        estimate("Weight", "weight"),
        *where_known(result, theory("kappa", "predicted", "weight", r"$\kappa$")),
        failures(),
    )
    notes = (
        f"{replicates(result)} Weight: derivative of an observation's loss in the penalty, |y − b'(η − s P)| inside "
        "the likelihood (T3) and 1 outside of it (T4).",
        "Margin: (2y − 1)η in the binomial family, minus the size of the residual elsewhere. Share: of observations.",
        "The mean over all observations tends to kappa inside the likelihood, which is what matching uses (T11).",
        PARENTHESES,
        FAILED,
    )
    return Table("activation", "Weight of the penalty on observations by their margin", columns, notes, result)


def training_table(result: pd.DataFrame) -> Table:
    """The training loop's end against the objective's minimiser: one row for each scenario and penalty."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Penalty", "penalty"),
        text("Loop", "method"),
        text("Minimiser", "reference"),
        estimate("Distance", "distance"),
        number("Largest", "largest"),
        estimate("Reached", "reached"),
        bounds("95 % CI", "reached"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Distance: mean over data sets of the largest difference of a coefficient, the intercept "
        "included. Reached: share of data sets on which it is at most 0.005.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("training", "End of the training loop against the minimiser of the objective", columns, notes, result)
