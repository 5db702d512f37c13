"""A study of plug-ins that live outside the package goes through every verb and the report."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import simstudy as ss
from simstudy.cli import main

HERE = Path(__file__).parent
LONGEST = 40


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    shutil.copytree(HERE / "plugins", folder / "plugins")
    shutil.copy(HERE / "study.toml", folder / "walk_study.toml")
    report = ss.run(folder / "walk_study.toml", results=folder / "results", jobs=2)
    assert report.replicates == 120
    return folder / "walk_study.toml"


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.mark.parametrize("path", sorted((HERE / "plugins").glob("*.py")), ids=lambda path: path.stem)
def test_a_plugin_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < LONGEST


def test_rows_hold_what_the_plugins_made(study: Path) -> None:
    rows = ss.load(study.parent / "results" / "walk_study")
    assert Counter(rows["method"]) == {"all": 120, "half": 120, "unlucky": 120}
    assert (rows.loc[rows["method"] != "unlucky", "status"] == "ok").all()
    unlucky = rows[rows["method"] == "unlucky"]
    assert set(unlucky["status"]) == {"ok", "error"}
    message = unlucky.loc[unlucky["status"] == "error", "message"].iloc[0]
    assert message.startswith("ZeroDivisionError: an unlucky draw")
    assert "slopes.py, line" in message
    ours = rows[rows["method"] == "all"]
    np.testing.assert_allclose(ours["drift_se"], 1 / np.sqrt(ours["n"]), rtol=0.5)
    assert set(map(len, ours["quartiles_hat"])) == {2}
    assert (ours["step_error"] > 0).all()


def test_one_process_gives_the_same_rows(study: Path, tmp_path: Path) -> None:
    ss.run(study, results=tmp_path, jobs=1)
    again, first = (ss.load(folder / "walk_study") for folder in (tmp_path, study.parent / "results"))
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), first.drop(columns="seconds"))


def test_long_rows_hold_each_component_with_its_truth(study: Path) -> None:
    rows = ss.load(study.parent / "results" / "walk_study", long=True)
    ours = rows[rows["method"] == "all"]
    assert ours.groupby("estimand").size().to_dict() == {"drift": 120, "quartiles": 240, "step_error": 120}
    assert ours.loc[ours["estimand"] == "drift", "component"].isna().all()
    assert (ours.loc[ours["estimand"] == "drift", "truth"] == 0.5).all()
    upper = ours[(ours["estimand"] == "quartiles") & (ours["component"] == 1)]
    np.testing.assert_allclose(upper["truth"], 0.5 + 0.6744898)
    assert ours.loc[ours["estimand"] == "step_error", "truth"].isna().all()
    failed = rows[(rows["status"] == "error") & (rows["estimand"] == "drift")]
    assert len(failed) > 0
    assert failed["value"].isna().all()


def test_check_finds_nothing_to_mend(study: Path) -> None:
    result = call("check", study)
    assert "All replicates will take" in result.output
    problems = [line for line in result.output.splitlines() if line.startswith("To be mended")]
    assert all("unlucky draw" in line for line in problems)


@pytest.mark.parametrize("verb", ["plan", "status", "table", "figure", "claims", "theory"])
def test_each_verb_runs(study: Path, verb: str) -> None:
    options = [] if verb == "theory" else ["--out", study.parent / "results"]
    result = call(verb, study, *options)
    assert result.exit_code == 0, result.output


def test_theory_stands_beside_simulation(study: Path) -> None:
    folder = study.parent / "results" / "walk_study"
    call("table", study, "--out", folder.parent)
    predictions = pd.read_parquet(folder / "predictions.parquet")
    own = predictions[(predictions["estimand"] == "drift") & (predictions["measure"] == "empirical_se")]
    np.testing.assert_allclose(own["value"], [0.2, 1 / np.sqrt(50), 0.1])
    assert (predictions.loc[predictions["measure"] == "coverage", "error"] == 0.01).all()
    measures = pd.read_parquet(folder / "measures.parquet")
    assert {"half_range", "bias", "mean", "coverage"} <= set(measures["measure"])
    for name in ("performance", "root_n", "worst_method"):
        assert (folder / "tables" / f"{name}.md").read_text()
    assert "Empirical SE, theory" in (folder / "tables" / "performance.md").read_text()


def test_claims_of_plugins_are_judged(study: Path) -> None:
    folder = study.parent / "results" / "walk_study"
    call("claims", study, "--out", folder.parent)
    claims = pd.read_parquet(folder / "claims.parquet").set_index("claim")
    assert claims.loc["precise", "predicted"] == pytest.approx(0.1)
    assert claims.loc["precise_control", "outcome"] == "caught"
    assert claims.loc["wide", "outcome"] == "as expected"


def test_a_replicate_is_made_again(study: Path) -> None:
    result = call("replay", study, "--scenario", "walk_n50", "--replicate", "3", "--out", study.parent / "results")
    assert result.exit_code == 0, result.output
    assert "differ" not in result.output


def test_the_report_shows_a_study_of_plugins(study: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    result = call("report", study, "--results", study.parent / "results", "--out", page)
    assert result.exit_code == 0, result.output
    assert "walk_study" in page.read_text()


@pytest.fixture(scope="module")
def glm_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("glm")
    shutil.copytree(HERE / "plugins", folder / "plugins")
    shutil.copy(HERE / "glm_study.toml", folder)
    ss.run(folder / "glm_study.toml", results=folder / "results", jobs=2)
    return folder / "glm_study.toml"


def test_a_family_and_a_penalty_of_ones_own_are_fitted(glm_study: Path) -> None:
    rows = ss.load(glm_study.parent / "results" / "glm_study")
    assert Counter(rows["family"]) == {"cloglog": 90, "binomial": 90}
    assert (rows["status"] == "ok").mean() > 0.95
    assert (rows.loc[rows["status"] == "ok", "kkt"] <= 1e-7).all()
    # The estimates of another link are other ones: with cloglog's data the truth is found, to a third of a unit.
    own = rows[(rows["family"] == "cloglog") & (rows["method"] == "mle")]
    np.testing.assert_allclose(np.mean(own["beta_hat"].to_list(), axis=0), [1.0, -0.7, 0.0, 0.0], atol=0.33)
    sparse = rows[rows["method"] != "mle"]
    assert np.mean([np.mean(beta[2:] == 0.0) for beta in sparse["beta_hat"]]) > 0.2


@pytest.mark.parametrize("verb", ["check", "table", "figure"])
def test_verbs_run_with_a_family_and_a_penalty_of_ones_own(glm_study: Path, verb: str) -> None:
    options = [] if verb == "check" else ["--out", glm_study.parent / "results"]
    result = call(verb, glm_study, *options)
    assert result.exit_code == 0, result.output
