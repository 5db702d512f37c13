"""Commands about running and about what has been run."""

import pdb
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from simstudy.cli import main
from simstudy.estimators import mle
from simstudy.workflow.plan import forecast

STUDY = """
aim = "to test the command line"
seed = 3
replicates = 250
analyses = ["root_n", "support"]

[[scenario]]
family = "gaussian"
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
lam = 0.1
"""

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call of the command line in an empty folder that holds tiny.toml."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(STUDY)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def assert_refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_run_stops_when_it_is_precise_and_a_stricter_target_goes_on(call: Call) -> None:
    done = call("run", "tiny.toml", "-j", 1, "--until-mcse", "rmse=25%")
    assert done.exit_code == 0, done.output
    assert "200 replicates, 400 fits" in done.stdout
    strict = call("run", "tiny.toml", "-j", 1, "--until-mcse", "rmse=0.000001")
    assert "300 replicates, 600 fits" in strict.stdout, "the study's replicates are the most"


def test_parts_are_run_and_the_last_one_summarises(call: Call) -> None:
    shared = [call("run", "tiny.toml", "-j", 1, "--shard", f"{part}/2") for part in (1, 2)]
    assert [each.exit_code for each in shared] == [0, 0]
    assert len(pd.read_parquet("results/tiny/replicates")) == 2 * 2 * 250
    assert set(pd.read_parquet("results/tiny/measures.parquet")["attempted"]) == {250}


def test_status_shows_done_and_missing(call: Call) -> None:
    assert "0 replicates done, 500 missing" in call("status", "tiny.toml").stdout
    call("run", "tiny.toml", "-j", 1, "-r", 30)
    shown = call("status", "tiny.toml")
    assert shown.exit_code == 0
    assert "60 replicates done, 440 missing" in shown.stdout
    assert "No run is writing" in shown.stdout
    assert re.search(r"gaussian_n40_p2 .* 30 .* 220 .*/s", shown.stdout)


def test_the_profile_says_how_many_replicates_unless_a_number_does(call: Call) -> None:
    Path("tiny.toml").write_text(STUDY.replace("replicates = 250", "replicates = { quick = 4, full = 6 }"))
    for arguments, done in (((), 4), (("--profile", "full"), 2), (("--profile", "full", "-r", 7), 1)):
        result = call("run", "tiny.toml", "-j", 1, *arguments)
        assert f"{2 * done} replicates, {4 * done} fits" in result.stdout
    assert "14 replicates done, 0 missing" in call("status", "tiny.toml", "--profile", "full").stdout
    assert_refused(call("run", "tiny.toml", "--profile", "fast"), 2, "profile: unknown 'fast'", "full, quick")


def test_a_plan_forecasts_from_a_pilot_or_from_what_is_there(call: Call) -> None:
    assert "No forecast" in call("plan", "tiny.toml").stdout
    assert "Time to expect" in call("plan", "tiny.toml", "--pilot", 5).stdout
    assert not Path("results").exists()
    call("run", "tiny.toml", "-j", 1)
    assert "Time to expect" in call("plan", "tiny.toml", "-r", 1000).stdout
    now, later = (forecast("tiny.toml", replicates=number) for number in (250, 1000))
    measures = pd.read_parquet("results/tiny/measures.parquet").query("measure == 'rmse' and parameter == 'all'")
    for key, found in now.items():
        assert found.rmse_mcse == pytest.approx(measures.query("scenario_key == @key")["mcse"].max())
        assert later[key].rmse_mcse == pytest.approx(found.rmse_mcse / 2)


def test_a_replicate_is_replayed_and_compared(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1, "-r", 10)
    done = call("replay", "tiny.toml", "--scenario", "gaussian_n40_p2", "--replicate", 7)
    assert done.exit_code == 0, done.output
    assert done.stdout.count("equal to the stored row, bit for bit") == 2
    assert "kkt" in done.stdout
    assert_refused(call("replay", "tiny.toml", "--scenario", "gausian_n40_p2", "--replicate", 7), 2, "gaussian_n40_p2")
    assert_refused(
        call("replay", "tiny.toml", "--scenario", "gaussian_n40_p2", "--replicate", 999), 2, "nearest is 249"
    )


def test_the_debugger_is_given_the_fit_with_its_data(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(pdb, "runcall", lambda fit, X, y, **arguments: calls.append((fit, X.shape, y.shape, arguments)))
    done = call("replay", "tiny.toml", "--scenario", "gaussian_n40_p2", "--replicate", 7, "--method", "mle", "--pdb")
    assert done.exit_code == 0, done.output
    assert calls == [(mle, (40, 2), (40,), {"family": "gaussian", "fit_intercept": True})]
    assert "not stored" in done.stdout


@pytest.mark.parametrize(
    ("table", "row", "column"), [("support", 2, "exact_support"), ("root_n", 1, "Slope [95 % CI]")]
)
def test_a_number_is_explained_and_computed_again(call: Call, table: str, row: int, column: str) -> None:
    call("run", "tiny.toml", "-j", 1)
    call("table", "tiny.toml", "-j", 1)
    done = call("explain", "tiny.toml", table, row, column, "-j", 1)
    assert done.exit_code == 0, done.output
    printed, recomputed = (line.partition(":")[2].strip() for line in done.stdout.splitlines()[:2])
    assert printed == recomputed
    for word in ("seed:       3", "250 replicates of mle", ".parquet", "numpy", "gaussian_n80_p2"):
        assert word in done.stdout
    path = Path(f"results/tiny/tables/{table}.csv")
    path.write_text(re.sub(r"0\.\d+", "0.123", path.read_text()))
    assert call("explain", "tiny.toml", table, row, column, "-j", 1).exit_code == 1, "the table says something else"


def test_a_number_that_does_not_exist_is_named(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1, "-r", 20)
    assert_refused(call("explain", "tiny.toml", "suport", 1, "n"), 2, "did you mean 'support'")
    assert_refused(call("explain", "tiny.toml", "support", 99, "n", "-j", 1), 2, "row = 99", "1, ..., 4")
    assert_refused(
        call("explain", "tiny.toml", "support", 1, "exact_suport", "-j", 1), 2, "did you mean 'exact_support'"
    )


def test_a_changed_method_is_computed_again_when_asked(call: Call) -> None:
    call("run", "tiny.toml", "-j", 1, "-r", 10)
    Path("tiny.toml").write_text(STUDY.replace("lam = 0.1", "lam = 0.2"))
    assert_refused(call("run", "tiny.toml", "-j", 1, "-r", 10), 1, "lam was 0.1, is 0.2", "--fresh fgsm_lasso")
    done = call("run", "tiny.toml", "-j", 1, "-r", 10, "--fresh", "fgsm_lasso")
    assert "20 replicates, 20 fits" in done.stdout
    assert set(pd.read_parquet("results/tiny/replicates").query("method == 'fgsm_lasso'")["lam"]) == {0.2}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "3/2"], ["shard = '3/2'", "1 <= I <= K"]),
        (["--backend", "dsk"], ["did you mean 'dask'"]),
        (["--scheduler", "tcp://x:1"], ["scheduler = 'tcp://x:1'", "backend is dask"]),
        (["--until-mcse", "rsme=1"], ["did you mean 'rmse'"]),
        (["--fresh", "fgsm_laso"], ["did you mean 'fgsm_lasso'"]),
        (["--shard", "1/2", "--until-mcse", "rmse=1"], ["until_mcse"]),
    ],
)
def test_wrong_usage_is_exit_code_2_and_leaves_no_trace(call: Call, arguments: list[str], words: list[str]) -> None:
    assert_refused(call("run", "tiny.toml", *arguments), 2, *words)
    assert not Path("results").exists()


def test_a_timeout_is_read_from_the_study_file_and_must_be_positive(call: Call) -> None:
    Path("tiny.toml").write_text(STUDY.replace("seed = 3", "seed = 3\ntimeout = 0"))
    assert_refused(call("plan", "tiny.toml"), 2, "timeout = 0", "positive number of seconds")


@pytest.mark.parametrize("command", ["status", "replay", "explain"])
def test_help_explains_every_option(call: Call, command: str) -> None:
    assert len(call(command, "--help").stdout.splitlines()) > 8
