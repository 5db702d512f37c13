"""Tables of what the theory predicts, without any simulation of data."""

from __future__ import annotations

import pandas as pd

from simstudy.report.columns import estimate, number, text
from simstudy.report.table import Table

EXACT = "Parentheses: standard error of the computation, – where there is none (quadrature)."
LAW = "RMSE and probabilities: law at this n around the pseudo-true parameter (T17), from simulated draws."


def constants_table(constants: pd.DataFrame) -> Table:
    """The constants of each scenario: one row for each coefficient.

    Parameters
    ----------
    constants : DataFrame
        Columns scenario, parameter, true, kappa, kappa_mcse, mean_sign, dispersion, information (the diagonal element),
        V and V_mcse.
    """
    columns = (
        text("Scenario", "scenario"),
        text("Coefficient", "parameter"),
        number("True value", "true"),
        estimate("kappa", "kappa", r"$\kappa$"),
        number("S", "mean_sign", "$S$"),
        number("phi", "dispersion", r"$\phi$"),
        number("I", "information", "$I_{jj}$"),
        estimate("V", "V", "$V_j$"),
    )
    notes = (
        "kappa = E|y - mu|, S = E[sign(y - mu)], I = E[b''(eta) x x'] (its diagonal; the CSV file has every column), "
        "V = E[sign(y - mu) b''(eta) x] (T5).",
        EXACT,
    )
    return Table("constants", "Constants of the limit laws", columns, notes, constants)


def predictions_table(predictions: pd.DataFrame) -> Table:
    """Predicted bias, RMSE and P(zero) of each coefficient, from the rows of `theory.predict`."""
    rows = predictions[predictions["reference"].isna() & (predictions["parameter"] != "all")]
    wanted = {"bias": ("bias", "T17"), "rmse": ("rmse", "law"), "zero": ("zero_probability", "law")}
    data = _wide(rows, ["scenario", "method", "parameter"], wanted)
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        text("Coefficient", "parameter"),
        estimate("Bias (T17)", "bias"),
        estimate("RMSE", "rmse"),
        estimate("P(zero)", "zero"),
    )
    return Table("predicted_coefficients", "Predicted accuracy of each coefficient", columns, (LAW, EXACT), data)


def predicted_selection_table(predictions: pd.DataFrame) -> Table:
    """Predicted error of the whole vector and selection of each method."""
    rows = predictions[predictions["reference"].isna() & (predictions["parameter"] == "all")]
    quantities = ("rmse", "exact_support", "false_positives", "false_negatives")
    data = _wide(rows, ["scenario", "method"], {name: (name, "law") for name in quantities})
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        estimate("RMSE", "rmse"),
        estimate("P(exact support)", "exact_support"),
        estimate("False positives", "false_positives"),
        estimate("False negatives", "false_negatives"),
    )
    return Table("predicted_selection", "Predicted error and selection", columns, (LAW, EXACT), data)


def extra_bias_table(predictions: pd.DataFrame) -> Table:
    """Predicted extra bias of each pair of methods, by T17 and by its leading term (T16, T8)."""
    rows = predictions[predictions["reference"].notna()]
    renamed = rows.assign(law=rows["law"].where(rows["law"] == "T17", "leading"))
    wanted = {"t17": ("bias_difference", "T17"), "leading": ("bias_difference", "leading")}
    data = _wide(renamed, ["scenario", "method", "reference", "parameter"], wanted)
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        text("minus", "reference"),
        text("Coefficient", "parameter"),
        estimate("T17", "t17"),
        estimate("Leading term", "leading"),
    )
    notes = ("Leading term for large n: T16 against matched penalised likelihood, T8 against the oracle.", EXACT)
    return Table("predicted_extra_bias", "Predicted extra bias of FGSM", columns, notes, data)


def laws_table(predictions: pd.DataFrame) -> Table:
    """What laws of the registry predict: one row for each measure of each component of an estimand."""
    columns = (
        text("Scenario", "scenario"),
        text("Method", "method"),
        text("Estimand", "parameter"),
        text("Measure", "quantity"),
        text("Law", "law"),
        estimate("Predicted", "predicted"),
    )
    return Table("predicted_by_laws", "Predictions of other laws", columns, (EXACT,), predictions)


def law_choice_table(rows: pd.DataFrame) -> Table:
    """Which law to trust, one row for each scenario."""
    columns = (
        text("Scenario", "scenario"),
        number("n", "n", "$n$"),
        number("p", "p", "$p$"),
        number("p/n", "p_over_n", "$p/n$"),
        text("Law", "law"),
        text("Why", "why"),
    )
    return Table("law_choice", "Which law to trust", columns, (), rows)


def best_table(rows: pd.DataFrame, what: str) -> Table:
    """Both estimators at their best levels, one row for each scenario."""
    columns = (
        text("Scenario", "scenario"),
        number("n", "n", "$n$"),
        number("p", "p", "$p$"),
        number("λ, FGSM", "fgsm_lam"),
        number("FGSM", "fgsm"),
        number("λ, penalised", "penalized_lam"),
        number("Penalised", "penalized"),
        number("Ratio", "ratio"),
    )
    notes = (
        f"Each estimator with the LASSO at the λ per observation at which its predicted {what} is smallest (T20, T21). "
        "Ratio: FGSM over penalised; below 1 the extra bias pays.",
    )
    return Table("best_levels", "The best level of each estimator", columns, notes, rows)


def _wide(rows: pd.DataFrame, keys: list[str], wanted: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """One row for each combination of `keys`, with a prediction and its MCSE for each name in `wanted`."""
    table = rows[keys].drop_duplicates()
    for name, (quantity, law) in wanted.items():
        chosen = rows[(rows["quantity"] == quantity) & (rows["law"] == law)]
        columns = {"predicted": name, "predicted_mcse": f"{name}_mcse"}
        table = table.merge(chosen[[*keys, *columns]].rename(columns=columns), on=keys, how="left")
    return table
