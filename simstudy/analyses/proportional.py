"""Error and selection where p is comparable to n, beside the exact law (T20, T21) and the one that holds p fixed."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.joins import side_by_side, with_predictions
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, largest, measured, plain_number
from simstudy.measures import WHOLE
from simstudy.report.columns import estimate, failures, number, text, theory, where_known, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table

#: The law of the registry, and those of the limit theory with p fixed: T10 where p is large against n.
EXACT, FIXED_P = "proportional", ("T10", "law")
MEASURES = ("rmse", "true_positive_rate", "false_positive_rate")


def proportional(
    measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Error of the whole vector and selection, with the predictions of two laws.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and the truth.
    predictions : DataFrame, optional
        Columns of `theory.predictions.Prediction`.

    Returns
    -------
    DataFrame
        One row for each scenario and method: the scenario's columns, `ratio` = n/p, the counts, and for each measure
        its value, `_mcse`, `_predicted` by T20 with its `_mcse`; `rmse_fixed_p`, the RMSE by the law with p fixed.
    """
    exact = None if predictions is None else predictions[predictions["law"] == EXACT]
    rows = side_by_side(measures, scenarios, MEASURES, [WHOLE], exact)
    if predictions is None:
        return rows.assign(ratio=rows["n"] / rows["p"], rmse_fixed_p=float("nan"), rmse_fixed_p_mcse=float("nan"))
    fixed = predictions[predictions["law"].isin(FIXED_P)]
    fixed = fixed[fixed["quantity"] == "rmse"]
    fixed = fixed[(fixed["parameter"] == WHOLE) & fixed["reference"].isna()]
    rows = with_predictions(rows, fixed, ["scenario", "method"], "rmse_fixed_p")
    return rows.assign(ratio=rows["n"] / rows["p"])


def table(result: pd.DataFrame) -> Table:
    """One row for each scenario and method."""
    columns = (
        *where_varying(result, text("Family", "family")),
        number("n/p", "ratio", "$n/p$"),
        *where_varying(result, number("p", "p", "$p$"), number("s", "s", "$s$")),
        text("Method", "method"),
        estimate("Error", "rmse"),
        *where_known(result, theory("Exact law", "rmse_predicted", "rmse")),
        *where_known(result, theory("p fixed", "rmse_fixed_p", "rmse")),
        estimate("True positives", "true_positive_rate"),
        *where_known(result, theory("TPR, theory", "true_positive_rate_predicted", "true_positive_rate")),
        estimate("False positives", "false_positive_rate"),
        *where_known(result, theory("FPR, theory", "false_positive_rate_predicted", "false_positive_rate")),
        failures(),
    )
    notes = (
        replicates(result),
        "Error: root mean square of ||betahat - beta0||. True and false positives: shares of the nonzero and of the "
        "zero coefficients that are selected. Exact law: T20. p fixed: that of the limit theory at n (T10).",
        PARENTHESES,
        THEORY,
        FAILED,
    )
    return Table("proportional", "Error and selection at n/p fixed", columns, notes, result)


def sentence(result: pd.DataFrame) -> str:
    """How far each law is from the simulated error at worst."""
    known = result.dropna(subset=["rmse", "rmse_predicted"])
    if known.empty:
        return NOTHING
    exact = (known["rmse_predicted"] / known["rmse"] - 1.0).abs()
    row = largest(known, exact)
    off = measured(exact.max(), row["rmse_mcse"] / row["rmse"], " %", 100.0)
    said = (
        f"The exact law at n/p fixed gives the error within {off} in all {len(known)} cells "
        f"(worst for {row['method']}, {row['family']}, n/p = {row['ratio']:g})"
    )
    fixed = (known["rmse_fixed_p"] / known["rmse"] - 1.0).abs()
    if fixed.notna().any():
        said += f"; the law that holds p fixed is off by up to {plain_number(100.0 * fixed.max())} %"
    return f"{said}."


def figure(result: pd.DataFrame) -> Figure:
    """Error and selection against n/p, or against p where n/p is the same everywhere, next to the exact law."""
    quantities = (
        Quantity("rmse", "Error"),
        Quantity("true_positive_rate", "True positive rate"),
        Quantity("false_positive_rate", "False positive rate"),
    )
    groups = result.assign(group=result["family"])
    axis = Axis("ratio", "n/p", log=True) if result["ratio"].nunique() > 1 else Axis("p", "p (n/p the same)", log=True)
    return curves(groups, axis, quantities, ["group"])


@analysis("proportional", table=table, sentence=sentence, figure=figure, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Error and selection where p is comparable to n."""
    return proportional(results.measures, results.scenarios, results.predictions)
