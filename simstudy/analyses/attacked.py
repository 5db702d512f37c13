"""Clean and attacked test error against the level of regularisation or of adversarial training (G9, T3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from simstudy.analyses.boundaries import lacks, means, rows_of, series, usable
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, of_row
from simstudy.geometry import ATTACKS
from simstudy.report.columns import estimate, failures, number, text, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.study.study import Study

#: Sizes of the l_inf attacks that are shown, with the names of their columns; 0 is the clean error.
SIZES = {"clean": 0.0, "at_10": 0.1, "at_25": 0.25}
CURVE = "robust_accuracy_linf"


def attacked(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Means over data sets of the test error without an attack and under l_inf attacks.

    Parameters
    ----------
    rows : DataFrame
        Replicate rows with the estimand `robust_accuracy_linf`.
    kinds : mapping of str to str
        Series of each method.

    Returns
    -------
    DataFrame
        One row for each scenario and method: `scenario`, `scenario_key`, `series`, `method`, `lam` (NaN without a
        level), with MCSEs `clean`, `at_10` and `at_25`, errors in % under attacks of size 0, .1 and .25, and `nonzero`,
        weights that are not zero (NaN where fits do not tell their coefficients); the counts.
    """
    places = {name: int(np.flatnonzero(np.isclose(ATTACKS[np.inf], size))[0]) for name, size in SIZES.items()}
    found = []
    for (key, method), own in rows.groupby(["scenario_key", "method"], sort=False, observed=True):
        good = usable(own, [])
        good = good.loc[np.array([np.isfinite(each).all() for each in good[CURVE]], dtype=bool)]
        accuracy = np.stack(good[CURVE].to_list()) if len(good) else np.empty((0, ATTACKS[np.inf].size))
        values = {name: 100.0 * (1.0 - accuracy[:, place]) for name, place in places.items()}
        values["nonzero"] = np.array([np.count_nonzero(each) for each in good["beta_hat"]], dtype=float)
        failed = len(own) - len(good)
        names = {"scenario": own["scenario"].iloc[0], "scenario_key": key, "series": kinds[str(method)]}
        counts = {"attempted": len(own), "usable": len(good), "failed": failed, "conditional": failed > 0}
        found.append({**names, "method": str(method), "lam": own["lam"].median(), **means(values), **counts})
    return pd.DataFrame(found)


def table(result: pd.DataFrame) -> Table:
    """One row for each scenario and method."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Method", "method"),
        number("λ", "lam", r"$\lambda$"),
        estimate("Clean error", "clean"),
        *(estimate(f"at {SIZES[name]:g}", name) for name in SIZES if SIZES[name]),
        estimate("Weights", "nonzero"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Test errors in %, without an attack and under l_inf attacks of the sizes above, which "
        "are exact for linear classifiers (G9). Weights: how many are not zero.",
        PARENTHESES,
        f"{FAILED} So does a fit whose weights are all zero.",
    )
    return Table("attacked", "Clean and attacked test error", columns, notes, result)


def sentence(result: pd.DataFrame) -> str:
    """What the method with the smallest clean error, and that with the smallest attacked error, have under attack."""
    known = result.dropna(subset=["clean", "at_25"])
    if known.empty:
        return NOTHING
    clean, robust = (known.iloc[int(known[name].to_numpy(float).argmin())] for name in ("clean", "at_25"))
    if clean["method"] == robust["method"]:
        return f"{clean['method']} has the smallest error without an attack and under one of size .25."
    return (
        f"The most accurate without an attack, {clean['method']}, errs on {of_row(clean, 'at_25', ' %')} of the images "
        f"under attacks of size .25; {robust['method']} errs least there, on {of_row(robust, 'at_25', ' %')}."
    )


def figure(result: pd.DataFrame) -> Figure:
    """Errors against the level, a row of panels for each size of the attack."""
    labels = {name: f"error at {size:g}, %" if size else "clean error, %" for name, size in SIZES.items()}
    quantities = [Quantity(name, label) for name, label in labels.items()]
    return curves(result[result["lam"].notna()], Axis("lam", "lam", log=True), quantities, ["scenario"], "series")


def needs(study: Study) -> str:
    """What a study lacks."""
    return lacks(study, [CURVE])


@analysis("attacked", table=table, sentence=sentence, figure=figure, needs=needs)
def frame(results: Results) -> pd.DataFrame:
    """Clean and attacked test error against the level."""
    return attacked(rows_of(results), series(results.study))
