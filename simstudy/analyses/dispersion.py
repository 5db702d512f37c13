"""Support recovery over the size of the errors at a fixed lambda: FGSM scales its penalty itself (T13)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from simstudy.analyses import methods
from simstudy.analyses.groups import cases
from simstudy.analyses.joins import side_by_side
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.selection import EXACT, QUANTITIES
from simstudy.analyses.sentences import NOTHING, measured, span
from simstudy.families import FAMILIES
from simstudy.measures import WHOLE
from simstudy.measures.numbers import setting
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

#: What the figure shows of a scenario: sigma, and coefficients that are proportional to it.
SHOWN = {"sigma", "beta"}


def dispersion(
    measures: pd.DataFrame,
    scenarios: pd.DataFrame,
    levels: Mapping[tuple[str, str], float],
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Selection and the error in units of sigma, over sigma.

    Parameters
    ----------
    measures, scenarios : DataFrame
        What `measures.summarise` returns, and columns of `records.SCENARIO_SCHEMA`.
    levels : mapping of (scenario, method) to float
        Lambda of each method: given, or the median of what its tuning rule chose.
    predictions : DataFrame, optional
        Columns scenario, method, quantity, parameter, predicted, predicted_mcse.

    Returns
    -------
    DataFrame
        One row for each scenario and method, sigma rising: the scenario's columns, the counts, `lam`, `rmse` and its
        MCSE divided by sigma (`relative_rmse`), and exact support, false positives and false negatives with
        `_mcse`, `_lower`, `_upper`, `_predicted`, `_predicted_mcse`.
    """
    table = side_by_side(measures, scenarios, [*QUANTITIES, "rmse"], [WHOLE], predictions)
    table["lam"] = [levels.get(pair, float("nan")) for pair in zip(table["scenario"], table["method"], strict=True)]
    table["relative_rmse"] = table["rmse"] / table["sigma"]
    table["relative_rmse_mcse"] = table["rmse_mcse"] / table["sigma"]
    keys = ["family", "n", "p", "method", "sigma"]
    return table.sort_values(keys, kind="stable").reset_index(drop=True)


def table(result: pd.DataFrame) -> Table:
    """Selection over the size of the errors: one row for each method and sigma."""
    columns = (
        *where_varying(result, text("Family", "family"), number("n", "n", "$n$"), number("Prevalence", "prevalence")),
        text("Method", "method"),
        number("σ", "sigma", r"$\sigma$"),
        number("λ", "lam", r"$\lambda$"),
        best(estimate("P(exact support)", "exact_support"), "exact_support", ["scenario"], largest=True),
        bounds("95 % CI", "exact_support"),
        *where_known(result, theory("Theory", "exact_support_predicted", "exact_support")),
        estimate("False positives", "false_positives"),
        estimate("False negatives", "false_negatives"),
        estimate("RMSE / σ", "relative_rmse", r"RMSE$/\sigma$"),
        failures(),
    )
    notes = (
        f"{replicates(result)} The coefficients are proportional to σ.",
        "FGSM scales its penalty with the errors, so that its selection at a fixed λ does not depend on σ; penalised "
        "likelihood needs a λ proportional to σ (T13). A λ that was tuned is the median over replicates.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("dispersion", "Support recovery over the size of the errors", columns, notes, result)


def has_scale(family: object) -> bool:
    """Whether responses of the family have a scale sigma."""
    return isinstance(family, str) and FAMILIES[family].has_scale


def sentence(frame: pd.DataFrame) -> str:
    """Which method's selection depends least on sigma, and which most: range of P(exact support) over sigma."""
    known = frame.dropna(subset=["exact_support"])
    known = known[known["family"].map(has_scale).astype(bool) & (known["s"] > 0)]
    if known.empty:
        return NOTHING
    cells = known.assign(case=known.get("_case", "")).groupby(["method", "case"], sort=False)
    ranges = cells["exact_support"].agg(lambda found: found.max() - found.min()).sort_values()
    errors = cells["exact_support_mcse"].agg(lambda found: float(np.sqrt(2.0) * found.max()))
    (first, _), (last, _) = ranges.index[0], ranges.index[-1]
    sigma = f"σ = {span(setting(known['sigma'].min()), setting(known['sigma'].max()))}"
    least, most = (measured(ranges.iloc[end], errors[ranges.index[end]]) for end in (0, -1))
    said = f"Over {sigma} the probability of the exact support changes least with {first}, by {least}"
    return f"{said}." if len(ranges) == 1 else f"{said}, and most with {last}, by {most}."


def figure(result: pd.DataFrame) -> Figure:
    """Probability of the exact support and the error in units of sigma, against sigma."""
    relative = Quantity("relative_rmse", "RMSE / σ")
    return curves(result, Axis("sigma", "σ", log=True), (EXACT, relative), ["_case", "s"])


@analysis("dispersion", table=table, sentence=sentence, figure=figure, needs=methods.lacks_coefficients)
def frame(results: Results) -> pd.DataFrame:
    """Support recovery over the size of the errors."""
    found = dispersion(results.measures, results.scenarios, results.levels, results.limit_theory)
    return found.assign(_case=found["scenario"].map(cases(results.scenarios, SHOWN)))
