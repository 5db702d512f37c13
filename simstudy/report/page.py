"""The report as one HTML file: what a study's section holds, and its rendering."""

from __future__ import annotations

import gzip
import json
import math
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from simstudy.report.figures.save import NUMBERS
from simstudy.report.matrix import STATEMENT, matrix

#: Number at the start of a printed cell, which is what its column is sorted by.
LEADING = re.compile(r"^[\[<]?\s*(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|-?∞|−∞)")
#: Parts of an SVG file, and numbers in its paths, that are longer than they have to be.
METADATA, PATH = re.compile(r"<metadata>.*?</metadata>", re.DOTALL), re.compile(r' d="[^"]*"')
AROUND_LETTERS, BETWEEN = re.compile(r" *([MLHVCSQTAZmlhvcsqtaz]) *"), re.compile(r" +")
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
#: What an SVG in an address in double quotes keeps as it is.
SAFE = "/:;=,()+*-._~!?@$'{}"
#: Findings on the first screen.
MOST_FINDINGS = 3
ASSETS = files("simstudy.report") / "assets"


@dataclass(frozen=True)
class Picture:
    """A figure: its name, its SVG, its content in words, and the SVG of its one-panel form, if there is one."""

    name: str
    svg: str
    description: str
    small: str = ""

    @property
    def caption(self) -> str:
        """What it shows, without the numbers, which are for readers who do not see it."""
        return self.description.partition(NUMBERS)[0].strip() or self.name.replace("_", " ")


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
    sliders : tuple of dict
        What sliders over a path of levels draw from (`report.slider`).
    notes : tuple of str
    title, series : str
        What a report calls the study, and the body of work that it belongs to.
    place : float
        Where it stands among others.
    ademp : tuple of (str, list of str)
        Headings of the ADEMP box with their lines.
    labels : mapping of str to str
        How people see the methods, by name.
    """

    name: str
    aim: str
    state: str
    title: str = ""
    series: str = ""
    place: float = math.inf
    ademp: tuple[tuple[str, list[str]], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    tables: tuple[dict[str, Any], ...] = ()
    claims: tuple[dict[str, Any], ...] = ()
    claims_table: dict[str, Any] | None = None
    failures: tuple[dict[str, Any], ...] = ()
    runs: tuple[dict[str, Any], ...] = ()
    commands: tuple[str, ...] = ()
    explorer: dict[str, Any] | None = None
    sliders: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def answers(self) -> list[str]:
        """Answers of the analyses, in one sentence each."""
        return [table["answer"] for table in self.tables if table.get("answer")]

    @property
    def heading(self) -> str:
        """Its title, or else its name."""
        return self.title or self.name

    @property
    def main(self) -> tuple[str, Picture] | None:
        """Its first answer and figure, if it has both."""
        return (self.answers[0], self.pictures[0]) if self.answers and self.pictures else None


def title_of(sections: Sequence[Section]) -> str:
    """What a report on some studies is called: by the study if it is one, else by what they belong to."""
    if len(sections) == 1:
        return sections[0].heading
    series = dict.fromkeys(each.series for each in sections if each.series)
    return " · ".join(series) or f"{len(sections)} simulation studies"


def render(sections: Sequence[Section], version: str) -> str:
    """The report on some studies as an HTML document that needs no other file and no network."""
    sections = sorted(sections, key=lambda each: (each.place, each.name))
    environment = Environment(
        loader=PackageLoader("simstudy.report", "assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "data_uri": data_uri,
        "data_uri_without_spaces": data_uri_without_spaces,
        "order": order,
        "packed": packed,
        "linked": linked,
    }
    verdicts = [{"study": section.name, **claim} for section in sections for claim in section.claims]
    return environment.get_template("report.html.j2").render(
        sections=sections,
        title=title_of(sections),
        findings=[each for each in sections if each.main is not None][:MOST_FINDINGS],
        matrix=matrix(verdicts),
        theory=theory(verdicts),
        verdicts=verdicts,
        counts=counts(verdicts),
        version=version,
        style=asset("report.css"),
        scripts=scripts(sections),
    )


def theory(verdicts: Sequence[dict[str, Any]]) -> Markup:
    """The page of the theory, if claims are on a statement that it has."""
    page = asset("theory.html")
    used = {f"{letter}{number}" for each in verdicts for letter, number in STATEMENT.findall(each["theory"])}
    return page if any(f'id="{each}"' in page for each in used) else Markup("")


def linked(text: str) -> Markup:
    """A claim's theory with its statements as links to the page of the theory, where that has them."""
    page = asset("theory.html")
    escaped = str(escape(text))
    return Markup(STATEMENT.sub(lambda m: f'<a href="#{m[0]}">{m[0]}</a>' if f'id="{m[0]}"' in page else m[0], escaped))


def scripts(sections: Sequence[Section]) -> list[Markup]:
    """The scripts that the page needs, libraries first."""
    names = ["vendor/dataTables.min.js", "report.js"]
    if any(section.explorer for section in sections):
        names[:0] = ["vendor/plotly-basic.min.js"]
    if any(section.sliders for section in sections):
        names.append("slider.js")
    return [asset(name) for name in names]


@cache
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


def data_uri(svg: str) -> Markup:
    """SVG as the source of an image: what is in it cannot act on the page.

    It stands in double quotes: of what HTML and addresses give a meaning to, all but spaces is encoded.
    """
    return Markup("data:image/svg+xml," + quote(single_quoted(lean(svg)), safe=SAFE + " "))


def data_uri_without_spaces(svg: str) -> Markup:
    """The same for a place where a space ends the address."""
    return Markup("data:image/svg+xml," + quote(single_quoted(lean(svg)), safe=SAFE))


def single_quoted(svg: str) -> str:
    """SVG with its attributes in single quotes, which need no encoding; as it is where it has single quotes already."""
    return svg if "'" in svg else svg.replace('"', "'")


def lean(svg: str) -> str:
    """SVG without its metadata, paths to a hundredth of a point, which nobody sees: half the size."""

    def shorter(path: re.Match[str]) -> str:
        return LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), path[0]).replace(
            "\n", ""
        )

    return PATH.sub(lambda path: close(shorter(path)), METADATA.sub("", svg))


def close(path: str) -> str:
    """A path without the spaces that its grammar does not need: around letters, and a comma for each other one."""
    return BETWEEN.sub(",", AROUND_LETTERS.sub(r"\1", path.replace(' d="', 'd="'))).replace('d="', ' d="', 1)


def order(text: str) -> str:
    """What a printed number is sorted by; what is missing comes first."""
    found = LEADING.match(text)
    if found is None:
        return "-1e300"
    number = found[1].replace("−", "-")
    return {"∞": "1e299", "-∞": "-1e299"}.get(number, number)


def packed(value: object) -> str:
    """JSON for a script element, compressed to a fifth: base64 of gzip, in which nothing can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return b64encode(gzip.compress(text.encode(), mtime=0)).decode()
