"""What strangers put into labels and statements is shown and never obeyed: by a terminal, a page, a spreadsheet."""

import pandas as pd
import pytest

from simstudy.report.columns import text
from simstudy.report.table import Table, as_text, cells, csv, document, markdown, visible

BAD = "a\x1b[2J\u202eb\nc"
FORMULA = "=cmd|'/c calc'!A1"


def table(cell: str) -> Table:
    data = pd.DataFrame({"method": ["m"], "said": [cell]})
    columns = (text("Method", "method"), text("Said", "said"))
    return Table("t", f"Caption {cell}", columns, (f"Note {cell}",), data, f"Answer {cell}", {"m": cell})


def test_control_characters_are_written_out() -> None:
    assert visible(BAD) == r"a\x1b[2J\u202eb\nc"
    assert visible("n = 5, µ ± 0.1 – “x”") == "n = 5, µ ± 0.1 – “x”"
    made = table(BAD)
    assert "\x1b" not in markdown(made)
    assert "\x1b" not in str(document(made))
    assert (cells(made) == r"a\x1b[2J\u202eb\nc").all(axis=None)


def test_markdown_has_no_html_of_a_label() -> None:
    found = markdown(table("<script>alert(1)</script> &lt; x < 5 <0.001"))
    assert "<script" not in found
    assert "&lt;script>alert(1)&lt;/script> &amp;lt; x < 5 <0.001" in found


@pytest.mark.parametrize("cell", [FORMULA, "+1+1", "-2-3", "@SUM(A1)", "\tx"])
def test_no_cell_of_a_csv_file_is_a_formula(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"
    assert cell[1:] in csv(table(cell))
    assert f",{cell[:1]}" not in csv(table(cell))


def test_numbers_stay_numbers() -> None:
    assert [as_text(each) for each in (-1.5, "-1.5", "+2e3", "x", None)] == [-1.5, "-1.5", "+2e3", "x", None]
