"""Every analysis of a study file as a table, from one study that is simulated in memory."""

import pandas as pd
import pytest

import simstudy as ss
from simstudy.analyses.methods import contenders, contrasts, targets
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.results import Results
from simstudy.report.table import cells, latex, markdown
from simstudy.workflow.measuring import compared
from simstudy.workflow.scenario import simulate_study
from simstudy.workflow.table import tables

METHODS = (
    ss.Method("oracle", "oracle"),
    ss.Method("f", "fgsm", "scad", lam=ss.FixedLambda(0.3), se=True),
    ss.Method("m", "penalized", "scad", lam=ss.MatchedLambda("f")),
    ss.Method("p", "penalized", "scad", lam=ss.FixedLambda(0.1)),
)
SCENARIOS = tuple(ss.Scenario("binomial", n, [1.0, 0.0], intercept=-0.5) for n in (100, 200))
#: Analyses that need other estimands: `tests/analyses` and `tests/report/figures/test_boundaries.py` have them.
BOUNDARIES = {"attacked", "boundary_path", "estimands", "robustness", "tilting"}
QUICK = tuple(name for name in ANALYSES if name not in {"limit_law", "training", "existence", *BOUNDARIES})
STUDY = ss.Study("tiny", "aim", 3, 30, SCENARIOS, METHODS, QUICK)
LAW = ss.Study("law", "aim", 3, 30, SCENARIOS[:1], (ss.Method("mle", "mle"),), ("limit_law",))


@pytest.fixture(scope="module")
def summary() -> Results:
    return simulate_study(STUDY)


def test_every_analysis_is_a_table_in_every_format(summary: Results) -> None:
    made = [*tables(summary), *tables(simulate_study(LAW))]
    assert [table.name for table in made] == [*QUICK, "limit_law"]
    assert set(cells(made[-1])["Law"]) == {"T6/T7", "T10", "around T17"}
    for table in made:
        assert len(cells(table)) == len(table.data) > 0
        assert table.name in latex(table)
        assert table.caption in markdown(table)


def column(summary: Results, analysis: str, heading: str) -> pd.Series:
    return cells(ANALYSES[analysis].tabulated(summary))[heading]


def test_headings_of_each_table(summary: Results) -> None:
    assert set(column(summary, "oracle", "Method")) == {
        "FGSM-SCAD",
        "Penalised SCAD, λ = 0.1",
        "Penalised SCAD, λ = κ·0.3",
    }
    assert set(column(summary, "tradeoff", "Comparison")) == {"matched", "best FGSM-SCAD"}
    assert set(column(summary, "uniformity", "Over h")) == {"worst"}  # one h at each n
    assert "0.3" in set(column(summary, "dispersion", "λ"))
    assert set(column(summary, "weak_oracle", "n")) == {"100", "200"}


def test_what_analyses_compare_is_measured(summary: Results) -> None:
    assert contrasts(STUDY) == (("f", "m"), ("f", "oracle"))
    assert set(compared(STUDY)) == {("f", "m"), ("f", "oracle"), ("m", "oracle"), ("p", "oracle"), ("f", "p")}
    (only,) = contenders(STUDY)
    assert (only.name, only.methods, only.references) == ("FGSM-SCAD", ("f",), ("m", "p"))
    assert summary.levels[SCENARIOS[0].label, "p"] == 0.1
    assert (SCENARIOS[0].label, "oracle") not in summary.levels
    assert targets(STUDY)[SCENARIOS[1].label, "f"] == ("fgsm", ss.Scad(0.3))
