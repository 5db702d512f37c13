from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import simstudy as ss
from simstudy.analyses.methods import contrasts, targets
from simstudy.estimators.rules import Bic
from simstudy.workflow.measuring import measured
from simstudy.workflow.predicting import predictions
from simstudy.workflow.scenario import simulate_study
from simstudy.workflow.studies import study_of

LASSO = ss.Method("lasso", "fgsm", "lasso", lam=ss.FixedLambda(0.05))
SCAD = ss.Method("scad", "fgsm", "scad", lam=ss.FixedLambda(0.2))
MATCHED = ss.Method("matched", "penalized", "lasso", lam=ss.MatchedLambda("lasso"))
ORACLE = ss.Method("oracle", "oracle")
SCENARIO = ss.Scenario("binomial", 60, [1.0, 0.0], prevalence=0.4)
STUDY = ss.Study("tiny", "aim", 2, 5, (SCENARIO,), (ORACLE, LASSO, MATCHED, SCAD), ("neutrality", "coefficients"))


def test_contrasts_are_fgsm_against_its_match_and_fgsm_scad_against_the_oracle() -> None:
    assert contrasts(STUDY) == (("lasso", "matched"), ("scad", "oracle"))
    assert contrasts(replace(STUDY, methods=(LASSO, SCAD))) == ()


def test_run_then_load_gives_rows_measures_and_truth(tmp_path: Path) -> None:
    report = ss.run(STUDY, results=tmp_path)
    assert (report.replicates, report.fits.total()) == (5, 20)
    rows = ss.load(tmp_path / "tiny")
    assert np.stack(rows["beta_hat"].to_list()).shape == (20, 2)
    on_disk = measured(STUDY, rows, ss.load_scenarios(tmp_path / "tiny"))
    assert_frame_equal(on_disk, simulate_study(STUDY).measures, check_exact=True)


def test_tables_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path)
    ss.table(STUDY, results=tmp_path, jobs=1)
    texts = {path: path.read_text() for path in (tmp_path / "tiny" / "tables").iterdir()}
    for kept in ("measures.parquet", "predictions.parquet"):
        (tmp_path / "tiny" / kept).unlink()
    ss.table(STUDY, results=tmp_path, jobs=2)
    assert {path: path.read_text() for path in (tmp_path / "tiny" / "tables").iterdir()} == texts


def test_replicates_and_seed_override_those_of_a_study() -> None:
    changed = study_of(STUDY, replicates=9, seed=0)
    assert (changed.replicates, changed.seed) == (9, 0)
    assert study_of(STUDY) == STUDY


def test_a_full_run_extends_a_quick_one(tmp_path: Path) -> None:
    study = replace(STUDY, full=8)
    assert ss.run(study, results=tmp_path).replicates == 5
    quick = ss.load(tmp_path / "tiny").query("replicate < 5").drop(columns="seconds")
    assert ss.run(study, results=tmp_path, profile="full").replicates == 3
    full = ss.load(tmp_path / "tiny").query("replicate < 5").drop(columns="seconds")
    assert_frame_equal(full, quick, check_exact=True)
    assert ss.run(study, results=tmp_path, profile="full", replicates=9).replicates == 1


def test_an_unknown_analysis_is_refused() -> None:
    with pytest.raises(ss.ConfigError, match="did you mean 'neutrality'"):
        study_of(replace(STUDY, analyses=("neutralty",)))


def test_contrasts_with_a_method_that_has_no_rows_are_left_out(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path, only=["method=scad", "method=oracle"])
    tables, _ = ss.table(STUDY, results=tmp_path)
    assert set(tables[0].data["reference"]) == {"oracle"}


def test_a_table_of_contrasts_without_any_says_what_to_run(tmp_path: Path) -> None:
    ss.run(STUDY, results=tmp_path, only=["method=scad"])
    with pytest.raises(ss.ResultsError, match="lasso with matched, scad with oracle"):
        ss.table(STUDY, results=tmp_path)


def test_where_theory_is_silent_the_reason_is_given() -> None:
    infinite = ss.Scenario("poisson", 50, [0.1], design=ss.StudentT(df=5.0))
    frame, reasons = predictions(replace(STUDY, scenarios=(infinite, SCENARIO)))
    assert frame is not None
    assert set(frame["scenario"]) == {SCENARIO.label}
    assert len(reasons) == 1
    assert "poisson_n50_p1" in reasons[0]


def test_methods_whose_lambda_is_chosen_from_the_data_have_no_law() -> None:
    tuned = ss.Method("bic", "fgsm", "lasso", lam=Bic())
    frame, reasons = predictions(replace(STUDY, methods=(LASSO, tuned, replace(MATCHED, lam=ss.FixedLambda(0.1)))))
    assert frame is not None
    assert set(frame["method"]) == {"lasso", "matched"}
    assert reasons == (f"no prediction of bic for {SCENARIO.label}: its lambda is chosen from the data",)
    assert (SCENARIO.label, "bic") not in targets(replace(STUDY, methods=(LASSO, tuned)))


def test_another_attack_has_no_law_where_it_is_another_estimator() -> None:
    poisson = ss.Scenario("poisson", 60, [0.5, 0.0], intercept=0.1)
    worst = replace(LASSO, options=(("attack", "worst_case"),))
    assert not targets(replace(STUDY, scenarios=(poisson,), methods=(worst,)))
    assert targets(replace(STUDY, methods=(worst,)))
