"""The study files in experiments/: each is complete, and names only what exists."""

import re
from pathlib import Path

import pytest

from simstudy.analyses.registry import ANALYSES
from simstudy.study.claim import CONTRADICTED
from simstudy.workflow.studies import study_of

EXPERIMENTS = sorted((Path(__file__).parents[1] / "experiments").glob("*.toml"))
WORDS = (r"^Aim:", r"\bData:", r"\bEstimands?:", r"\bMethods[:,]", r"\bMeasures?:", r"\bClaims:", r"\bmargins?\b")

#: Every statement of the theory that simulation can confront, and the checked figures.
STATEMENTS = [f"T{number}" for number in [*range(6, 18), *range(20, 24)]]
STATEMENTS += ["section 7", "G3", "G4", "G5", "G7", "G8", "G9"]


def header(path: Path) -> str:
    """The comment that a file begins with."""
    lines = path.read_text(encoding="utf-8").split("\naim =")[0].splitlines()
    assert all(line.startswith("#") for line in lines)
    return " ".join(line.lstrip("# ") for line in lines).strip()


def test_every_study_is_there() -> None:
    names = "activation dispersion limit_law neutrality oracle penalties proportional root_n support tradeoff training"
    geometry = "boundaries goodfellow robustness scaling tilting toy uniformity weak_oracle"
    large_p = "existence finite_p inference interpolation"
    assert {path.stem for path in EXPERIMENTS} == {*names.split(), *geometry.split(), *large_p.split()}


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_a_study_reads_and_states_what_it_does(path: Path) -> None:
    """`study_of` refuses unknown analyses, methods, scenarios, coefficients and predictions that are not covered."""
    study = study_of(path)
    assert study.name == path.stem
    assert study.replicates < study.full_replicates
    assert set(study.analyses) <= ANALYSES.keys()
    assert study.analyses
    text = header(path)
    assert [word for word in WORDS if not re.search(word, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_claims_that_expect_support_have_a_control(path: Path) -> None:
    claims = study_of(path).claims
    assert claims
    bare = [claim.id for claim in claims if claim.control is None and claim.expected != CONTRADICTED]
    assert bare == []


def test_every_statement_of_the_theory_is_claimed_somewhere() -> None:
    claimed = " ".join(claim.theory for path in EXPERIMENTS for claim in study_of(path).claims)
    assert [each for each in STATEMENTS if not re.search(rf"\b{each}\b", claimed)] == []
