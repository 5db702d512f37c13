"""How often the support is found, and how many coefficients are selected wrongly or missed, against n (T8, T12)."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import sample_size_groups
from simstudy.analyses.joins import side_by_side
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.selection import EXACT, FALSE_NEGATIVES, FALSE_POSITIVES, QUANTITIES
from simstudy.analyses.sentences import NOTHING, largest, measured, of_row, place, whole
from simstudy.measures import WHOLE
from simstudy.report.columns import (
    best,
    bounds,
    estimate,
    failures,
    number,
    text,
    theory,
    where_known,
    where_varying,
)
from simstudy.report.figures.canvas import (
    Figure,
)
from simstudy.report.figures.curves import Axis, curves
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table


def support(measures: pd.DataFrame, scenarios: pd.DataFrame, predictions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Selection against n: P(exact support), mean false positives and mean false negatives next to predictions.

    Parameters
    ----------
    measures : DataFrame
        What `measures.summarise` returns.
    scenarios : DataFrame
        Columns of `records.SCENARIO_SCHEMA`.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter (`all`), predicted, predicted_mcse with the quantities of
        `QUANTITIES`; a quantity that theory does not give is NaN.

    Returns
    -------
    DataFrame
        One row for each scenario and method: the scenario's columns, `group` (the same for scenarios that differ in n
        only), the counts, and for each quantity its value
        under the quantity's name, `_mcse`, `_lower`, `_upper` (95 %; Wilson for the probability), `_predicted`,
        `_predicted_mcse`. Cells in which every fit failed are kept with NaN.
    """
    table = side_by_side(measures, scenarios, QUANTITIES, [WHOLE], predictions)
    return table.assign(group=table["scenario"].map(sample_size_groups(scenarios)))


def table(result: pd.DataFrame) -> Table:
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


def sentence(frame: pd.DataFrame) -> str:
    """Which method finds the support most often at the largest n, and how well the theory predicts how often."""
    known = frame.dropna(subset=["exact_support"])
    if known.empty:
        return NOTHING
    last = known[known["n"] == known["n"].max()]
    best = largest(last, last["exact_support"])
    said = (
        f"{best['method']} finds the exact support most often at n = {whole(best['n'])}: in "
        f"{of_row(best, 'exact_support', ' %', 100.0)} of the data sets ({place(best, 'family')})"
    )
    apart = (known["exact_support"] - known["exact_support_predicted"]).abs()
    if apart.isna().all():
        return f"{said}."
    row = largest(known, apart)
    return (
        f"{said}. The theory predicts the probability everywhere within "
        f"{measured(apart.max(), row['exact_support_mcse'])} (worst for {place(row, 'method', 'family', 'n')})."
    )


def figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support, false positives and false negatives against n, next to the theory."""
    return curves(result, Axis("n", "n", log=True), (EXACT, FALSE_POSITIVES, FALSE_NEGATIVES), ["group"])


@analysis("support", table=table, sentence=sentence, figure=figure, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Support recovery by sample size."""
    return support(results.measures, results.scenarios, results.limit_theory)
