"""Selection and the largest error on the support when p grows with n (T12)."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import side_by_side
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.selection import EXACT, QUANTITIES
from simstudy.analyses.sentences import NOTHING, of_row, whole
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
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import BEST, FAILED, PARENTHESES, THEORY, replicates
from simstudy.report.table import Table
from simstudy.verdicts.evidence import of_sup_error
from simstudy.verdicts.found import Found

#: What the figure shows of a scenario: n, with p and the coefficients that go with it.
SHOWN = {"n", "p", "beta"}


def weak_oracle(results: Found, predictions: pd.DataFrame | None = None) -> pd.DataFrame:
    """P(exact support) and E max_A |betahat_j - beta0_j| against n, p growing.

    Parameters
    ----------
    results : Found
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, n rising: the scenario's columns, the counts, the quantities of selection
        as in `support`, and `sup_error` with its MCSE and 95 % interval.
    """
    table = side_by_side(results.measures, results.scenarios, QUANTITIES, [WHOLE], predictions)
    pairs = zip(table["scenario_key"], table["method"], strict=True)
    errors = [of_sup_error(results, key, method) for key, method in pairs]
    table["sup_error"] = [each.value for each in errors]
    table["sup_error_mcse"] = [each.mcse for each in errors]
    table["sup_error_lower"], table["sup_error_upper"] = zip(*(each.interval(0.05) for each in errors), strict=True)
    return table.sort_values(["family", "method", "n"], kind="stable").reset_index(drop=True)


def table(result: pd.DataFrame) -> Table:
    """Selection and the largest error on the support, p growing with n."""
    columns = (
        *where_varying(result, text("Family", "family"), number("Prevalence", "prevalence")),
        text("Method", "method"),
        number("n", "n", "$n$"),
        number("p", "p", "$p$"),
        *where_varying(result, number("s", "s", "$s$")),
        best(estimate("P(exact support)", "exact_support"), "exact_support", ["scenario"], largest=True),
        bounds("95 % CI", "exact_support"),
        *where_known(result, theory("Theory", "exact_support_predicted", "exact_support")),
        estimate("False positives", "false_positives"),
        estimate("False negatives", "false_negatives"),
        estimate("Largest error on the support", "sup_error"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Largest error: mean over replicates of max |estimate − truth| over the support (T12).",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("weak_oracle", "Selection and error when p grows with n", columns, notes, result)


def sentence(frame: pd.DataFrame) -> str:
    """Which method finds the support most often at the largest n, and which least."""
    known = frame.dropna(subset=["exact_support"])
    last = known[known["n"] == known["n"].max()].sort_values("exact_support")
    if last.empty:
        return NOTHING
    worst, best = last.iloc[0], last.iloc[-1]
    said = [
        f"{row['method']} finds the exact support {how} often, in {of_row(row, 'exact_support', ' %', 100.0)} of the "
        f"data sets ({row['family']})"
        for row, how in ((best, "most"), (worst, "least"))[: 1 if len(last) == 1 else 2]
    ]
    return f"At n = {whole(best['n'])} and p = {whole(best['p'])} {', and '.join(said)}."


def figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support and the largest error on it, against n with p growing."""
    error = Quantity("sup_error", "largest error on the support")
    return curves(result, Axis("n", "n (p grows)", log=True), (EXACT, error), ["_case", "s"])


@analysis("weak_oracle", table=table, sentence=sentence, figure=figure, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Selection and error when p grows with n."""
    found = weak_oracle(results, results.limit_theory)
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, SHOWN)))
