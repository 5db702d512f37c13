"""What the commands print for people, in terminals of any width, and for scripts."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from simstudy.cli import main
from simstudy.cli.machine import plain
from simstudy.cli.show import fitting, grids
from simstudy.report import Column, Table

STUDY = """
aim = "to print"
replicates = 6
analyses = ["root_n"]

[[scenario]]
family = "gaussian"
n = [40, 80]
beta = { pattern = "explicit", values = [1.0, 0.0] }
intercept = 0.5

[[method]]
name = "mle"
estimator = "mle"

[[claim]]
id = "unbiased"
statement = "Maximum likelihood is unbiased"
theory = "T9"
quantity = "bias"
method = "mle"
parameter = "beta_1"
scenario = { n = 80 }
prediction = 0.0
margin = 5.0
"""

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with tiny.toml and its results."""
    path = tmp_path_factory.mktemp("print")
    (path / "tiny.toml").write_text(STUDY)
    done = CliRunner().invoke(main, ["run", str(path / "tiny.toml"), "-j", "1", "--out", str(path / "results")])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


def spoken(result: Result) -> dict[str, object]:
    """The JSON that a command prints, which is all that it prints."""
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_table_speaks_json_in_full_precision(call: Call) -> None:
    found = spoken(call("table", "tiny.toml", "-j", 1, "--json"))
    assert found["study"] == "tiny"
    (table,) = found["tables"]
    assert table["name"] == "root_n"
    assert len(table["rows"]) == len(table["data"]) == len(table["marks"]) == 1
    assert "from n = 40 to 80" in table["answer"]
    measures = pd.read_parquet("results/tiny/measures.parquet")
    whole = measures[(measures["measure"] == "rmse") & (measures["parameter"] == "all")]["value"]
    assert table["data"][0]["scaled"] == pytest.approx(80**0.5 * whole.iloc[1], rel=1e-14)


def test_claims_plan_status_and_theory_speak_json(call: Call) -> None:
    ledger = spoken(call("claims", "tiny.toml", "-j", 1, "--json"))
    assert ledger["holds"] is True
    assert ledger["claims"][0]["claim"] == "unbiased"
    assert ledger["claims"][0]["power"] is None
    cells = spoken(call("plan", "tiny.toml", "-r", 9, "--json"))["cells"]
    assert [(cell["method"], cell["present"], cell["to_do"]) for cell in cells] == [("mle", 6, 3)] * 2
    state = spoken(call("status", "tiny.toml", "--json"))
    assert [(each["done"], each["missing"], each["failed"]) for each in state["scenarios"]] == [(6, 0, {})] * 2
    assert state["running"] == []
    names = [table["name"] for table in spoken(call("theory", "tiny.toml", "-j", 1, "--json"))["tables"]]
    assert "constants" in names


def test_figure_and_report_are_commands(call: Call) -> None:
    drawn = call("figure", "tiny.toml", "-j", 1, "--format", "svg")
    assert drawn.exit_code == 0, drawn.output
    assert drawn.stdout.split() == [f"results/tiny/figures/root_n{form}.svg" for form in ("", ".small")]
    written = call("report", "tiny.toml", "-j", 1, "--out", "page.html")
    assert written.exit_code == 0, written.output
    assert "page.html" in written.stdout
    assert "Maximum likelihood is unbiased" in Path("page.html").read_text(encoding="utf-8")
    assert call("figure", "tiny.toml", "--format", "gif").exit_code == 2
    assert {"figure", "report"} <= set(call("--help").stdout.split())


def test_values_that_json_lacks_are_null() -> None:
    assert plain({"a": float("nan"), "b": (pd.NA, None, True, 2, "x")}) == {"a": None, "b": [None, None, True, 2, "x"]}


def test_a_table_wider_than_the_terminal_is_printed_in_parts_with_numbered_rows() -> None:
    data = pd.DataFrame({"name": ["[bold]method", "other"]})
    columns = tuple(Column(f"Heading {k}", lambda rows: list(rows["name"]), numeric=False) for k in range(9))
    table = Table("t", "Caption", columns, (), data)
    for width, parts in ((240, 1), (120, 2), (80, 3), (45, 5)):
        console = Console(width=width, record=True, file=StringIO())
        made = grids(table, width)
        assert len(made) == parts
        for grid in made:
            console.print(grid)
        text = console.export_text()
        assert max(map(len, text.splitlines())) <= width
        assert text.count("[bold]method") == 9
        assert "…" not in text
        assert ("Row" in text) == (parts > 1)


def test_a_column_wider_than_the_terminal_stands_alone() -> None:
    assert fitting([100, 10, 10], 60) == [[0], [1, 2]]
    assert fitting([20, 20], 40) == [[0, 1]]


@pytest.mark.parametrize(
    "shell", ["bash", pytest.param("zsh", marks=pytest.mark.slow), pytest.param("fish", marks=pytest.mark.slow)]
)
def test_a_shell_completes_commands_and_options(shell: str) -> None:
    command = [sys.executable, "-c", "from simstudy.cli import main; main(prog_name='simstudy')"]
    source = {**os.environ, "_SIMSTUDY_COMPLETE": f"{shell}_source"}
    script = subprocess.run(command, env=source, capture_output=True, text=True, check=False)
    if "requires Bash" in script.stderr or "Couldn't detect Bash" in script.stderr:
        pytest.skip("no bash that completes")
    assert script.returncode == 0, script.stderr
    assert "_SIMSTUDY_COMPLETE" in script.stdout
    typed = {"bash": ("simstudy fi", "1"), "zsh": ("simstudy fi", "1"), "fish": ("simstudy fi", "fi")}[shell]
    asked = {"_SIMSTUDY_COMPLETE": f"{shell}_complete", "COMP_WORDS": typed[0], "COMP_CWORD": typed[1]}
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert "figure" in done.stdout
    asked |= {"COMP_WORDS": "simstudy table --js", "COMP_CWORD": "--js" if shell == "fish" else "2"}
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert "--json" in done.stdout
