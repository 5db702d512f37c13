"""The README's tables come from results/, and its commands and code run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from simstudy.cli import main
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import FAMILIES
from simstudy.measures import MEASURES
from simstudy.penalties import PENALTIES
from simstudy.sources.coefficients import PATTERNS
from simstudy.sources.designs import BLOCKS, DESIGNS
from simstudy.sources.noise import ERRORS
from simstudy.sources.registry import SOURCES

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def blocks(language):
    return [body for name, body in FENCED if name == language]


def commands(program):
    lines = [line for body in blocks("") for line in body.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(f"{program} ")]


def test_every_row_of_results_in_the_readme_is_a_row_of_a_table():
    rows = [line for line in TEXT.splitlines() if line.startswith("| fgsm_")]
    tables = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "results").glob("full/*/tables/*.md"))
    assert len(rows) >= 4
    assert [row for row in rows if row not in tables] == []


def test_every_quoted_sentence_is_the_answer_of_a_table():
    quoted = [line[2:] for line in TEXT.splitlines() if line.startswith("> ")]
    tables = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "results").glob("full/*/tables/*.md"))
    assert len(quoted) >= 5
    assert [sentence for sentence in quoted if sentence not in tables] == []


def test_claims_and_controls_of_the_full_profile_are_counted():
    ledgers = [pd.read_parquet(path) for path in (ROOT / "results" / "full").glob("*/claims.parquet")]
    counts = pd.concat(ledgers)["outcome"].value_counts()
    assert f"{counts['as expected']} claims as expected, {counts['caught']} negative controls" in TEXT
    assert set(counts.index) == {"as expected", "caught"}


def test_every_name_that_a_study_can_use_is_in_the_readme():
    registries = (BLOCKS, DESIGNS, ERRORS, ESTIMATORS, FAMILIES, PATTERNS, PENALTIES, SOURCES)
    named = set(re.findall(r"`[\"]?(\w+)[\"]?`", TEXT)) | set(re.findall(r'law = "(\w+)"', TEXT))
    assert {name for registry in registries for name in registry if name not in named} == set()


def test_the_changelog_counts_measures():
    assert f"- {len(MEASURES)} performance measures" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_picture_and_page_of_the_documents_exists():
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), (document.name, link)


def test_make_knows_the_targets_of_the_readme():
    for target in commands("make"):
        done = subprocess.run(["make", "--dry-run", *target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("body", blocks("python"))
def test_python_of_the_readme_runs(body):
    done = subprocess.run([sys.executable, "-W", "error", "-c", body], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok ")


def test_commands_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("my_study.toml").write_text("\n".join(blocks("toml")), encoding="utf-8")
    wanted = commands("simstudy")
    assert {command[0] for command in wanted} >= {"scenario", "plan", "run", "table", "claims", "figure", "report"}
    for command in wanted:
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, (command, done.output)
    assert (tmp_path / "results" / "my_study" / "tables" / "root_n.md").exists()
