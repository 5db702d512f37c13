"""FGSM's extra bias against class balance: paired with a matched penalty or the oracle, next to T16, T8 and T17."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import COUNTS, of_kind, true_values, with_predictions, with_scenarios
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, TELLING, largest, of_row, plain_number
from simstudy.errors import InputError, ResultsError
from simstudy.measures.numbers import setting, with_mcse
from simstudy.report.columns import (
    estimate,
    failures,
    number,
    text,
    theory,
    where_known,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Axes,
    Figure,
    FixedLocator,
    FuncFormatter,
    Line2D,
    NullLocator,
)
from simstudy.report.figures.panels import split
from simstudy.report.figures.scales import crosses_far, plain_tick, symmetric_log_axis
from simstudy.report.figures.style import Look, legend, looks, panels, predicted, right_ends, simulated
from simstudy.report.notes import FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table

#: Laws that predict the leading term of the extra bias: matched penalised likelihood, and the oracle MLE.
LEADING = ("T16", "T8")
#: Characters of a line of a panel's title.
TITLE = 30


def neutrality(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Paired bias difference of each coefficient over prevalence, next to the theory's two predictions.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns when it is given the same pairs.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    pairs : sequence of (method, reference)
        FGSM method and what it is compared with: its matched penalised method, or the oracle.
    predictions : DataFrame, optional
        Columns scenario, method, reference, parameter, law, predicted, predicted_mcse. Law `T17` is the difference of
        the two pseudo-true parameters, `T16` or `T8` the leading term; one of the last two a pair.

    Returns
    -------
    DataFrame
        One row for each pair, prevalence (falling) and parameter: `method`, `reference`, `prevalence` (as asked for,
        else as realised), `n`, `parameter`, `true`, `difference` with `difference_mcse`, `_lower` and `_upper`;
        `t17`, `leading`, each with `_mcse`, and `leading_law`; the counts of replicates usable for both.

    Raises
    ------
    InputError
        The measures hold no contrast of a pair.
    """
    contrasts = measures[(measures["measure"] == "bias_difference") & measures["reference"].notna()]
    known = list(zip(contrasts["method"], contrasts["reference"], strict=True))
    for pair in pairs:
        if pair not in known:
            raise InputError(f"measures hold no contrast of {pair[0]} with {pair[1]}: summarise with this pair")
    rank = {pair: position for position, pair in enumerate(pairs)}
    wanted = contrasts.assign(pair=[rank.get(pair, -1) for pair in known]).query("pair >= 0")
    rows = with_scenarios(wanted, scenarios).merge(true_values(scenarios), on=["scenario_key", "parameter"])
    realised = scenarios.set_index("scenario_key")["prevalence_realised"]
    rows["prevalence"] = rows["prevalence"].fillna(rows["scenario_key"].map(realised))
    rows = _with_laws(rows, predictions)
    rows = rows.rename(columns={"value": "difference"} | {c: f"difference_{c}" for c in ("mcse", "lower", "upper")})
    rows = rows.sort_values(["pair", "family", "n", "prevalence"], ascending=[True, True, True, False], kind="stable")
    columns = ["scenario", "method", "reference", "family", "n", "prevalence", "parameter", "true"]
    numbers = ["difference", "difference_mcse", "difference_lower", "difference_upper"]
    laws = ["t17", "t17_mcse", "leading", "leading_mcse", "leading_law"]
    return rows[[*columns, *numbers, *laws, *COUNTS]].reset_index(drop=True)


def _with_laws(rows: pd.DataFrame, predictions: pd.DataFrame | None) -> pd.DataFrame:
    on = ["scenario", "method", "reference", "parameter"]
    leading = of_kind(predictions, "law", *LEADING)
    rows = with_predictions(rows, of_kind(predictions, "law", "T17"), on, "t17")
    rows = with_predictions(rows, leading, on, "leading")
    if leading is None:
        return rows.assign(leading_law=None)
    return rows.merge(leading[[*on, "law"]].rename(columns={"law": "leading_law"}), on=on, how="left")


def table(result: pd.DataFrame) -> Table:
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


def sentence(frame: pd.DataFrame) -> str:
    """Extra bias of the intercept and of the largest slope where classes are most balanced, over the first reference.

    That of a slope is a share of its true value.
    """
    known = frame.dropna(subset=["difference", "difference_mcse"])
    if known.empty:
        return NOTHING
    first = known.iloc[0]
    known = known[(known["method"] == first["method"]) & (known["reference"] == first["reference"])]
    known = known[known["n"] == known["n"].max()].sort_values("prevalence", ascending=False)
    rows = known[known["scenario"] == known["scenario"].iloc[0]].set_index("parameter", drop=False)
    balance = rows["prevalence"].iloc[0]
    where = "With balanced classes" if balance == 0.5 else f"At prevalence {setting(balance)}"
    said = [_intercept(rows.loc["intercept"])] if "intercept" in rows.index else []
    slopes = rows.drop(index="intercept", errors="ignore")
    said.append(_slope(largest(slopes, slopes["true"].abs())))
    return f"{where} {first['method']} has, over {first['reference']}, {' and '.join(said)}."


def _intercept(row: pd.Series) -> str:
    if abs(row["difference"]) <= TELLING * row["difference_mcse"]:
        return "no extra bias of the intercept"
    return f"an extra bias of the intercept of {of_row(row, 'difference')}"


def _slope(row: pd.Series) -> str:
    """Extra bias of a slope in percent of it."""
    if abs(row["difference"]) <= TELLING * row["difference_mcse"]:
        return f"none of the largest slope ({row['parameter']})"
    share = 100.0 / abs(row["true"])
    theory = f"; theory {plain_number(share * row['t17'])} %" if np.isfinite(row["t17"]) else ""
    found = of_row(row, "difference", " %", share)
    return f"one of {found} of the largest slope ({row['parameter']}{theory})"


def figure(result: pd.DataFrame) -> Figure:
    """Bias difference of each coefficient over prevalence: a panel for each pair of methods (and family, n)."""
    data = result.assign(pair=result["method"] + " minus " + result["reference"])
    parts, known = split(data, ["pair", "_case"]), looks(data["parameter"])
    figure, axes = panels(len(parts), 2, height=3.6)
    for part, each in zip(parts, axes[0], strict=True):
        pair = str(part.rows["pair"].iloc[0])
        case = part.title.removeprefix(pair).removeprefix(", ")
        each.set_title("\n".join(fill(text, TITLE) for text in (pair, case) if text))
        _draw(each, part.rows, known)
    axes[0, 0].set_ylabel("extra bias")
    theory = bool(data["t17"].notna().any())
    legend(figure, known, theory=theory, more=_leading_entry(data), ends=right_ends(axes, 2))
    figure.set_label(_described(data))
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, known: dict[str, Look]) -> None:
    for parameter, own in rows.groupby("parameter", sort=False):
        points, look = own.sort_values("prevalence"), known[str(parameter)]
        simulated(axes, points["prevalence"], points, "difference", look)
        predicted(axes, points["prevalence"], points["t17"], look)
        axes.plot(points["prevalence"], points["leading"], color=look.colour, linestyle=":", linewidth=0.9, zorder=0.6)
    if crosses_far(rows["difference"]):
        symmetric_log_axis(axes.yaxis, rows["difference"])
    axes.axhline(0.0, color="#555555", linewidth=0.9, zorder=0)
    axes.set_xlabel("prevalence P(Y = 1)")
    if (rows["prevalence"] > 0).all() and rows["prevalence"].nunique() > 1:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator(sorted(rows["prevalence"].unique())))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(plain_tick))


def _leading_entry(data: pd.DataFrame) -> list[Line2D]:
    """Entry of the legend for the leading term, where theory gives one."""
    known = bool(data["leading"].notna().any())
    return [Line2D([], [], color="#555555", linestyle=":", linewidth=0.9, label="leading term")] if known else []


def _described(data: pd.DataFrame) -> str:
    balanced = data[data["prevalence"] == data["prevalence"].max()]
    found = "; ".join(
        f"{row['pair']}, {row['parameter']} {with_mcse(row['difference'], row['difference_mcse'])}"
        for row in balanced.to_dict("records")
    )
    return f"Extra bias of each coefficient against prevalence. At prevalence {data['prevalence'].max():.4g}: {found}."


def measured_contrasts(results: Results) -> list[tuple[str, str]]:
    """The study's contrasts that the measures hold.

    Raises
    ------
    ResultsError
        There are none: the study has none, or no two methods that belong together have been run.
    """
    there = set(zip(results.measures["method"], results.measures["reference"], strict=True))
    pairs = [pair for pair in methods.contrasts(results.study) if pair in there]
    if not pairs:
        wanted = ", ".join(" with ".join(pair) for pair in methods.contrasts(results.study)) or "none in this study"
        raise ResultsError(f"neutrality needs the results of methods that are compared: {wanted}")
    return pairs


@analysis("neutrality", table=table, sentence=sentence, figure=figure, needs=methods.lacks_contrasts)
def frame(results: Results) -> pd.DataFrame:
    """Extra bias of FGSM by class balance."""
    found = neutrality(results.measures, results.scenarios, measured_contrasts(results), results.limit_theory)
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, {"prevalence", "intercept"})))
