"""An analysis of a user's own: a function from results to a DataFrame, and what is made of it."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

import simstudy as ss
from simstudy.analyses.registry import ANALYSES, analyses_of, drawings
from simstudy.analyses.results import Results
from simstudy.report.table import cells, markdown
from simstudy.workflow.figure import figures
from simstudy.workflow.scenario import simulate_study
from simstudy.workflow.studies import study_of
from simstudy.workflow.table import tables

STUDY = ss.Study(
    "own", "aim", 3, 20, (ss.Scenario("gaussian", 50, [1.0, 0.0]),), (ss.Method("mle", "mle"),), ("worst_bias",)
)


@pytest.fixture
def own() -> Iterator[None]:
    """A minimal analysis, registered for one test."""

    @ss.analysis("worst_bias")
    def worst_bias(results: Results) -> pd.DataFrame:
        """Largest bias of each method."""
        rows = results.measures.query("measure == 'bias'").rename(columns={"value": "bias", "mcse": "bias_mcse"})
        worst = rows.loc[rows.groupby("method")["bias"].idxmax()]
        return worst[["method", "parameter", "bias", "bias_mcse", "attempted", "usable", "failed", "conditional"]]

    yield
    del ANALYSES._entries["worst_bias"], ANALYSES._code["worst_bias"]


@pytest.mark.usefixtures("own")
def test_a_function_from_results_to_a_frame_is_an_analysis() -> None:
    results = simulate_study(study_of(STUDY))
    (table,) = tables(results)
    assert (table.name, table.caption, table.answer) == ("worst_bias", "Largest bias of each method", "")
    assert list(cells(table)) == ["method", "parameter", "bias", "Failed"]
    assert cells(table)["Failed"].tolist() == ["0/20"]
    assert "(" in cells(table)["bias"].iloc[0]
    assert "Monte Carlo standard error" in markdown(table)
    # Without a figure of its own the study has those of the performance table.
    assert set(figures(results)[0]) == {"performance", "measures"}


@pytest.mark.usefixtures("own")
def test_a_name_is_taken_once() -> None:
    with pytest.raises(ss.ConfigError, match="root_n"):
        ss.analysis("root_n")(lambda results: results.measures)
    with pytest.raises(ss.ConfigError, match="letter"):
        ss.analysis("root n")(lambda results: results.measures)


def test_an_analysis_without_a_frame_says_so() -> None:
    @ss.analysis("nothing_much")
    def nothing_much(results: Results) -> str:  # noqa: ARG001 - the question has one form
        return "text"

    try:
        with pytest.raises(ss.ConfigError, match=r"nothing_much.*DataFrame"):
            ANALYSES["nothing_much"].tabulated(simulate_study(replace(STUDY, analyses=())))
    finally:
        del ANALYSES._entries["nothing_much"], ANALYSES._code["nothing_much"]


def test_a_study_that_asks_for_nothing_gets_its_performance() -> None:
    bare = ss.Study("bare", "aim", 0, 1, STUDY.scenarios, STUDY.methods)
    assert [each.name for each in analyses_of(bare)] == ["performance"]
    assert list(drawings(bare)) == ["performance", "measures"]


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("oracle", "knows the support"),
        ("penalties", "knows the support"),
        ("coverage", "se = true"),
        ("neutrality", "matched"),
        ("tradeoff", "matched"),
        ("training", "training loop"),
    ],
)
def test_what_a_study_lacks_is_said_before_it_is_run(name: str, missing: str) -> None:
    with pytest.raises(ss.ConfigError, match=f"analyses: {name} needs .*{missing}"):
        study_of(ss.Study("bare", "aim", 0, 1, STUDY.scenarios, STUDY.methods, (name,)))


def test_analyses_of_coefficients_say_that_a_source_has_none() -> None:
    class NoCoefficients(ss.Scenario):
        """A scenario whose truth is not known."""

        def truth(self) -> dict[str, object]:
            return {}

    blind = ss.Study("blind", "aim", 0, 1, (NoCoefficients("gaussian", 50, (1.0,)),), STUDY.methods, ("coefficients",))
    with pytest.raises(ss.ConfigError, match="coefficients needs scenarios whose truth has beta"):
        study_of(blind)
