"""Renders docs/theory.md with MathML, which needs no network and no script, as the report shows it.

Run `make theory-page` after a change of docs/theory.md; `tests/report/test_page.py` compares. It needs the packages
latex2mathml and markdown-it-py, which the extra `docs` has; the report itself needs neither.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from latex2mathml.converter import convert
from markdown_it import MarkdownIt

SOURCE = Path(__file__).parent / "theory.md"
TARGET = Path(__file__).parents[1] / "simstudy" / "report" / "assets" / "theory.html"
FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+?)\$", re.DOTALL)
STATEMENT = r"[A-Z]\d+"


def rendered(text: str) -> str:
    """The theory as a part of an HTML page; the place where a statement is made has its number as id."""
    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        latex = found["block"] or found["inline"]
        tags = re.findall(r"\\tag\{(.+?)\}", latex) + re.findall(rf"\(\\text\{{({STATEMENT})\}}\)", latex)
        latex = re.sub(r"\\tag\{.+?\}", "", latex).replace("\n", " ")
        latex = re.sub(r"\\bigl|\\bigr", "", latex)
        made = convert(latex, display="block" if found["block"] else "inline")
        marks = "".join(f'<span class="tag" id="{tag}">({tag})</span>' for tag in tags)
        formulas.append(
            f'<div class="formula" tabindex="0" role="group" aria-label="formula">{made}{marks}</div>'
            if found["block"]
            else made
        )
        return f"FORMULA{len(formulas) - 1}X"

    html = MarkdownIt("commonmark").enable("table").render(FORMULA.sub(keep, text))
    html = re.sub(r"<(/?)h([123])>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", html)
    html = re.sub(rf"<td>({STATEMENT})</td>", r'<th scope="row" id="\1">\1</th>', html)
    seen = set(re.findall(rf'id="({STATEMENT})"', "".join(formulas) + html))
    for name in dict.fromkeys(re.findall(rf"\(({STATEMENT})\)", html)):
        if name not in seen:
            html = html.replace(f"({name})", f'(<span id="{name}">{name}</span>)', 1)
    html = re.sub(r"FORMULA(\d+)X", lambda m: formulas[int(m[1])], html)
    html = re.sub(r"<p>(<div class=\"formula\"[^>]*>.*?</div>)</p>", r"\1", html, flags=re.DOTALL)
    return html.replace("<h2>", '<h2 id="theory-heading">', 1)


if __name__ == "__main__":
    page = rendered(SOURCE.read_text(encoding="utf-8"))
    TARGET.write_text(page, encoding="utf-8")
    sys.stdout.write(f"{TARGET} ({len(page) / 1e3:.0f} kB)\n")
