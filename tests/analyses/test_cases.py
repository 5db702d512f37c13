"""A line of a figure joins only scenarios that differ in what the figure plots."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import simstudy as ss
from simstudy.analyses.groups import cases, with_definitions
from simstudy.analyses.registry import ANALYSES
from simstudy.errors import InputError
from simstudy.report.figures.curves import Axis, Quantity, curves
from simstudy.runner.truth import truth
from simstudy.workflow.scenario import simulate_study

METHODS = (
    ss.Method("oracle", "oracle"),
    ss.Method("f", "fgsm", "scad", lam=ss.FixedLambda(0.2)),
    ss.Method("m", "penalized", "scad", lam=ss.MatchedLambda("f")),
)


def study(analysis: str, *scenarios: ss.Scenario) -> ss.Study:
    return ss.Study("cases", "aim", 1, 12, scenarios, METHODS, (analysis,))


def drawn(analysis: str, *scenarios: ss.Scenario) -> Figure:
    """First figure of an analysis of a small study of these scenarios."""
    results = simulate_study(study(analysis, *scenarios))
    entry = ANALYSES[analysis]
    assert entry.figures is not None
    return next(iter(entry.figures.values()))(entry.frame(results))


def points(shown: Figure) -> list[list[float]]:
    """Places on the horizontal axis of the first line of each upper panel."""
    titled = [axes for axes in shown.axes if axes.lines and axes.get_visible()]
    return [sorted(np.asarray(axes.lines[0].get_xdata(), dtype=float).tolist()) for axes in titled]


def test_cases_are_told_by_what_is_not_shown() -> None:
    laws = (ss.StudentT(3.0), ss.StudentT(9.0))
    made = [
        ss.Scenario("gaussian", 50, (s, 0.0), design=law, sigma=s, label=f"s{s:g}_df{law.df:g}")
        for law in laws
        for s in (1.0, 2.0)
    ]
    table = with_definitions(truth(study("dispersion", *made)).to_pandas(), made)
    assert cases(table, {"sigma", "beta"}) == {
        "s1_df3": "s1_df3", "s2_df3": "s1_df3", "s1_df9": "s1_df9", "s2_df9": "s1_df9",
    }  # fmt: skip
    assert len(set(cases(table, {"sigma"}).values())) == 4


def test_the_null_scenario_is_no_point_of_the_others_line() -> None:
    made = [ss.Scenario("gaussian", 50, (s, 0.0), sigma=s, label=f"s{s:g}") for s in (0.5, 2.0)]
    null = ss.Scenario("gaussian", 50, (0.0, 0.0), sigma=1.0, label="null")
    shown = drawn("dispersion", *made, null)
    # A panel of its own would be a single point, which says nothing.
    assert [axes.get_title() for axes in shown.axes if axes.get_title()] == ["s = 1"]
    assert points(shown)[0] == [0.5, 2.0]


def test_sizes_of_different_designs_are_not_joined_whatever_their_labels() -> None:
    laws = {100: ss.StudentT(3.0), 200: ss.StudentT(9.0)}
    made = [ss.Scenario("gaussian", n, (1.0, 0.0), design=law, label=f"a_n{n}") for n, law in laws.items()]
    results = simulate_study(study("root_n", *made))
    slopes = ANALYSES["root_n"].frame(results).slopes
    assert len(slopes) == 2 * len(METHODS)
    assert slopes["slope"].isna().all()
    for analysis in ("support", "penalties", "oracle"):
        assert all(len(each) == 1 for each in points(drawn(analysis, *made)))


def test_growing_p_is_one_line_of_the_weak_oracle() -> None:
    made = [ss.Scenario("gaussian", n, [1.0] + [0.0] * p, label=f"n{n}") for n, p in ((50, 3), (100, 5))]
    assert points(drawn("weak_oracle", *made))[0] == [50.0, 100.0]


def test_two_values_at_one_place_are_an_error_that_names_the_scenarios() -> None:
    frame = pd.DataFrame({"n": [1, 1], "method": "f", "scenario": ["a", "b"], "value": [1.0, 2.0], "value_mcse": 0.1})
    with pytest.raises(InputError, match="f has several values at n = 1: a, b differ in what is not shown"):
        curves(frame.assign(panel="x"), Axis("n", "n"), (Quantity("value", "value"),), ["panel"])
