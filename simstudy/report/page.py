"""The report as one HTML file: what a study's section holds, and its rendering."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

#: Number at the start of a printed cell, which is what its column is sorted by.
LEADING = re.compile(r"^[\[<]?\s*(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|-?∞|−∞)")
ASSETS = files("simstudy.report") / "assets"


@dataclass(frozen=True)
class Picture:
    """A figure: its name, its SVG, and its content in words."""

    name: str
    svg: str
    description: str


@dataclass(frozen=True)
class Section:
    """What the report says about one study; what is not there is empty, and `notes` say why.

    Parameters
    ----------
    name, aim : str
        Of the study.
    state : str
        How much of it has been computed, in words.
    pictures : tuple of Picture
    tables : tuple of dict
        `table.document` of each.
    claims : tuple of dict
        Rows of the ledger: columns of `analysis.claims.Entry`.
    claims_table : dict, optional
        `table.document` of the ledger.
    failures : tuple of dict
        One for each method: `method`, `attempted`, `failed` and `statuses`, counts by status.
    runs : tuple of dict
        What provenance.json says of each run.
    commands : tuple of str
        How the numbers are reproduced.
    explorer : dict, optional
        Measures for the interactive figure.
    notes : tuple of str
    """

    name: str
    aim: str
    state: str
    pictures: tuple[Picture, ...] = ()
    tables: tuple[dict[str, Any], ...] = ()
    claims: tuple[dict[str, Any], ...] = ()
    claims_table: dict[str, Any] | None = None
    failures: tuple[dict[str, Any], ...] = ()
    runs: tuple[dict[str, Any], ...] = ()
    commands: tuple[str, ...] = ()
    explorer: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()

    @property
    def answers(self) -> list[str]:
        """Answers of the analyses, in one sentence each."""
        return [table["answer"] for table in self.tables if table.get("answer")]


def render(sections: Sequence[Section], version: str) -> str:
    """The report on some studies as an HTML document that needs no other file and no network."""
    environment = Environment(
        loader=PackageLoader("simstudy.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"data_uri": data_uri, "order": order, "embedded": embedded}
    verdicts = [{"study": section.name, **claim} for section in sections for claim in section.claims]
    return environment.get_template("report.html.j2").render(
        sections=sections,
        verdicts=verdicts,
        counts=counts(verdicts),
        version=version,
        style=asset("report.css"),
        scripts=scripts(sections),
    )


def scripts(sections: Sequence[Section]) -> list[Markup]:
    """The scripts that the page needs, libraries first."""
    names = ["vendor/dataTables.min.js", "report.js"]
    if any(section.explorer for section in sections):
        names[:0] = ["vendor/plotly-basic.min.js"]
    return [asset(name) for name in names]


def asset(name: str) -> Markup:
    """A file of ours or of a vendored library, which goes into the page as it is."""
    return Markup(ASSETS.joinpath(name).read_text(encoding="utf-8"))


def counts(verdicts: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Claims and controls by outcome."""
    found = dict.fromkeys(
        ("claims", "as expected", "unexpected", "undecided", "controls", "caught", "missed", "not evaluated"), 0
    )
    for verdict in verdicts:
        found["controls" if verdict["role"] == "control" else "claims"] += 1
        found[verdict["outcome"]] += 1
    return found


def data_uri(svg: str) -> str:
    """SVG as the source of an image: what is in it cannot act on the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def order(text: str) -> str:
    """What a printed number is sorted by; what is missing comes first."""
    found = LEADING.match(text)
    if found is None:
        return "-1e300"
    number = found[1].replace("−", "-")
    return {"∞": "1e299", "-∞": "-1e299"}.get(number, number)


def embedded(value: object) -> Markup:
    """JSON for a script element, which no text in it can end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
