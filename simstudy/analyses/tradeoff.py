"""Does FGSM's extra bias pay? Its error against penalised likelihood, matched and each at its best lambda (T16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import COUNTS, SCENARIO_COLUMNS, with_scenarios
from simstudy.analyses.methods import Contender
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, place, relative
from simstudy.errors import InputError
from simstudy.measures import WHOLE
from simstudy.report.columns import (
    estimate,
    failures,
    interval,
    number,
    text,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table


def tradeoff(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    matched: Sequence[tuple[str, str]],
    contenders: Sequence[Contender],
) -> pd.DataFrame:
    """Ratio and difference of errors over prevalence, on the same data.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns with the contrasts that are asked for, and columns of
        `records.SCENARIO_SCHEMA`.
    matched : sequence of (method, reference)
        Pairs at matched lambda.
    contenders : sequence of Contender
        Compared at the lambda at which each has the smallest RMSE in the scenario. It is chosen on the replicates that
        it is judged on; with lambdas whose errors differ by more than their MCSEs this does not matter.

    Returns
    -------
    DataFrame
        One row for each scenario and comparison: `comparison` (matched, or best and the contender's name), `method`,
        `reference`, the scenario's columns, `prevalence` (as realised where none was asked for), `rmse_ratio` and
        `mse_difference` of the whole vector, each with MCSE and interval, the counts, and `_plain`, whether the method
        is FGSM itself at its best lambda.

    Raises
    ------
    InputError
        The measures hold no contrast of a pair.
    """
    rows: list[dict[str, Any]] = []
    for key in dict.fromkeys(measures["scenario_key"]):
        own = measures[(measures["scenario_key"] == key) & (measures["parameter"] == WHOLE)]
        rows += [{**_row(own, "matched", *pair), "_plain": False} for pair in matched]
        for each in contenders:
            best = [_best(own, names) for names in (each.methods, each.references)]
            rows.append({**_row(own, f"best {each.name}", *best), "_plain": each.is_plain})
    table = with_scenarios(pd.DataFrame(rows), scenarios)
    realised = scenarios.set_index("scenario_key")["prevalence_realised"]
    table["prevalence"] = table["prevalence"].fillna(table["scenario_key"].map(realised))
    parts = ["", "_mcse", "_lower", "_upper"]
    numbers = [f"{name}{part}" for name in ("rmse_ratio", "mse_difference") for part in parts]
    columns = ["scenario", "comparison", "method", "reference", *SCENARIO_COLUMNS, *numbers, *COUNTS, "_plain"]
    return table[columns]


def _best(own: pd.DataFrame, names: Sequence[str]) -> str:
    errors = own[own["reference"].isna() & (own["measure"] == "rmse") & own["method"].isin(list(names))]
    if errors["value"].isna().all():
        raise InputError(f"no usable results of {', '.join(names)}")
    return str(errors.sort_values("value", kind="stable")["method"].iloc[0])


def _row(own: pd.DataFrame, comparison: str, method: str, reference: str) -> dict[str, Any]:
    pair = own[(own["method"] == method) & (own["reference"] == reference)]
    found: dict[str, Any] = {"comparison": comparison}
    for measure in ("rmse_ratio", "mse_difference"):
        row = pair[pair["measure"] == measure]
        if row.empty:
            raise InputError(f"measures hold no contrast of {method} with {reference}: summarise with this pair")
        first = row.iloc[0]
        found |= {name: first[name] for name in ("scenario", "scenario_key", "method", "reference", *COUNTS)}
        found |= {measure: first["value"], **{f"{measure}_{part}": first[part] for part in ("mcse", "lower", "upper")}}
    return found


def table(result: pd.DataFrame) -> Table:
    """FGSM's error against penalised likelihood: one row for each prevalence and comparison."""
    columns = (
        *where_varying(result, text("Family", "family"), number("n", "n", "$n$")),
        number("Prevalence", "prevalence"),
        text("Comparison", "comparison"),
        text("Method", "method"),
        text("against", "reference"),
        interval("RMSE ratio [95 % CI]", "rmse_ratio"),
        estimate("MSE difference", "mse_difference"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Below 1 the method is more accurate than what it stands against, on the same data sets.",
        "Matched: the penalised method has kappa times FGSM's λ (T11). Best: each at the λ of the study with the "
        "smallest RMSE in the scenario, chosen on the same replicates.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("tradeoff", "Error of FGSM against penalised likelihood", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """Which side wins with each at its best lambda, or else matched, and by how much at most."""
    known = frame.dropna(subset=["rmse_ratio"])
    if known.empty:
        return NOTHING
    best = known[known["_plain"]]
    if len(best):
        return _wins(best, "With each at its best λ")
    matched = known[known["comparison"] == "matched"]
    return _wins(matched, "With matched λ") if len(matched) else ""


def _wins(rows: pd.DataFrame, how: str) -> str:
    """Which side has the smaller error wherever the two can be told apart, and the extreme ratios."""
    better, worse = int((rows["rmse_ratio_upper"] < 1.0).sum()), int((rows["rmse_ratio_lower"] > 1.0).sum())
    verdicts = {(True, False): "FGSM wins", (False, True): "penalised likelihood wins", (True, True): "it depends"}
    winner = verdicts.get((better > 0, worse > 0), "neither side wins")
    ends = rows.sort_values("rmse_ratio").iloc[[0, -1]]
    said = [f"{relative(row, 'rmse_ratio')} ({place(row, 'method', 'prevalence')})" for _, row in ends.iterrows()]
    if len(rows) == 1:
        return f"{how}, {winner}: next to that of penalised likelihood FGSM's error is {said[0]}."
    return (
        f"{how}, {winner}: FGSM's error is smaller in {better} and larger in {worse} of {len(rows)} comparisons; next "
        f"to that of penalised likelihood it is {said[0]} at best and {said[1]} at worst."
    )


def figure(result: pd.DataFrame) -> Figure:
    """RMSE of FGSM over that of penalised likelihood against prevalence; below 1 FGSM is more accurate.

    Against n where there is one prevalence only, or none.
    """
    # Several matched pairs are several lines; what is best may be another method at every prevalence.
    matched = result["comparison"] == "matched"
    pairs = result["method"] + " / " + result["reference"]
    data = result.assign(line=pairs.where(matched, result["comparison"]))
    ratio = Quantity("rmse_ratio", "RMSE / penalised", line=1.0, log=True)
    if has_one_prevalence(data):
        return curves(data, Axis("n", "n", log=True), (ratio,), ["_case"], "line", 2)
    return curves(data, Axis("prevalence", "prevalence P(Y = 1)", log=True), (ratio,), ["_case"], "line", 2)


def best_figure(result: pd.DataFrame) -> Figure:
    """RMSE of FGSM over that of penalised likelihood, each at its best λ; below 1 FGSM is more accurate."""
    return figure(result.query("comparison != 'matched'"))


def matched_figure(result: pd.DataFrame) -> Figure:
    """RMSE of FGSM over that of penalised likelihood at matched λ; below 1 FGSM is more accurate."""
    return figure(result.query("comparison == 'matched'"))


def has_one_prevalence(result: pd.DataFrame) -> bool:
    """Whether the figure is over n: prevalence does not vary, or not everywhere is one."""
    return bool(result["prevalence"].isna().any() or result["prevalence"].nunique() == 1)


@analysis(
    "tradeoff",
    table=table,
    sentence=sentence,
    figure={
        "tradeoff": best_figure,
        "tradeoff_matched": matched_figure,
    },
    needs=methods.lacks_contenders,
    pairs=methods.of_contenders,
)
def frame(results: Results) -> pd.DataFrame:
    """Error of FGSM against penalised likelihood."""
    study = results.study
    pairs, contenders = methods.matched_pairs(study), methods.contenders(study)
    found = tradeoff(results.measures, results.scenarios, pairs, contenders)
    shown = {"n"} if has_one_prevalence(found) else {"prevalence", "intercept"}
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, shown)))
