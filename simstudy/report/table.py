"""One definition of a table, from which markdown, LaTeX and CSV are made."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from simstudy.store.files import write_text

#: Characters that LaTeX reads as commands, and those that its standard fonts lack.
LATEX_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": "$|$",
    "–": "--",
    "−": "$-$",
    "√": r"$\surd$",
    "∞": r"$\infty$",
    "¼": r"$\frac{1}{4}$",
    "½": r"$\frac{1}{2}$",
    "σ": r"$\sigma$",
    "λ": r"$\lambda$",
    "κ": r"$\kappa$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "…": r"\ldots{}",
}
#: Tables with more rows than this break over pages.
ROWS_ON_A_PAGE = 40
#: Of a table's files: markdown, LaTeX, all numbers, and the table as printed.
ENDINGS = ("md", "tex", "csv", "json")


@dataclass(frozen=True)
class Column:
    """One printed column.

    Parameters
    ----------
    heading : str
        Heading in markdown and on the terminal.
    cells : callable
        From the table's data to one text for each row.
    latex : str, optional
        Heading in LaTeX source; the escaped `heading` where it is None.
    numeric : bool
        Aligned to the right, hyphens printed as minus signs.
    marks : callable, optional
        From the table's data to whether each row's cell is among the best of its kind, and is set in bold.
    labelled : bool
        Whether its cells are names of methods, printed as their labels.
    """

    heading: str
    cells: Callable[[pd.DataFrame], list[str]]
    latex: str | None = None
    numeric: bool = True
    marks: Callable[[pd.DataFrame], list[bool]] | None = None
    labelled: bool = False


@dataclass(frozen=True)
class Table:
    """A table: what it shows, how, and the numbers behind it.

    Parameters
    ----------
    name : str
        File name without ending, and the label in LaTeX.
    caption : str
        One sentence on what is shown.
    columns : tuple of Column
        Printed columns.
    notes : tuple of str
        Sentences printed below.
    data : DataFrame
        One row for each printed row, in full precision; columns that are not printed go into the CSV file too.
    answer : str
        The answer to the table's question in one sentence, printed above it.
    labels : mapping of str to str
        How people see the methods, by name; the CSV file has the names.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    data: pd.DataFrame
    answer: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "caption", visible(self.caption))
        object.__setattr__(self, "answer", visible(self.answer))
        object.__setattr__(self, "notes", tuple(map(visible, self.notes)))
        object.__setattr__(self, "labels", {name: visible(label) for name, label in self.labels.items()})


def visible(text: str) -> str:
    """The text with its control characters written out, which a terminal or a page would obey."""
    controls = {each for each in text if unicodedata.category(each) in {"Cc", "Cf"}}
    return text if not controls else "".join(repr(each)[1:-1] if each in controls else each for each in text)


def cells(table: Table) -> pd.DataFrame:
    """Printed texts, one column for each heading: what markdown and the terminal show."""
    return pd.DataFrame({column.heading: printed(table, column) for column in table.columns})


def printed(table: Table, column: Column) -> list[str]:
    """Texts of one column."""
    found = column.cells(table.data)
    return [visible(table.labels.get(each, each) if column.labelled else each) for each in found]


def marks(table: Table) -> pd.DataFrame:
    """Whether each printed cell is marked as the best, in the shape of `cells`."""
    rows = len(table.data)
    found = {c.heading: [False] * rows if c.marks is None else c.marks(table.data) for c in table.columns}
    return pd.DataFrame(found, dtype=bool)


def document(table: Table) -> dict[str, Any]:
    """The table as printed, in terms of JSON: what the report is made of."""
    return {
        "name": table.name,
        "labels": dict(table.labels),
        "caption": table.caption,
        "answer": table.answer,
        "columns": [{"heading": column.heading, "numeric": column.numeric} for column in table.columns],
        "rows": cells(table).to_numpy().tolist(),
        "marks": marks(table).to_numpy().tolist(),
        "notes": list(table.notes),
    }


def markdown(table: Table) -> str:
    """Caption, answer, pipe table and notes in markdown; the best cells in bold."""
    align = ["right" if column.numeric else "left" for column in table.columns]
    body = cells(table).map(lambda text: without_html(text).replace("|", r"\|"))
    body = emphasised(body, marks(table), "**", "**")
    grid = body.to_markdown(index=False, disable_numparse=True, colalign=align) if len(body) else "No rows."
    notes = "\n".join(f"- {note}" for note in table.notes)
    said = [without_html(each) for each in (f"**{table.caption}**", table.answer)]
    return "\n\n".join(filter(None, [*said, grid, without_html(notes)])) + "\n"


def without_html(text: str) -> str:
    """Text of which markdown takes nothing for a tag, a comment or an entity of HTML."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", re.sub(r"&(?=[A-Za-z#])", "&amp;", text))


def emphasised(body: pd.DataFrame, marked: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Printed cells, those that are marked between `before` and `after`."""
    pairs = {name: zip(body[name], marked[name], strict=True) for name in body}
    return pd.DataFrame({name: [f"{before}{t}{after}" if m else t for t, m in each] for name, each in pairs.items()})


def latex(table: Table) -> str:
    """LaTeX table with booktabs rules; needs the packages booktabs and, beyond 40 rows, longtable."""
    body = cells(table)
    for column in table.columns:
        # Of a table without rows the texts would be numbers to pandas.
        escaped = body[column.heading].astype(str).map(escape_latex).astype(str)
        body[column.heading] = escaped.str.replace(r"(?<!-)-(?!-)", "$-$", regex=True) if column.numeric else escaped
    body = emphasised(body, marks(table), r"\textbf{", "}")
    body.columns = [escape_latex(column.heading) if column.latex is None else column.latex for column in table.columns]
    position = "".join("r" if column.numeric else "l" for column in table.columns)
    notes = "\\par\n".join(escape_latex(note) for note in table.notes)
    long = len(body) > ROWS_ON_A_PAGE
    text = body.style.hide(axis="index").to_latex(
        column_format=position,
        hrules=True,
        caption=escape_latex(table.caption) if long else None,
        label=f"tab:{table.name}" if long else None,
        environment="longtable" if long else None,
    )
    if long:
        return f"{{\\footnotesize\n{text}\\noindent\n{notes}\\par}}\n"
    heading = f"\\caption{{{escape_latex(table.caption)}}}\n\\label{{tab:{table.name}}}\n\\footnotesize\n"
    return f"\\begin{{table}}\n\\centering\n{heading}{text}\\par\\smallskip\n{notes}\\par\n\\end{{table}}\n"


def csv(table: Table) -> str:
    """All of the table's data, numbers in full precision, headed by the column names of the data."""
    return table.data.map(as_text).to_csv(index=False)


def as_text(cell: Any) -> Any:
    """A cell of which no spreadsheet makes a formula: a quote before a text that would be one and is no number."""
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def table_paths(name: str, folder: Path) -> list[Path]:
    """Files of a table."""
    return [folder / f"{name}.{ending}" for ending in ENDINGS]


def write_table(table: Table, folder: Path) -> list[Path]:
    """Write `<name>.md`, `.tex`, `.csv` and `.json` into the folder, which is made where it does not exist.

    Returns
    -------
    list of Path
        The files written.
    """
    printed = json.dumps(document(table), indent=1, ensure_ascii=False) + "\n"
    paths = table_paths(table.name, folder)
    for path, text in zip(paths, (markdown(table), latex(table), csv(table), printed), strict=True):
        write_text(path, text)
    return paths


def escape_latex(text: str) -> str:
    """Text with every character that LaTeX would read as a command, or has no glyph for, made printable in ASCII."""
    return "".join(LATEX_ESCAPES.get(each, each if each.isascii() else plain(each)) for each in text)


def plain(character: str) -> str:
    """A letter without its accents; a question mark for what has no letter of the Latin alphabet in it."""
    letters = "".join(each for each in unicodedata.normalize("NFKD", character) if each.isascii())
    return letters or "?"
