"""Kinds of figures of any study: lollipop, forest, heat map, nested loop, zip, ridge, Bland-Altman."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from simstudy.analyses.intervals import ranked_intervals
from simstudy.analyses.joins import COUNTS
from simstudy.analyses.methods import lacks_coefficients
from simstudy.analyses.plain import plain_table
from simstudy.analyses.registry import analysis
from simstudy.analyses.results import Results
from simstudy.errors import ConfigError, ResultsError, unknown_name
from simstudy.measures.samples import Sample
from simstudy.report.figures.canvas import Figure
from simstudy.report.figures.forest import forest_figure
from simstudy.report.figures.kinds import bland_altman, heat_map, ridge
from simstudy.report.figures.nested_loop import nested_loop_figure
from simstudy.report.figures.panels import source_columns
from simstudy.report.figures.zip_plot import zip_figure
from simstudy.report.table import Table
from simstudy.study.study import Study

#: Measures that a figure is of where nobody chooses, the first that a study has.
USUAL = ("rmse", "empirical_se", "mean")
#: Methods and scenarios of a zip plot.
MOST_ZIPS = 4


@dataclass(frozen=True)
class Choice:
    """What a figure is of; what is left empty is the first that the study has."""

    measure: str = ""
    parameter: str = ""


@dataclass(frozen=True)
class Drawn:
    """Rows of a figure and what they are called."""

    rows: pd.DataFrame
    label: str


def measured_rows(results: Results, choice: Choice) -> Drawn:
    """Values of one measure of one parameter, with the columns of their scenarios.

    Raises
    ------
    ConfigError
        The results have no such measure or parameter.
    """
    own = results.measures[results.measures["reference"].isna()]
    measure = choice.measure or next((name for name in USUAL if name in set(own["measure"])), "")
    own = own[own["measure"] == measure]
    if own.empty:
        raise ConfigError(unknown_name("measure", measure, set(results.measures["measure"])))
    parameter = choice.parameter or ("all" if "all" in set(own["parameter"]) else str(own["parameter"].iloc[0]))
    if parameter not in set(own["parameter"]):
        raise ConfigError(unknown_name("parameter", parameter, set(own["parameter"])))
    parts = {"mcse": "value_mcse", "lower": "value_lower", "upper": "value_upper"}
    rows = own[own["parameter"] == parameter].rename(columns=parts)
    columns = [name for name in source_columns(results.scenarios) if name not in rows]
    rows = rows.merge(results.scenarios[["scenario_key", *columns]], on="scenario_key", validate="many_to_one")
    whole = "" if parameter == "all" else f" of {parameter}"
    return Drawn(rows.reset_index(drop=True), f"{measure.replace('_', ' ').replace('rmse', 'RMSE')}{whole}")


def labelled(results: Results, choice: Choice) -> Drawn:
    """`measured_rows` with the methods as people see them."""
    drawn = measured_rows(results, choice)
    return Drawn(drawn.rows.assign(method=drawn.rows["method"].map(results.labels)), drawn.label)


def samples_of(results: Results, choice: Choice) -> tuple[str, list[tuple[Sample, int]]]:
    """A coefficient's name, and its place in the sample of each scenario and method; the first where none is chosen.

    Raises
    ------
    ResultsError
        No fit of this study estimates it.
    """
    names = [method.name for method in results.study.methods]
    keys = dict.fromkeys(results.measures["scenario_key"])
    found = [results.sample(key, name) for key in keys for name in names]
    there = [each for each in found if each is not None and len(each.usable)]
    slopes = [each for sample in there for each in sample.parameters if each != "intercept"]
    parameter = choice.parameter or (slopes[0] if slopes else "")
    chosen = [(each, each.parameters.index(parameter)) for each in there if parameter in each.parameters]
    if not chosen:
        raise ResultsError(f"no usable fit estimates {parameter or 'a coefficient'}")
    return parameter, chosen


def lollipop(results: Results, choice: Choice) -> Figure:
    """Values of a measure as lollipops with 95 % Monte Carlo intervals, for each scenario and method."""
    drawn = labelled(results, choice)
    return forest_figure(drawn.rows.assign(panel=drawn.label), drawn.label, zero=True)


def forest(results: Results, choice: Choice) -> Figure:
    """Values of a measure with 95 % Monte Carlo intervals, for each scenario and method."""
    drawn = labelled(results, choice)
    return forest_figure(drawn.rows.assign(panel=drawn.label), drawn.label, zero=False)


def heat(results: Results, choice: Choice) -> Figure:
    """Values of a measure as colours, a row for each scenario and a column for each method."""
    drawn = labelled(results, choice)
    return heat_map(drawn.rows, drawn.label)


def nested_loop(results: Results, choice: Choice) -> Figure:
    """Values of a measure over all scenarios beside each other, whose factors are drawn as steps below."""
    drawn = labelled(results, choice)
    columns = [name for name in source_columns(results.scenarios) if name in drawn.rows]
    simple = [name for name in columns if drawn.rows[name].map(lambda each: isinstance(each, str | int | float)).all()]
    factors = [name for name in simple if drawn.rows[name].nunique() > 1]
    return nested_loop_figure(drawn.rows, drawn.label, factors or simple[:1])


def zips(results: Results, choice: Choice) -> Figure:
    """All 95 % intervals of a coefficient, ranked by their distance from the truth; those that miss are on top."""
    parameter, _ = samples_of(results, choice)
    names = [method.name for method in results.study.methods if method.se][:MOST_ZIPS]
    rows = ranked_intervals(results, names, parameter)
    if rows.empty:
        return zip_figure(rows, parameter)
    first = list(dict.fromkeys(rows["scenario"]))
    rows = rows[rows["scenario"].isin([first[0], first[-1]])]
    return zip_figure(rows.assign(method=rows["method"].map(results.labels)), parameter)


def ridges(results: Results, choice: Choice) -> Figure:
    """Densities of the errors of a coefficient, a line for each method and a panel for each scenario."""
    parameter, chosen = samples_of(results, choice)
    frames = [
        pd.DataFrame(
            {
                "scenario": each.scenario,
                "method": results.labels.get(each.method, each.method),
                "error": each.all_errors[:, place],
            }
        )
        for each, place in chosen
    ]
    return ridge(pd.concat(frames, ignore_index=True), parameter)


def agreement(results: Results, choice: Choice) -> Figure:
    """Difference of two methods on the same data against their mean, with limits of agreement."""
    parameter, chosen = samples_of(results, choice)
    frames = []
    for (first, left), (second, right) in combinations(chosen, 2):
        if first.scenario_key == second.scenario_key:
            values = [
                pd.Series(each.all_errors[:, place], index=each.usable)
                for each, place in ((first, left), (second, right))
            ]
            both = pd.DataFrame(dict(zip(("first", "second"), values, strict=True))).dropna()
            names = [results.labels.get(each.method, each.method) for each in (first, second)]
            frames.append(both.assign(pair=" minus ".join(names), scenario=first.scenario))
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return bland_altman(rows, f"error of {parameter}")


#: Name on the command line and in `analyses` -> function that draws.
KINDS: dict[str, Callable[[Results, Choice], Figure]] = {
    "lollipop": lollipop,
    "forest": forest,
    "heat_map": heat,
    "nested_loop": nested_loop,
    "zip": zips,
    "ridge": ridges,
    "bland_altman": agreement,
}
#: Kinds that are drawn from the replicates' coefficients.
OF_COEFFICIENTS = ("zip", "ridge", "bland_altman")


def kind(name: str) -> Callable[[Results, Choice], Figure]:
    """The function that draws a kind of figure.

    Raises
    ------
    ConfigError
        There is no such kind.
    """
    if name not in KINDS:
        raise ConfigError(unknown_name("kind", name, KINDS))
    return KINDS[name]


@dataclass(frozen=True)
class Asked:
    """Numbers of an analysis that is a kind of figure: rows for its table, and the results to draw from."""

    rows: pd.DataFrame
    results: Results


def as_analysis(name: str, draw: Callable[[Results, Choice], Figure]) -> None:
    """Make a kind of figure an analysis too, whose table has the measure that is drawn where nobody chooses."""

    def frame(results: Results) -> Asked:
        rows = measured_rows(results, Choice()).rows
        names = ["scenario", "method", "parameter", "measure", "value", "value_mcse"]
        return Asked(rows[[*names, *COUNTS]], results)

    def table(asked: Asked) -> Table:
        caption = (draw.__doc__ or "").partition("\n")[0].rstrip(".")
        return plain_table(name, caption, asked.rows)

    def figure(asked: Asked) -> Figure:
        return draw(asked.results, Choice())

    def needs(study: Study) -> str:
        return lacks_coefficients(study) if name in OF_COEFFICIENTS else ""

    frame.__doc__ = figure.__doc__ = draw.__doc__
    analysis(name, table=table, figure=figure, needs=needs)(frame)


for _name, _draw in KINDS.items():
    as_analysis(_name, _draw)
