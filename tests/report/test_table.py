import json
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simstudy.report import Column, Table, cells, csv, latex, markdown, write_table
from simstudy.report.columns import best, bounds, estimate, failures, interval, number, p_value, text, theory
from simstudy.report.table import document, escape_latex

DATA = pd.DataFrame(
    {
        "method": ["fgsm_lasso", "mle"],
        "n": [100, 3200],
        "bias": [-0.123456789, np.nan],
        "bias_mcse": [0.00345, np.nan],
        "bias_lower": [-0.1304, np.nan],
        "bias_upper": [-0.1166, np.nan],
        "t17": [-0.1201, 0.001],
        "t17_mcse": [0.0, 0.0],
        "p": [0.0001, 0.5],
        "attempted": [200, 200],
        "failed": [0, 200],
        "conditional": [False, True],
    }
)
COLUMNS = (
    text("Method", "method"),
    number("n", "n", "$n$"),
    estimate("Bias", "bias"),
    interval("Bias [95 % CI]", "bias"),
    bounds("95 % CI", "bias"),
    theory("T17", "t17", "bias"),
    p_value("p", "p"),
    failures(),
)
TABLE = Table("bias", "Bias of 50 % & more", COLUMNS, ("R = 200 replicates.", "A note."), DATA)


def test_cells_are_the_printed_texts() -> None:
    first, second = cells(TABLE).to_numpy().tolist()
    assert first == [
        *["fgsm_lasso", "100", "-0.1235 (0.0034)", "-0.1235 [-0.1304, -0.1166]", "[-0.1304, -0.1166]", "-0.1201"],
        *["<0.001", "0/200"],
    ]
    assert second == ["mle", "3200", "–", "–", "–", "0.001", "0.50", "200/200*"]


def test_markdown_is_a_pipe_table_between_caption_and_notes() -> None:
    lines = markdown(TABLE).splitlines()
    assert lines[0] == "**Bias of 50 % & more**"
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 4
    assert {row.count("|") for row in rows} == {9}
    assert rows[1].split("|")[1].startswith(":")
    assert rows[1].split("|")[2].endswith(":")
    assert lines[-2:] == ["- R = 200 replicates.", "- A note."]


def test_a_pipe_in_a_name_does_not_add_a_column() -> None:
    table = Table("t", "c", COLUMNS[:2], (), DATA.assign(method=["a|b", "c"]))
    assert r"a\|b" in markdown(table)


def test_csv_holds_all_data_in_full_precision() -> None:
    back = pd.read_csv(StringIO(csv(TABLE)))
    pd.testing.assert_frame_equal(back, DATA, check_exact=True, check_dtype=False)


def test_latex_escapes_names_and_prints_minus_signs() -> None:
    source = latex(TABLE)
    assert r"fgsm\_lasso & 100 & $-$0.1235 (0.0034) &" in source
    assert r"\caption{Bias of 50 \% \& more}" in source
    assert r"\textless{}0.001" in source
    assert r"Bias [95 \% CI]" in source
    assert "mle & 3200 & -- & --" in source


@pytest.mark.parametrize("character", ["\\", "{", "}", "&", "%", "$", "#", "_", "~", "^"])
def test_no_special_character_passes_through(character: str) -> None:
    escaped = escape_latex(f"a{character}b")
    assert escaped.startswith("a\\")
    assert escaped.endswith("b")
    assert len(escaped) > 3


def test_a_long_table_breaks_over_pages() -> None:
    long = Table("long", "c", COLUMNS, ("A note.",), pd.concat([DATA] * 30, ignore_index=True))
    assert r"\begin{longtable}" in latex(long)
    assert r"\label{tab:long}" in latex(long)
    assert r"\caption{c}" in latex(long)
    assert "A note." in latex(long)


def test_no_rows_are_said_in_words() -> None:
    assert "No rows." in markdown(Table("t", "c", COLUMNS, (), DATA.iloc[:0]))


def test_a_table_without_rows_is_latex_too() -> None:
    assert r"\begin{tabular}" in latex(Table("t", "c", COLUMNS, (), DATA.iloc[:0]))


def test_write_table_makes_four_files(tmp_path: Path) -> None:
    paths = write_table(TABLE, tmp_path / "tables")
    assert [path.name for path in paths] == ["bias.md", "bias.tex", "bias.csv", "bias.json"]
    assert paths[0].read_text(encoding="utf-8") == markdown(TABLE)
    assert paths[1].read_text(encoding="utf-8") == latex(TABLE)
    assert paths[2].read_text(encoding="utf-8") == csv(TABLE)
    assert json.loads(paths[3].read_text(encoding="utf-8")) == document(TABLE)


def test_column_is_a_heading_and_a_format() -> None:
    table = Table("t", "c", (Column("Twice", lambda data: [str(2 * n) for n in data["n"]]),), (), DATA)
    assert cells(table)["Twice"].tolist() == ["200", "6400"]


ERRORS = pd.DataFrame(
    {
        "scenario": ["a", "a", "a", "b", "b", "c", "c"],
        "rmse": [0.50, 0.30, 0.31, 0.2, 0.2, np.nan, 0.4],
        "rmse_mcse": [0.01, 0.01, 0.01, 0.1, 0.1, np.nan, np.nan],
    }
)


def test_the_best_of_each_scenario_is_marked_with_those_that_are_not_told_apart_from_it() -> None:
    column = best(estimate("RMSE", "rmse"), "rmse", ["scenario"])
    assert column.marks is not None
    assert column.marks(ERRORS) == [False, True, True, False, False, False, True]
    largest = best(estimate("RMSE", "rmse"), "rmse", ["scenario"], largest=True)
    assert largest.marks is not None
    assert largest.marks(ERRORS)[:3] == [True, False, False]


def test_marked_cells_are_bold_everywhere() -> None:
    column = best(estimate("RMSE", "rmse"), "rmse", ["scenario"])
    table = Table("t", "c", (text("Where", "scenario"), column), (), ERRORS, "Method b is best.")
    assert "**0.300 (0.010)**" in markdown(table)
    assert "**0.500" not in markdown(table)
    assert r"\textbf{0.300 (0.010)}" in latex(table)
    assert document(table)["marks"][:2] == [[False, False], [False, True]]
    assert markdown(table).splitlines()[2] == "Method b is best."


def test_a_group_in_which_every_fit_failed_has_no_best() -> None:
    column = best(estimate("RMSE", "rmse"), "rmse", ["scenario"])
    assert column.marks is not None
    assert column.marks(ERRORS.assign(rmse=np.nan)) == [False] * 7
