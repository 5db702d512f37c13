"""How close a method comes to the oracle MLE, and in which regime of lambda it is (T8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_predictions, with_scenarios
from simstudy.measures import WHOLE
from simstudy.measures.estimate import Z_95
from simstudy.measures.moments import mean
from simstudy.verdicts.found import Found

COVERAGE = ["coverage", "coverage_mcse", "coverage_selected", "coverage_selected_mcse"]


def oracle(
    results: Found,
    oracles: Sequence[str],
    levels: Mapping[tuple[str, str], float],
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """RMSE over that of the oracle MLE on the same data, next to selection and the scale of lambda.

    Parameters
    ----------
    results : Found
        With the contrasts of the methods with the oracles.
    oracles : sequence of str
        Names of the methods that know the support.
    levels : mapping of (scenario, method) to float
        Lambda of each method; methods that have none are left out.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse; `rmse` of the whole is used.

    Returns
    -------
    DataFrame
        One row for each scenario, method and oracle: the scenario's columns, `group`, `rmse_ratio` with MCSE, interval
        and prediction (ratio of the two predicted RMSEs), `exact_support` with its MCSE, `lam`, `root_n_lam` =
        sqrt(n) lam, which must grow for the support, and `fourth_root_n_lam` = n^(1/4) lam, which must vanish for
        FGSM to be oracle (T8); `coverage` of the nonzero coefficients by the method's own 95 % intervals, averaged over
        them, and `coverage_selected`, the same over the replicates that select the right support, each with its MCSE
        (NaN without standard errors); the counts of replicates usable for both.
    """
    measures, scenarios = results.measures, results.scenarios
    chosen = measures["reference"].isin(list(oracles)) & (measures["measure"] == "rmse_ratio")
    rows = measures[chosen & (measures["parameter"] == WHOLE)]
    rows = rows[[pair in levels for pair in zip(rows["scenario"], rows["method"], strict=True)]]
    table = with_scenarios(rows, scenarios).rename(columns={"value": "rmse_ratio"})
    table = table.rename(columns={part: f"rmse_ratio_{part}" for part in ("mcse", "lower", "upper")})
    exact = measures[measures["measure"] == "exact_support"].rename(
        columns={"value": "exact_support", "mcse": "exact_support_mcse"}
    )
    keys = ["scenario", "method"]
    table = table.merge(exact[[*keys, "exact_support", "exact_support_mcse"]], on=keys)
    table["lam"] = [levels[pair] for pair in zip(table["scenario"], table["method"], strict=True)]
    table["root_n_lam"] = np.sqrt(table["n"]) * table["lam"]
    table["fourth_root_n_lam"] = table["n"] ** 0.25 * table["lam"]
    table["group"] = table["scenario"].map(sample_size_groups(scenarios))
    pairs = zip(table["scenario_key"], table["method"], strict=True)
    covered = pd.DataFrame([_coverage(results, key, method) for key, method in pairs], columns=COVERAGE)
    table = pd.concat([table.reset_index(drop=True), covered], axis=1)
    ratio = ["rmse_ratio", "rmse_ratio_mcse", "rmse_ratio_lower", "rmse_ratio_upper"]
    laws = ["rmse_ratio_predicted", "rmse_ratio_predicted_mcse"]
    columns = ["scenario", "group", "method", "reference", *SCENARIO_COLUMNS, *ratio, *laws, "exact_support"]
    columns += ["exact_support_mcse", "lam", "root_n_lam", "fourth_root_n_lam", *COVERAGE, *COUNTS]
    return _with_ratio(table, predictions)[columns].reset_index(drop=True)


def _coverage(results: Found, key: str, method: str) -> list[float]:
    """Mean coverage of the nonzero coefficients, over all replicates and over those with the right support."""
    sample = results.sample(key, method)
    if sample is None or sample.standard_errors is None:
        return [np.nan] * len(COVERAGE)
    support = sample.beta_true != 0.0
    known = np.isfinite(sample.standard_errors).all(axis=1)
    slopes = sample.standard_errors[:, -len(support) :]
    covers = (np.abs(sample.errors) <= Z_95 * slopes)[:, support].mean(axis=1)
    exact = ((sample.beta_hat != 0.0) == support).all(axis=1)
    found = [mean(covers[chosen][:, np.newaxis]) for chosen in (known, known & exact)]
    return [float(number[0]) for each in found for number in (each.value, each.mcse)]


def _with_ratio(table: pd.DataFrame, predictions: pd.DataFrame | None) -> pd.DataFrame:
    """The ratio of the predicted RMSEs; their errors are added as if independent, which is more than they are."""
    if predictions is not None:
        whole = (predictions["quantity"] == "rmse") & (predictions["parameter"] == WHOLE)
        predictions = predictions[whole & predictions["reference"].isna()].drop(columns="reference")
    table = with_predictions(table, predictions, ["scenario", "method"], "own")
    if predictions is not None:
        predictions = predictions.rename(columns={"method": "reference"})
    table = with_predictions(table, predictions, ["scenario", "reference"], "oracle")
    ratio = table["own"] / table["oracle"]
    relative = np.hypot(table["own_mcse"] / table["own"], table["oracle_mcse"] / table["oracle"])
    return table.assign(rmse_ratio_predicted=ratio, rmse_ratio_predicted_mcse=ratio * relative)
