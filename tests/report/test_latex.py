"""LaTeX of every analysis: ASCII always, and compiled where there is a LaTeX."""

import shutil
import subprocess
from pathlib import Path

import pytest

from simstudy.analyses.results import Results
from simstudy.report import latex
from simstudy.report.table import escape_latex
from simstudy.workflow.table import tables

PREAMBLE = r"\documentclass{article}\usepackage[paper=a2paper,margin=1cm]{geometry}\usepackage{booktabs,longtable}"


@pytest.fixture(scope="module")
def sources(summary: Results) -> dict[str, str]:
    return {table.name: latex(table) for table in tables(summary)}


def test_every_table_is_ascii(sources: dict[str, str], summary: Results) -> None:
    assert set(sources) == set(summary.study.analyses)
    assert [name for name, source in sources.items() if not source.isascii()] == []


@pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="no pdflatex; the strict reading of test_tables.py is left"
)
def test_latex_compiles(sources: dict[str, str], tmp_path: Path) -> None:
    body = "\n\\clearpage\n".join(sources.values())
    (tmp_path / "all.tex").write_text(f"{PREAMBLE}\\begin{{document}}{body}\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_letters_that_latex_lacks_lose_their_accents() -> None:
    assert escape_latex("Pötscher σ → √n") == r"Potscher $\sigma$ ? $\surd$n"
