"""Which estimator is robust at equal test error: distances and robust accuracy in l_2 and in l_inf (G9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simstudy.analyses.boundaries import lacks, means, rows_of, series, usable
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.analyses.sentences import NOTHING, span
from simstudy.geometry import ATTACKS
from simstudy.report.columns import estimate, failures, text, where_known, where_varying
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.geometry import robust_figure
from simstudy.report.figures.style import no_data
from simstudy.report.notes import FAILED, PARENTHESES, replicates
from simstudy.report.table import Table
from simstudy.study.study import Study

Array = NDArray[np.float64]

#: How far above the best test error that every series reaches a fit may be: one percent of the images.
ALLOWANCE = 0.01
#: Name in the table -> estimand, and the attack's norm in words.
DISTANCES = {"d_l2": "adversarial_distance", "d_linf": "adversarial_distance_linf"}
CURVES = {"robust_l2": "robust_accuracy_l2", "robust_linf": "robust_accuracy_linf"}
NORMS = {"robust_l2": ("l_2", ATTACKS[2.0]), "robust_linf": ("l_inf", ATTACKS[np.inf])}
NEEDED = ["test_error", *DISTANCES.values(), *CURVES.values()]


def robustness(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Robustness of each series of methods at equal test error, paired over data sets.

    On each data set the target is the largest, over series, of the smallest test error within a series, plus
    `ALLOWANCE`: what every series reaches. Of the fits of a series that are at most there, the largest distance counts,
    and at each size of an attack the largest robust accuracy. Levels are chosen on the test part, the same way for all.

    Parameters
    ----------
    rows : DataFrame
        Replicate rows with the estimands of `NEEDED`.
    kinds : mapping of str to str
        Series of each method. The first one is what the others are compared with.

    Returns
    -------
    DataFrame
        One row for each scenario and series: `scenario`, `scenario_key`, `series`, and with MCSEs `test_error` (%, the
        target), `d_l2`, `d_linf`, `robust_l2`, `robust_linf` (robust accuracy averaged over the sizes of attacks, %),
        each also as `<name>_gain`, the paired difference from the first series; the counts of data sets; `_l2`,
        `_linf`, curves of robust accuracy. A data set on which a series has no usable fit counts as failed.
    """
    found = []
    rows = rows.assign(series=rows["method"].astype(str).map(kinds))
    for key, own in rows.groupby("scenario_key", sort=False, observed=True):
        sets = [_at_equal_error(each) for _, each in own.groupby("replicate", sort=True)]
        good = [each for each in sets if each]
        counts = {"attempted": len(sets), "usable": len(good), "failed": len(sets) - len(good)}
        names = {"scenario": own["scenario"].iloc[0], "scenario_key": key}
        for name in dict.fromkeys(own["series"]):
            numbers = _compared(good, name, own["series"].iloc[0]) if good else _missing()
            found.append({**names, "series": name, **numbers, **counts, "conditional": len(good) < len(sets)})
    return pd.DataFrame(found)


def _at_equal_error(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """For one data set, what each series reaches; empty where one has no usable fit."""
    good = usable(rows, ["test_error", *DISTANCES.values()])
    if set(good["series"]) != set(rows["series"]):
        return {}
    target = good.groupby("series")["test_error"].min().max() + ALLOWANCE
    reached = good[good["test_error"] <= target + 1e-12]
    found = {}
    for name, own in reached.groupby("series"):
        curves = {short: np.stack(own[estimand].to_list()).max(axis=0) for short, estimand in CURVES.items()}
        distances = {short: own[estimand].max() for short, estimand in DISTANCES.items()}
        found[str(name)] = {"test_error": 100.0 * target, **distances, **curves}
    return found


def _compared(sets: list[dict[str, dict[str, Any]]], name: str, first: str) -> dict[str, Any]:
    """Means over data sets of one series, and of its differences from the first one."""

    def values(of: str, quantity: str) -> Array:
        found = np.array([each[of][quantity] for each in sets], dtype=float)
        return 100.0 * found.mean(axis=1) if quantity in CURVES else found

    own = {quantity: values(name, quantity) for quantity in ("test_error", *DISTANCES, *CURVES)}
    gains = {f"{each}_gain": own[each] - values(first, each) for each in (*DISTANCES, *CURVES)} if name != first else {}
    curves = {f"_{short}": np.mean([each[name][short] for each in sets], axis=0) for short in CURVES}
    return {**_missing(), **means(own), **means(gains), **curves}


def _missing() -> dict[str, Any]:
    quantities = ("test_error", *DISTANCES, *CURVES, *(f"{each}_gain" for each in (*DISTANCES, *CURVES)))
    numbers = {f"{name}{part}": np.nan for name in quantities for part in ("", "_mcse")}
    return {**numbers, **dict.fromkeys((f"_{short}" for short in CURVES), None)}


def table(result: pd.DataFrame) -> Table:
    """One row for each scenario and series."""
    columns = (
        *where_varying(result, text("Scenario", "scenario")),
        text("Estimator", "series"),
        estimate("Test error", "test_error"),
        estimate("l_2 distance", "d_l2"),
        *where_known(result, estimate("gain", "d_l2_gain")),
        estimate("l_inf distance", "d_linf"),
        *where_known(result, estimate("gain ", "d_linf_gain")),
        estimate("Robust in l_2", "robust_l2"),
        estimate("Robust in l_inf", "robust_linf"),
        *where_known(result, estimate("gain  ", "robust_linf_gain")),
        failures(),
    )
    sizes = {name: f"{name} attacks of size 0 to {attacks[-1]:g}" for name, attacks in NORMS.values()}
    notes = (
        f"{replicates(result)} On each data set every estimator takes its best level among those whose test error is "
        f"at most one percentage point above what all estimators reach; that error, in %, is the column Test error.",
        f"Gain: paired difference from {result['series'].iloc[0]}. Distance: mean signed distance of the training data "
        f"to the boundary. Robust: accuracy in %, averaged over {' and '.join(sizes.values())}.",
        PARENTHESES,
        f"{FAILED} Here a data set fails on which one of the estimators has no usable fit.",
    )
    return Table("robustness", "Robustness at equal test error", columns, notes, result)


def sentence(result: pd.DataFrame) -> str:
    """Which series is farthest from the data in each norm, and by how much in l_inf."""
    known = result.dropna(subset=["d_l2", "d_linf"])
    if known.empty:
        return NOTHING
    scenarios, first = known["scenario"].nunique(), known["series"].iloc[0]
    (round_one, often), (sharp, sharply) = (_winner(known, name) for name in ("d_l2", "d_linf"))
    said = (
        f"At equal test error {round_one} has the largest l_2 distance in {often} of {scenarios} scenarios, and "
        f"{sharp} the largest l_inf distance in {sharply} of {scenarios}"
    )
    if sharp == first:
        return f"{said}."
    own, base = (known[known["series"] == each].set_index("scenario")["d_linf"] for each in (sharp, first))
    times = span(*(f"{end:.2g}" for end in ((own / base).min(), (own / base).max())))
    return f"{said}, {times} times that of {first}."


def _winner(known: pd.DataFrame, name: str) -> tuple[str, int]:
    """The series that most often has the largest value in a scenario, and how often."""
    counts = known.loc[known.groupby("scenario", sort=False)[name].idxmax(), "series"].value_counts()
    return str(counts.index[0]), int(counts.iloc[0])


def figure(result: pd.DataFrame) -> Figure:
    """Robust accuracy against the size of the attack: a panel for each scenario and norm."""
    known = result.dropna(subset=["d_l2"])
    if known.empty:
        return no_data("No data set has a usable fit of every estimator: there is nothing to draw.")
    return robust_figure(
        {
            f"{scenario}, {norm}": {row["series"]: (sizes, row[f"_{short}"]) for _, row in rows.iterrows()}
            for scenario, rows in known.groupby("scenario", sort=False)
            for short, (norm, sizes) in NORMS.items()
        }
    )


def needs(study: Study) -> str:
    """What a study lacks."""
    return lacks(study, NEEDED)


@analysis("robustness", table=table, sentence=sentence, figure=figure, needs=needs)
def frame(results: Results) -> pd.DataFrame:
    """Which estimator is robust at equal test error."""
    return robustness(rows_of(results), series(results.study))
