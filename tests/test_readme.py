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
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: Pages whose blocks run, each as it stands.
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
FENCED = re.compile(r'^```(\w*)(?: title="([^"]+)")?\n(.*?)^```', re.MULTILINE | re.DOTALL)
FULL = ROOT / "results" / "full"


def blocks(page, language):
    """Blocks of a language that are no file."""
    return [body for name, title, body in FENCED.findall(PAGES[page]) if name == language and not title]


def commands(page, program):
    lines = [line for body in blocks(page, "") for line in body.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(f"{program} ")]


def test_the_readme_is_short():
    assert len(README.splitlines()) < 150


def test_the_finding_of_the_readme_is_that_of_the_published_results():
    rows = pd.read_parquet(FULL / "neutrality" / "measures.parquet").query("measure == 'bias_difference'")
    rows = rows[rows["scenario"].str.contains("prev0.5") & (rows["method"] == "fgsm_lasso")]
    rows = rows[rows["reference"] == "penalized_lasso"].set_index("parameter")
    chosen = "law == 'T17' and measure == 'bias_difference' and parameter == 'beta_1'"
    law = pd.read_parquet(FULL / "neutrality" / "predictions.parquet").query(chosen)
    law = law[law["scenario"].str.contains("prev0.5") & (law["reference"] == "penalized_lasso")]
    found, predicted = 100 * rows.loc["beta_1", "value"], 100 * law["value"].iloc[0]
    said = " ".join(README.split())
    assert f"one of {found:.1f} % of the largest slope (theory: {predicted:.1f} %)" in said
    assert abs(rows.loc["intercept", "value"]) < 3 * rows.loc["intercept", "mcse"]


def test_published_claims_and_controls_are_decided():
    ledgers = [pd.read_parquet(path) for path in FULL.glob("*/claims.parquet")]
    assert set(pd.concat(ledgers)["outcome"]) == {"as expected", "caught"}


def test_every_name_that_a_study_can_use_is_in_the_guide():
    registries = (BLOCKS, DESIGNS, ERRORS, ESTIMATORS, FAMILIES, PATTERNS, PENALTIES, SOURCES)
    text = PAGES["study-files.md"]
    named = set(re.findall(r"`[\"]?(\w+)[\"]?`", text)) | set(re.findall(r'law = "(\w+)"', text))
    assert {name for registry in registries for name in registry if name not in named} == set()


def test_the_changelog_counts_measures():
    assert f"- {len(MEASURES)} performance measures" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_picture_and_page_of_the_documents_exists():
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), (document.name, link)


def test_make_knows_the_targets_of_the_pages():
    for page in PAGES:
        for target in commands(page, "make"):
            done = subprocess.run(["make", "--dry-run", *target], cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [name for name in PAGES if blocks(name, "python")])
def test_python_of_the_pages_runs(page):
    for body in blocks(page, "python"):
        done = subprocess.run([sys.executable, "-W", "error", "-c", body], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("ok ")


@pytest.mark.parametrize("page", [name for name in PAGES if commands(name, "simstudy")])
def test_commands_of_the_pages_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _, title, body in FENCED.findall(PAGES["study-files.md"] + PAGES[page]):
        if title:
            with Path(title).open("a", encoding="utf-8") as file:
                file.write(body)
    if page == "study-files.md":
        Path("my_study.toml").write_text("\n".join(b for _, t, b in FENCED.findall(PAGES[page]) if t), encoding="utf-8")
    for command in commands(page, "simstudy"):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, (command, done.output)
