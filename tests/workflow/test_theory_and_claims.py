from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import simstudy as ss
from simstudy.cli import main
from simstudy.study.claim import Claim, Law, Region
from simstudy.study.config import read_study
from simstudy.study.study import study_toml
from simstudy.theory import constants, pseudo_true
from simstudy.workflow.claims import claims
from simstudy.workflow.theory import theory

SCENARIO = ss.Scenario("gaussian", 100, [1.0, 0.0], intercept=0.5)
METHODS = (ss.Method("f", "fgsm", "lasso", lam=ss.FixedLambda(0.1)), ss.Method("mle", "mle"))
BIAS = Claim(
    *("bias", "FGSM shrinks.", "T17", "bias_difference", "f", Law("T17"), 0.04, SCENARIO.label, "mle", "beta_1"),
    control=Claim(
        *("none", "No shrinkage.", "T17", "bias_difference", "f", Region(0, 0), 0.04, SCENARIO.label, "mle", "beta_1")
    ),
)
STUDY = ss.Study("tiny", "aim", 1, 100, (SCENARIO,), METHODS, claims=(BIAS,))


def test_claims_are_judged_written_and_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path)
    table, holds = claims(STUDY, results=tmp_path)
    assert holds
    assert list(table.data["outcome"]) == ["as expected", "caught"]
    stored = pd.read_parquet(tmp_path / "tiny" / "claims.parquet")
    (tmp_path / "tiny" / "measures.parquet").unlink()
    again, _ = claims(STUDY, results=tmp_path, jobs=2)
    pd.testing.assert_frame_equal(stored, pd.read_parquet(tmp_path / "tiny" / "claims.parquet"))
    pd.testing.assert_frame_equal(table.data, again.data)
    assert (tmp_path / "tiny" / "tables" / "claims.md").exists()


def test_new_claims_need_no_new_run(tmp_path: Path) -> None:
    ss.run(replace(STUDY, claims=()), results=tmp_path)
    assert ss.run(STUDY, results=tmp_path).replicates == 0
    assert claims(STUDY, results=tmp_path)[1]


def test_the_folder_keeps_the_claims_that_were_judged_last(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path)
    claims(replace(STUDY, claims=(replace(BIAS, margin=0.02),)), results=tmp_path)
    (kept,) = read_study(tmp_path / "tiny" / "study.toml").claims
    assert kept.margin == 0.02


@pytest.mark.parametrize(
    ("changes", "replicates", "code", "shown"),
    [
        ({}, 100, 0, "as expected"),
        ({"expected": "contradicted"}, 100, 1, "unexpected"),
        ({"control": replace(BIAS, id="same", control=None)}, 100, 1, "missed"),
        ({}, 1, 0, "undecided"),
    ],
)
def test_exit_codes(tmp_path: Path, changes: dict[str, object], replicates: int, code: int, shown: str) -> None:
    study = replace(STUDY, claims=(replace(BIAS, **changes),))
    path = tmp_path / "tiny.toml"
    path.write_text(study_toml(study), encoding="utf-8")
    ss.run(path, results=tmp_path / "results", replicates=replicates)
    outcome = CliRunner().invoke(main, ["claims", str(path), "--out", str(tmp_path / "results"), "-j", "1"])
    assert outcome.exit_code == code, outcome.output
    assert shown in outcome.output


def test_too_few_replicates_for_any_verdict_say_how_many_are_needed(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path, replicates=2)
    table, holds = claims(STUDY, results=tmp_path)
    assert holds
    assert set(table.data["verdict"]) == {"undecided"}
    assert (table.data["needed"] > 2).all()


def test_a_study_without_claims_or_with_one_that_is_not_covered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ss.ConfigError, match="study 'tiny' has no claims"):
        claims(replace(STUDY, claims=()), results=tmp_path)
    wrong = replace(BIAS, quantity="rmse_ratio", prediction=Law("T17"), control=None)
    with pytest.raises(ss.ConfigError, match="one that predicts rmse_ratio"):
        ss.run(replace(STUDY, claims=(wrong,)), results=tmp_path)


def test_theory_needs_no_results_and_gives_constants_errors_selection_and_extra_bias(tmp_path: Path) -> None:
    matched = ss.Method("m", "penalized", "lasso", lam=ss.MatchedLambda("f"))
    tables, reasons = theory(replace(STUDY, methods=(*METHODS, matched)))
    names = ["law_choice", "constants", "predicted_coefficients", "predicted_selection", "predicted_extra_bias"]
    assert [table.name for table in tables] == names
    assert reasons == ()
    assert tables[1].data["kappa"][0] == constants(SCENARIO).kappa
    bias = tables[2].data.query("method == 'f' and parameter == 'beta_1'")["bias"].iloc[0]
    assert bias == pytest.approx(pseudo_true(SCENARIO, "fgsm", ss.Lasso(0.1)).beta[1] - 1.0)
    assert set(tables[3].data["method"]) == {"f", "mle", "m"}
    assert set(tables[4].data["reference"]) == {"m"}
    path = tmp_path / "tiny.toml"
    path.write_text(study_toml(STUDY), encoding="utf-8")
    outcome = CliRunner().invoke(main, ["theory", str(path), "-j", "1"])
    assert outcome.exit_code == 0, outcome.output
    assert "kappa" in outcome.output
    assert list(tmp_path.iterdir()) == [path]


def test_a_study_that_the_theory_does_not_cover_says_why() -> None:
    infinite = ss.Scenario("poisson", 50, [0.1], design=ss.StudentT(df=5.0))
    with pytest.raises(ss.ConfigError, match="says nothing about this study\nno constants of poisson_n50_p1"):
        theory(replace(STUDY, scenarios=(infinite,), claims=()))
