"""The command line as a user meets it: what it prints, what it writes, its exit codes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from simstudy.cli import main

STUDY = """
aim = "to test the command line"
seed = 3
replicates = 6
analyses = ["root_n", "support"]

[[scenario]]
family = ["gaussian", "binomial"]
n = [40, 80]
beta = { pattern = "explicit", values = [1.0, 0.0] }
intercept = 0.5

[[method]]
name = "mle"
estimator = "mle"

[[method]]
name = "fgsm_lasso"
estimator = "fgsm"
penalty = "lasso"
lam = { c = 0.5, power = -0.5 }
"""

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call of the command line in an empty folder that holds tiny.toml."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(STUDY)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def edit(old: str, new: str) -> None:
    assert old in STUDY
    Path("tiny.toml").write_text(STUDY.replace(old, new))


def test_a_study_is_run_and_tabulated(call: Call) -> None:
    done = call("run", "tiny.toml", "-j", 1)
    assert done.exit_code == 0, done.output
    assert "24 replicates, 48 fits" in done.stdout
    assert "Fits without a usable result: none" in done.stdout
    folder = Path("results/tiny")
    assert len(pd.read_parquet(folder / "replicates")) == 48
    assert {"study.toml", "provenance.json", "scenarios.parquet", "measures.parquet"} <= {
        path.name for path in folder.iterdir()
    }
    shown = call("table", "tiny.toml", "-j", 1)
    assert shown.exit_code == 0, shown.output
    assert "0/12" in shown.stdout
    assert "FGSM-LASSO" in shown.stdout
    written = {path.name for path in (folder / "tables").iterdir()}
    assert written == {f"{name}.{ending}" for name in ("root_n", "support") for ending in ("md", "tex", "csv", "json")}


def test_a_second_run_says_that_nothing_is_to_do_and_a_larger_r_extends(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1, "--quiet")
    assert "Nothing to do" in call("run", "tiny.toml", "-j", 1).stdout
    assert "8 replicates, 16 fits" in call("run", "tiny.toml", "-j", 1, "-r", 8).stdout
    measures = pd.read_parquet("results/tiny/measures.parquet")
    assert set(measures["attempted"]) == {8}


def test_a_plan_of_many_scenarios_counts_them(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    call("run", "tiny.toml", "-r", 3, "--only", "method=mle")
    monkeypatch.setattr("simstudy.cli.plan.MOST_LISTED", 0)
    planned = call("plan", "tiny.toml").stdout
    assert "0 complete, " in planned
    assert "begun, 0 not begun. --only" in planned


def test_a_status_with_nothing_done_foretells_nothing(call: Call) -> None:
    assert "0 replicates done" in call("status", "tiny.toml").stdout
    assert "nothing to tell the time left from yet" in call("status", "tiny.toml").stdout
    call("run", "tiny.toml", "-r", 3)
    assert "about" in call("status", "tiny.toml").stdout


def test_a_plan_counts_and_writes_nothing(call: Call) -> None:
    before = set(Path.cwd().rglob("*"))
    planned = call("plan", "tiny.toml")
    assert planned.exit_code == 0
    assert "Fits to do: 48" in planned.stdout
    assert set(Path.cwd().rglob("*")) == before
    call("run", "tiny.toml", "-j", 1, "--only", "family=binomial", "--only", "method=mle")
    assert "Fits to do: 36" in call("plan", "tiny.toml").stdout
    assert "Fits to do: 12" in call("plan", "tiny.toml", "--only", "method=mle").stdout


def test_out_and_seed_are_obeyed(call: Call) -> None:
    assert call("run", "tiny.toml", "-j", 1, "--out", "a").exit_code == 0
    assert call("run", "tiny.toml", "-j", 1, "--out", "b", "--seed", 4).exit_code == 0
    first, second = (pd.read_parquet(f"{folder}/tiny/measures.parquet")["value"] for folder in "ab")
    assert not first.equals(second)


def assert_refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("intercept = 0.5", "intercpt = 0.5", ["tiny.toml", "scenario[0]", "intercpt", "did you mean 'intercept'"]),
        ('"gaussian", ', '"gausian", ', ["tiny.toml", "gausian", "did you mean 'gaussian'"]),
        ('"root_n", ', '"root", ', ["tiny.toml", "analyses", "'root'", "did you mean 'root_n'"]),
        ('penalty = "lasso"', 'penalty = "laso"', ["tiny.toml", "method[1]", "did you mean 'lasso'"]),
        ("[1.0, 0.0]", "[1.0, nan]", ["tiny.toml", "scenario[0]"]),
        ("seed = 3", "seed = = 3", ["tiny.toml", "TOML"]),
    ],
)
def test_a_mistake_in_a_study_file_is_one_sentence_and_exit_code_2(
    call: Call, old: str, new: str, words: list[str]
) -> None:
    edit(old, new)
    for command in ("run", "plan", "table"):
        assert_refused(call(command, "tiny.toml"), 2, *words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "tny.toml"], ["tny.toml"]),
        (["run", "tiny.toml", "--only", "famly=poisson"], ["did you mean 'family'"]),
        (["run", "tiny.toml", "--only", "n=50"], ["unknown '50'", "40, 80"]),
        (["run", "tiny.toml", "-r", "0"], ["replicates = 0"]),
        (["run", "tiny.toml", "-j", "0"], ["jobs = 0"]),
        (["run", "tiny.toml", "-j", "two"], ["two"]),
        (["rnu", "tiny.toml"], ["rnu"]),
    ],
)
def test_wrong_usage_is_exit_code_2_and_leaves_no_trace(call: Call, arguments: list[str], words: list[str]) -> None:
    assert_refused(call(*arguments), 2, *words)


def test_results_of_another_study_are_refused_and_kept(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1)
    before = {path: path.read_bytes() for path in Path("results").rglob("*") if path.is_file()}
    edit("c = 0.5", "c = 0.6")
    for command in ("run", "plan", "table"):
        refused = call(command, "tiny.toml")
        assert refused.exit_code == 1
        assert "method[1].lam.c was 0.5, is 0.6" in refused.stderr
    assert {path: path.read_bytes() for path in Path("results").rglob("*") if path.is_file()} == before


def test_a_table_without_results_says_what_to_do(call: Call) -> None:
    assert_refused(call("table", "tiny.toml"), 1, "simstudy run")


def test_a_damaged_shard_is_named_and_redone(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1)
    victim = next(Path("results/tiny/replicates").iterdir())
    victim.write_bytes(victim.read_bytes()[:99])
    refused = call("table", "tiny.toml")
    assert refused.exit_code == 1
    assert victim.name in refused.stderr
    mended = call("run", "tiny.toml", "-j", 1)
    assert mended.exit_code == 0
    assert victim.name in mended.stderr
    assert "6 replicates" in mended.stdout


def test_fits_that_raise_are_rows_and_exit_code_1(call: Call) -> None:
    edit('["gaussian", "binomial"]', '["gaussian", "poisson"]')
    Path("tiny.toml").write_text(Path("tiny.toml").read_text().replace("intercept = 0.5", "intercept = 600.0"))
    failed = call("run", "tiny.toml", "-j", 1)
    assert failed.exit_code == 1
    assert "24 error" in failed.stdout
    rows = pd.read_parquet("results/tiny/replicates")
    assert (rows["status"] == "error").sum() == 24
    assert rows["message"][rows["status"] == "error"].str.contains("InputError").all()


SCENARIO = ["scenario", "--family", "binomial", "--n", 60, "--p", 4, "--sparsity", 2, "-r", 8, "--lam", 0.05]


def test_one_scenario_is_simulated_without_writing(call: Call) -> None:
    before = set(Path.cwd().rglob("*"))
    done = call(*SCENARIO, "--estimator", "fgsm", "--penalty", "scad", "--estimator", "mle")
    assert done.exit_code == 0, done.output
    for word in ("FGSM-SCAD", "MLE", "beta_4", "Empirical SE", "theory", "/8", "exact support"):
        assert word in done.stdout
    assert set(Path.cwd().rglob("*")) == before


def test_one_scenario_is_kept_where_asked(call: Call) -> None:
    done = call(*SCENARIO, "--estimator", "penalized", "--prevalence", 0.3, "--rho", 0.5, "--out", "kept")
    assert done.exit_code == 0, done.output
    rows = pd.read_parquet("kept/scenario/replicates")
    assert set(rows["method"]) == {"penalized_lasso"}
    assert set(rows["prevalence"]) == {0.3}
    assert set(rows["rho"]) == {0.5}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--estimator", "fgms"], ["did you mean 'fgsm'"]),
        (["--estimator", "fgsm", "--penalty", "scda"], ["did you mean 'scad'"]),
        (["--estimator", "fgsm", "--sparsity", 5], ["s = 5"]),
        (["--estimator", "fgsm", "--n", 0], ["n = 0"]),
        (["--estimator", "fgsm", "--rho", 1.5], ["rho = 1.5"]),
        (["--estimator", "fgsm", "--prevalence", 1.5], ["prevalence = 1.5"]),
        (["--estimator", "fgsm", "--intercept", "some"], ["intercept = 'some'"]),
        (["--estimator", "fgsm", "--design", "nromal"], ["did you mean 'normal'"]),
        (["--estimator", "fgsm", "--lam", -1], ["lam = -1"]),
        ([], ["--estimator"]),
    ],
)
def test_a_mistake_in_a_scenario_is_exit_code_2(call: Call, arguments: list[object], words: list[str]) -> None:
    assert_refused(call(*SCENARIO, *arguments), 2, *words)


def test_a_penalty_without_lam_is_refused(call: Call) -> None:
    assert_refused(call("scenario", "--family", "gaussian", "--n", 9, "--p", 2, "--estimator", "fgsm"), 2, "lam")


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "simstudy", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("simstudy, version 0.2.0")


@pytest.mark.parametrize("command", ["run", "table", "plan", "scenario"])
def test_help_explains_every_option(call: Call, command: str) -> None:
    text = call(command, "--help").stdout
    assert len(text.splitlines()) > 10
    options = [line for line in text.splitlines() if line.strip().startswith("--") or line.strip().startswith("-r")]
    assert options
