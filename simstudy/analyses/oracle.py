"""How close a method comes to the oracle MLE, and in which regime of lambda it is (T8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.intervals import covers, with_errors
from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_predictions, with_scenarios
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.selection import EXACT
from simstudy.analyses.sentences import NOTHING, listed, of_row, whole
from simstudy.measures import WHOLE
from simstudy.measures.moments import mean
from simstudy.report.columns import (
    best,
    estimate,
    failures,
    interval,
    number,
    text,
    theory,
    where_known,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table
from simstudy.verdicts.found import Found

#: RMSE over the oracle's up to which a method counts as as accurate, a scientific tolerance.
AS_ACCURATE = 1.1
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
    known = with_errors(sample)
    covered = covers(sample)[:, -len(support) :][:, support].mean(axis=1)
    exact = ((sample.beta_hat != 0.0) == support).all(axis=1)
    found = [mean(covered[chosen][:, np.newaxis]) for chosen in (known, known & exact)]
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


def table(result: pd.DataFrame) -> Table:
    """Error over that of the oracle MLE: one row for each scenario and method, n rising."""
    data = pd.concat([rows.sort_values("n") for _, rows in result.groupby(["group", "method"], sort=False)])
    columns = (
        text("Scenario", "group"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        *where_varying(data, text("Oracle", "reference")),
        number("√n λ", "root_n_lam", r"$\sqrt{n}\,\lambda$"),
        number("n^¼ λ", "fourth_root_n_lam", r"$n^{1/4}\lambda$"),
        best(interval("RMSE / oracle's [95 % CI]", "rmse_ratio"), "rmse_ratio", ["scenario", "reference"]),
        *where_known(data, theory("Theory", "rmse_ratio_predicted", "rmse_ratio")),
        estimate("P(exact support)", "exact_support"),
        *where_known(
            data,
            estimate("Coverage", "coverage"),
            estimate("Coverage, support found", "coverage_selected"),
        ),
        failures(),
    )
    notes = (
        f"{replicates(data)} Both methods see the same data sets.",
        "The support is found where √n λ grows. FGSM is then as accurate as the oracle if n^¼ λ vanishes too, "
        "penalised likelihood in any case (T8).",
        "Coverage: share of the nonzero coefficients in the method's own 95 % intervals; a coefficient that is set to "
        "zero is not covered.",
        PARENTHESES,
        THEORY,
        BEST,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("oracle", "Error relative to the oracle", columns, notes, data)


def sentence(frame: pd.DataFrame) -> str:
    """Which methods are as accurate as the oracle at the largest n, and the error of the one furthest from it."""
    known = frame.dropna(subset=["rmse_ratio"])
    if known.empty:
        return NOTHING
    last = known[known["n"] == known["n"].max()].sort_values("rmse_ratio")
    alike = last[last["rmse_ratio_upper"] < AS_ACCURATE]["method"]
    named = f"{listed(list(alike))} come" if len(set(alike)) > 1 else f"{listed(list(alike)) or 'no method'} comes"
    worst = last.iloc[-1]
    return (
        f"At n = {whole(worst['n'])} {named} within a tenth of the oracle's error; {worst['method']} has "
        f"{of_row(worst, 'rmse_ratio')} times it."
    )


def figure(result: pd.DataFrame) -> Figure:
    """RMSE over that of the oracle against n, and the share of replicates with the exact support."""
    ratio = Quantity("rmse_ratio", "RMSE / oracle's", line=1.0, log=True, shared=False)
    return curves(result, Axis("n", "n", log=True), (ratio, EXACT), ["group", "reference"])


@analysis(
    "oracle", table=table, sentence=sentence, figure=figure, needs=methods.lacks_oracle, pairs=methods.against_oracles
)
def frame(results: Results) -> pd.DataFrame:
    """Error relative to that of the oracle."""
    return oracle(results, methods.oracles(results.study), results.levels, results.limit_theory)
