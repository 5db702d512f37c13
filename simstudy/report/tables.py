"""The tables of a study: one function each, from an analysis's result to a `Table`."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import RootN
from simstudy.measures.numbers import MISSING
from simstudy.report.columns import best, bounds, estimate, failures, interval, number, p_value, text, theory
from simstudy.report.table import Column, Table

PARENTHESES = (
    f"Parentheses: Monte Carlo standard error (MCSE), {MISSING} where the replicates cannot tell it (all of them "
    "agree, or there is one)."
)
THEORY = "Theory without parentheses is exact or has an MCSE below a tenth of the simulated one."
BEST = (
    "Bold: the best method of its scenario, with those that 95 % intervals do not tell apart from it; none where that "
    "is all of them."
)
FAILED = (
    "Failed: fits without a usable result, of those attempted. An asterisk marks a row that is conditional on the "
    "fits that succeeded."
)


def root_n_table(result: RootN) -> Table:
    """Rate and constant of the error: one row for each group of scenarios that differ in n only, and method."""
    slopes = result.slopes
    columns = (
        text("Scenario", "group") if slopes.duplicated(["family", "method"]).any() else text("Family", "family"),
        text("Method", "method"),
        interval("Slope [95 % CI]", "slope"),
        *where_known(slopes, theory("Slope, theory", "predicted_slope", "slope")),
        p_value("Lack of fit p", "lack_of_fit_p", r"Lack of fit $p$"),
        number("Largest n", "n_largest", r"Largest $n$"),
        best(estimate("√n RMSE", "scaled", r"$\sqrt{n}\,$RMSE"), "scaled", ["group"]),
        *where_known(slopes, theory("√n RMSE, theory", "predicted_scaled", "scaled", r"$\sqrt{n}\,$RMSE, theory")),
        failures(),
    )
    sizes = sorted(result.points["n"].unique())
    notes = (
        f"{replicates(result.points)} n = {', '.join(map(str, sizes))}. RMSE is that of the whole vector of slopes.",
        "Slope of log RMSE on log n by weighted least squares: −0.5 is root-n convergence. A small p says that the "
        "points do not lie on one line. The theory's slope is fitted to the RMSE that it predicts at the same n.",
        PARENTHESES,
        THEORY,
        BEST,
        f"{FAILED} Counts are over all n.",
    )
    return Table("root_n", "Error against sample size: rate, and constant at the largest n", columns, notes, slopes)


def support_table(result: pd.DataFrame) -> Table:
    """Support recovery against n: one row for each scenario and method, the sample sizes of a method together."""
    data = pd.concat([rows.sort_values("n") for _, rows in result.groupby(["group", "method"], sort=False)])
    columns = (
        text("Scenario", "group"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        *where_varying(data, number("p", "p", "$p$"), number("s", "s", "$s$")),
        best(estimate("P(exact support)", "exact_support"), "exact_support", ["scenario"], largest=True),
        bounds("95 % CI", "exact_support"),
        *where_known(data, theory("Theory", "exact_support_predicted", "exact_support")),
        estimate("False positives", "false_positives"),
        *where_known(data, theory("FP, theory", "false_positives_predicted", "false_positives")),
        estimate("False negatives", "false_negatives"),
        *where_known(data, theory("FN, theory", "false_negatives_predicted", "false_negatives")),
        failures(),
    )
    fixed = [f"{name} = {data[name].iloc[0]}" for name in ("p", "s") if data[name].nunique() == 1]
    notes = (
        f"{replicates(data)} {', '.join(fixed)}{'.' if fixed else ''}".rstrip(),
        "False positives and negatives are mean numbers of coefficients. Brackets: Wilson interval.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("support", "Support recovery against sample size", columns, notes, data)


def neutrality_table(result: pd.DataFrame) -> Table:
    """Extra bias of FGSM against class balance: one row for each pair of methods, prevalence and coefficient."""
    columns = (
        text("Method", "method"),
        text("minus", "reference"),
        *where_varying(result, text("Family", "family"), number("n", "n", "$n$")),
        number("Prevalence", "prevalence"),
        text("Coefficient", "parameter"),
        number("True value", "true"),
        estimate("Bias difference", "difference"),
        *where_known(result, theory("T17", "t17", "difference")),
        *where_known(result, theory("Leading term", "leading", "difference")),
        failures(),
    )
    sizes = sorted(result["n"].unique())
    notes = (
        f"{replicates(result)} n = {', '.join(map(str, sizes))}. Both methods see the same data sets.",
        "Bias of the method minus bias of the one that it is compared with. T17: difference of the two pseudo-true "
        "parameters. Leading term for large n: T16 against matched penalised likelihood, T8 against the oracle.",
        PARENTHESES,
        THEORY,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("neutrality", "Extra bias of FGSM against class balance", columns, notes, result)


def coefficients_table(result: pd.DataFrame) -> Table:
    """Accuracy of each coefficient: one row for each scenario, method and coefficient."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Method", "method"),
        text("Coefficient", "parameter"),
        number("True value", "true"),
        estimate("Bias", "bias"),
        *where_known(result, theory("Limit law", "bias_predicted", "bias"), theory("T17", "bias_t17", "bias")),
        estimate("Empirical SE", "empirical_se"),
        *where_known(result, theory("SE, theory", "empirical_se_predicted", "empirical_se")),
        best(estimate("RMSE", "rmse"), "rmse", ["scenario", "parameter"]),
        *where_known(result, theory("RMSE, theory", "rmse_predicted", "rmse")),
        estimate("P(zero)", "zero_probability"),
        *where_known(result, theory("P(zero), theory", "zero_probability_predicted", "zero_probability")),
        failures(),
    )
    notes = (
        replicates(result),
        "Limit law: mean of the law at this n. T17: pseudo-true parameter minus the true one.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("coefficients", "Accuracy of each coefficient", columns, notes, result)


def replicates(rows: pd.DataFrame) -> str:
    """Sentence on the number of replicates."""
    fewest, most = rows["attempted"].min(), rows["attempted"].max()
    return f"R = {most} replicates." if fewest == most else f"R = {fewest} to {most} replicates."


def where_known(rows: pd.DataFrame, *columns: Column) -> list[Column]:
    """Columns that show a number in some row: theory does not cover everything."""
    return [column for column in columns if any(cell != MISSING for cell in column.cells(rows))]


def where_varying(rows: pd.DataFrame, *columns: Column) -> list[Column]:
    """Columns that tell rows apart."""
    return [column for column in columns if len(set(column.cells(rows))) > 1]
