"""Several studies at once: what is wrong fails, what lacks a package is left out."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from simstudy.cli import group
from simstudy.errors import MissingError
from simstudy.workflow.every import MISSING, every

STUDY = """
aim = "One"
replicates = 3
method = [{ name = "mle", estimator = "mle" }]
scenario = [{ family = "FAMILY", n = 40, intercept = 0, beta = { pattern = "explicit", values = [1.0] } }]
"""


def test_a_wrong_study_fails(tmp_path: Path) -> None:
    texts = {"good": STUDY.replace("FAMILY", "binomial"), "wrong": STUDY.replace("FAMILY", "binomal")}
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    files = [tmp_path / f"{name}.toml" for name in texts]
    found = every(files, results=tmp_path / "results", jobs=1, side_by_side=2, say=[].append)
    assert found.done == ("good",)
    assert not found.is_good
    assert [each.partition(":")[0] for each in found.failed] == ["wrong"]


def test_what_is_not_installed_has_an_exit_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise MissingError("a network needs jax: pip install 'simstudy[networks]'")

    monkeypatch.setattr(group, "import_module", missing)
    done = CliRunner().invoke(group.main, ["plan", "study.toml"])
    assert done.exit_code == MISSING == group.MISSING
    assert "simstudy[networks]" in done.output
