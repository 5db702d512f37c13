"""The tables of the studies, and a strict reading of their LaTeX (no LaTeX is needed to run it)."""

import re

import numpy as np
import pandas as pd
import pytest

from simstudy.analyses.coefficients import coefficients
from simstudy.analyses.neutrality import neutrality
from simstudy.analyses.registry import ANALYSES
from simstudy.analyses.root_n import root_n
from simstudy.analyses.support import support
from simstudy.measures import summarise
from simstudy.records import REPLICATE_SCHEMA, SCENARIO_SCHEMA
from simstudy.report import (
    Table,
    cells,
    latex,
    markdown,
)

BETA = np.array([1.0, -0.5, 0.0])
PAIRS = [("fgsm_lasso", "penalized_lasso")]
COMMANDS = {
    *["begin", "end", "centering", "caption", "label", "footnotesize", "toprule", "midrule", "bottomrule", "par"],
    *[
        "smallskip",
        "noindent",
        "multicolumn",
        "endfirsthead",
        "endhead",
        "endfoot",
        "endlastfoot",
        "sqrt",
        "surd",
        "lambda",
    ],
    *["textbf", "textless", "textgreater", "textbackslash", "textasciitilde", "textasciicircum"],
}


@pytest.fixture(scope="module")
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replicates and scenarios of two families, two n and two prevalences; some fits of fgsm_lasso failed."""
    rng = np.random.default_rng(8)
    rows, truths = [], []
    for family, n, prevalence in [(f, n, q) for f in ("binomial", "poisson") for n in (100, 400) for q in (0.5, 0.1)]:
        label = f"{family}_n{n}_prev{prevalence}"
        where = {"scenario": label, "scenario_key": f"key-{label}", "family": family, "n": n, "p": 3, "s": 2}
        where |= {"design": "normal", "rho": 0.5, "sigma": 1.0, "intercept": -1.0, "prevalence": prevalence}
        group = f"{family} {prevalence}"
        truths.append(where | {"beta_true": BETA, "prevalence_realised": prevalence, "group_key": group})
        for replicate in range(20):
            hat = BETA + rng.normal(size=3) / np.sqrt(n)
            for method, shift in (("fgsm_lasso", 0.02), ("penalized_lasso", 0.0)):
                status = "no_minimiser" if method == "fgsm_lasso" and replicate < 2 and n == 100 else "ok"
                estimate = np.where(np.abs(hat) < 0.05 + shift, 0.0, hat - shift)
                rows.append(
                    where
                    | {"replicate": replicate, "method": method, "status": status, "intercept_hat": rng.normal()}
                    | {"beta_hat": estimate if status == "ok" else np.full(3, np.nan)}
                )
    return pd.DataFrame(rows, columns=REPLICATE_SCHEMA.names), pd.DataFrame(truths, columns=SCENARIO_SCHEMA.names)


@pytest.fixture(scope="module")
def tables(frames: tuple[pd.DataFrame, pd.DataFrame]) -> dict[str, Table]:
    replicates, scenarios = frames
    measures = summarise(replicates, scenarios, PAIRS)
    number = {"predicted": 0.0123, "predicted_mcse": 0.0001, "reference": None, "parameter": "all", "law": "T10"}
    number |= {"method": "fgsm_lasso"}
    kinds = [{"quantity": "rmse"}, {"quantity": "false_positives"}, {"quantity": "bias", "parameter": "beta_1"}]
    pair = {"quantity": "bias_difference", "reference": "penalized_lasso", "parameter": "beta_1"}
    kinds += [pair | {"law": "T17"}, pair | {"law": "T16"}]
    predictions = pd.DataFrame([number | kind | {"scenario": s} for s in scenarios["scenario"] for kind in kinds])
    return {
        "root_n": ANALYSES["root_n"].table(root_n(measures, scenarios, predictions)),
        "support": ANALYSES["support"].table(support(measures, scenarios, predictions)),
        "neutrality": ANALYSES["neutrality"].table(neutrality(measures, scenarios, PAIRS, predictions)),
        "coefficients": ANALYSES["coefficients"].table(coefficients(measures, scenarios, predictions)),
    }


NAMES = ["root_n", "support", "neutrality", "coefficients"]


@pytest.mark.parametrize(
    ("name", "headings", "rows"),
    [
        ("root_n", ["Scenario", "Method", "Slope [95 % CI]", "√n RMSE", "√n RMSE, theory", "Failed"], 8),
        ("support", ["Scenario", "Method", "n", "P(exact support)", "95 % CI", "FP, theory", "Failed"], 16),
        ("neutrality", ["Method", "minus", "Prevalence", "Bias difference", "T17", "Leading term", "Failed"], 32),
        ("coefficients", ["Scenario", "Method", "True value", "Bias", "Limit law", "RMSE", "P(zero)", "Failed"], 64),
    ],
)
def test_simulation_and_theory_stand_side_by_side(
    tables: dict[str, Table], name: str, headings: list[str], rows: int
) -> None:
    printed = cells(tables[name])
    assert set(headings) <= set(printed.columns)
    assert len(printed) == rows


@pytest.mark.parametrize("name", NAMES)
def test_failures_show_even_at_zero(tables: dict[str, Table], name: str) -> None:
    failed = set(cells(tables[name])["Failed"])
    if name == "root_n":
        assert failed == {"2/40*", "0/40"}
    else:
        assert failed == {"2/20*", "0/20"}


@pytest.mark.parametrize("name", NAMES)
def test_notes_state_replicates_and_what_parentheses_are(tables: dict[str, Table], name: str) -> None:
    source = markdown(tables[name])
    assert "R = 20 replicates" in source
    assert "Monte Carlo standard error" in source


def test_columns_without_any_prediction_are_left_out(tables: dict[str, Table]) -> None:
    assert "FN, theory" not in cells(tables["support"]).columns
    assert "Theory" not in cells(tables["support"]).columns


def test_sample_sizes_of_a_method_stand_together(tables: dict[str, Table]) -> None:
    assert cells(tables["support"])["n"].tolist() == ["100", "400"] * 8


def test_sample_sizes_rise_whatever_the_order_of_scenarios(frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    replicates, scenarios = frames
    table = ANALYSES["support"].table(support(summarise(replicates, scenarios), scenarios.iloc[::-1]))
    backwards = ANALYSES["support"].table(support(summarise(replicates, scenarios.iloc[::-1]), scenarios))
    assert cells(table)["n"].tolist() == cells(backwards)["n"].tolist() == ["100", "400"] * 8


def test_what_all_rows_share_is_not_a_column(frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    replicates, scenarios = (frame[frame["scenario"] == "poisson_n100_prev0.5"] for frame in frames)
    measures = summarise(replicates, scenarios)
    assert "Scenario" not in cells(ANALYSES["coefficients"].table(coefficients(measures, scenarios))).columns
    assert {"p", "s"}.isdisjoint(cells(ANALYSES["support"].table(support(measures, scenarios))).columns)
    assert "p = 3, s = 2" in markdown(ANALYSES["support"].table(support(measures, scenarios)))


def test_root_n_names_families_where_these_suffice(frames: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    replicates, scenarios = (frame[frame["prevalence"] == 0.5] for frame in frames)
    table = ANALYSES["root_n"].table(root_n(summarise(replicates, scenarios), scenarios))
    assert cells(table)["Family"].tolist() == ["binomial", "binomial", "poisson", "poisson"]


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_well_formed(tables: dict[str, Table], name: str) -> None:
    source = latex(tables[name])
    assert source.isascii()
    assert_balanced(source)
    assert set(re.findall(r"\\([A-Za-z]+)", source)) <= COMMANDS
    plain = re.sub(r"\\[&%$#_{}]", "", source)
    assert not re.search(r"[#%~^]", plain)
    assert not re.search(r"_", re.sub(r"\$[^$]*\$|\\label\{[^}]*\}", "", plain))
    assert plain.count("$") % 2 == 0


@pytest.mark.parametrize("name", NAMES)
def test_latex_rows_fill_their_columns(tables: dict[str, Table], name: str) -> None:
    source = latex(tables[name])
    layout = re.search(
        r"\\begin\{(?:tabular|longtable)\}\{([lr]+)\}\n(.*?)\\end\{(?:tabular|longtable)\}", source, re.DOTALL
    )
    assert layout is not None
    assert len(layout[1]) == len(tables[name].columns)
    rows = [line for line in layout[2].splitlines() if "&" in line]
    assert len(rows) in {len(tables[name].data) + 1, len(tables[name].data) + 2}  # longtable repeats the heading
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == len(tables[name].columns) - 1
        assert row.endswith(r"\\")
        assert not row.startswith(("[", "*"))  # would be read as an argument of the line end before
    rules = re.findall(r"\\(toprule|midrule|bottomrule)", source)
    assert rules[:2] == ["toprule", "midrule"]
    assert rules[-1] == "bottomrule"


def assert_balanced(source: str) -> None:
    """Every environment and every brace that opens is closed in order."""
    open_environments: list[str] = []
    for kind, environment in re.findall(r"\\(begin|end)\{(\w+)\}", source):
        if kind == "begin":
            open_environments.append(environment)
        else:
            assert open_environments.pop() == environment
    assert not open_environments
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", source):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


@pytest.mark.parametrize("broken", [r"\begin{table}{}", r"{a", r"a}", r"\begin{a}\begin{b}\end{a}\end{b}"])
def test_that_check_rejects_what_latex_would(broken: str) -> None:
    with pytest.raises(AssertionError):
        assert_balanced(broken)
