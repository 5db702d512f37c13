"""The performance table of every estimand, from made-up measures."""

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.joins import with_estimands
from simstudy.analyses.performance import forest, overview, performance, sentence, table
from simstudy.analyses.sentences import NOTHING
from simstudy.report.table import cells, markdown

#: Two scenarios of a source without coefficients.
SCENARIOS = pd.DataFrame({"scenario": ["a", "b"], "scenario_key": ["ka", "kb"], "n": [50, 100]})


def rows(scenario: str, method: str, estimand: str, component: int | None, **values: float) -> list[dict[str, object]]:
    parameter = estimand if component is None else f"{estimand}_{component + 1}"
    where = {"scenario": scenario, "scenario_key": f"k{scenario}", "method": method, "reference": None}
    where |= {"estimand": estimand, "component": component, "parameter": parameter}
    counts = {"attempted": 20, "usable": 18, "failed": 2, "conditional": True}
    return [
        where | counts | {"measure": name, "value": value, "mcse": 0.01, "lower": value - 0.02, "upper": value + 0.02}
        for name, value in values.items()
    ]


@pytest.fixture
def mixed() -> pd.DataFrame:
    """A number with a truth and a vector without one, two methods."""
    found: list[dict[str, object]] = []
    for scenario in "ab":
        for method, shift in (("mid", 0.0), ("other", 0.1)):
            found += rows(scenario, method, "gap", None, bias=0.1 + shift, empirical_se=0.2, rmse=0.3, coverage=0.9)
            found += rows(scenario, method, "score", 0, mean=4.0 + shift, median=4.2, empirical_se=0.5)
            found += rows(scenario, method, "score", 1, mean=5.0, median=5.2, empirical_se=0.5)
    fits = pd.DataFrame(found[:1]).assign(estimand=None, parameter="all", measure="failure_rate", value=0.1)
    return pd.concat([pd.DataFrame(found), fits], ignore_index=True).astype({"component": "Int64"})


def test_one_row_for_each_component_and_method(mixed: pd.DataFrame) -> None:
    found = performance(mixed, SCENARIOS)
    assert list(zip(found["scenario"], found["parameter"], found["method"], strict=True))[:6] == [
        *(("a", "gap", "mid"), ("a", "gap", "other"), ("a", "score_1", "mid"), ("a", "score_1", "other")),
        *(("a", "score_2", "mid"), ("a", "score_2", "other")),
    ]
    assert len(found) == 12
    shown = cells(table(found))
    assert list(shown) == [
        *("Scenario", "Estimand", "Method", "Bias", "Mean", "Median", "Empirical SE", "RMSE", "Coverage", "Failed")
    ]
    assert shown["Bias"].tolist()[:3] == ["0.100 (0.010)", "0.200 (0.010)", "–"]
    assert shown["Mean"].tolist()[:3] == ["–", "–", "4.000 (0.010)"]
    assert set(shown["Failed"]) == {"2/20*"}


def test_failures_are_printed_at_zero_and_measures_without_a_number_are_left_out(mixed: pd.DataFrame) -> None:
    whole = mixed.assign(failed=0, conditional=False)
    shown = cells(table(performance(whole[whole["estimand"] == "gap"], SCENARIOS)))
    assert set(shown["Failed"]) == {"0/20"}
    assert "Mean" not in shown


def test_the_coefficients_of_an_older_measures_frame_are_known(measures: pd.DataFrame, scenarios: pd.DataFrame) -> None:
    measures = measures.drop(columns=["estimand", "component"])
    made = with_estimands(measures)
    slope = made[made["parameter"] == "beta_3"].iloc[0]
    assert (slope["estimand"], slope["component"]) == ("beta", 2)
    assert made.loc[made["parameter"] == "intercept", "component"].isna().all()
    failed = measures.iloc[:1].assign(measure="failure_rate", parameter="all")
    assert with_estimands(failed)["estimand"].isna().all()
    found = performance(measures, scenarios)
    assert set(found["parameter"]) == {"all", "beta_1", "intercept"}
    # Of the whole vector only the length of its error is shown.
    assert "exact_support" not in found
    assert found.loc[found["parameter"] == "all", "rmse"].notna().all()


def test_the_sentence_names_the_largest_bias_and_the_coverage(mixed: pd.DataFrame) -> None:
    said = sentence(performance(mixed, SCENARIOS))
    assert said.startswith("The largest bias is 1.0 (± 0.1) standard errors of the estimate (gap, other, a).")
    assert "means run from 4.0 (± 0.02) (score_1, mid) to 5.0 (± 0.02)" in said
    assert said.endswith("cover with probability 0.90 (± 0.02).")
    nothing = performance(mixed.assign(value=np.nan), SCENARIOS)
    assert sentence(nothing) == NOTHING


def test_a_mean_that_few_replicates_carry_is_named(mixed: pd.DataFrame) -> None:
    carried = pd.DataFrame(rows("b", "other", "gap", None, top_share=0.97, median_bias=0.02))
    shown = table(performance(pd.concat([mixed, carried.astype({"component": "Int64"})]), SCENARIOS))
    assert "A handful of replicates carries the mean of gap of other in b" in markdown(shown)
    assert "Median error" in cells(shown)
    assert "top share" not in cells(shown)


def test_the_figure_shows_bias_or_means_with_their_intervals(mixed: pd.DataFrame) -> None:
    shown = forest(performance(mixed, SCENARIOS))
    assert [axes.get_title() for axes in shown.axes if axes.get_visible()] == ["gap"]
    assert [label.get_text() for label in shown.axes[0].get_yticklabels()] == ["a", "b"]
    without = mixed[mixed["estimand"] == "score"]
    assert "mean of each method" in str(forest(performance(without, SCENARIOS)).get_label())
    assert "RMSE" in str(overview(performance(mixed, SCENARIOS)).get_label())
    gaps = SCENARIOS.assign(n=50, gap=[1.0, 2.0], truth="{}", study="s")
    shown = overview(performance(mixed, gaps))
    assert [axes.get_xlabel() for axes in shown.axes] == ["gap"]
    many = pd.concat([mixed.assign(parameter=f"gap_{k}", component=k) for k in range(9)])
    many = many[many["measure"] == "bias"].astype({"component": "Int64"})
    assert "the first 6 of 9 quantities" in str(forest(performance(many, SCENARIOS)).get_suptitle())
