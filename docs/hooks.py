"""Fills the lists of docs/reference.md from the registries, as `simstudy list` prints them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from simstudy.cli.lists import KINDS, in_words

ROOT = Path(__file__).parents[1]


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A page with a table in place of each `<!-- list KIND -->`; the theory with its formulas as MathML."""
    if page.file.src_path == "theory.md":
        return (ROOT / "simstudy" / "report" / "assets" / "theory.html").read_text(encoding="utf-8")
    return re.sub(r"<!-- list (\w+) -->", lambda found: table(found[1]), markdown)


def on_post_build(config: Any, **_: Any) -> None:
    """Puts the published figures where the pages look for them."""
    for path in [*(ROOT / "results").glob("full/*/figures/*.svg"), *(ROOT / "results").glob("published_tilting/*.md")]:
        target = Path(config["site_dir"]) / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def table(kind: str) -> str:
    """Names of a kind with a line each."""
    rows = [f"| `{name}` | {in_words(entry).replace('|', chr(92) + '|')} |" for name, entry in KINDS[kind].items()]
    return "\n".join(["| name | what it is |", "| --- | --- |", *rows])
