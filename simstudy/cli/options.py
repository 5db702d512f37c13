"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

STUDY = click.argument("study", type=click.Path(path_type=Path))
JOBS = click.option("-j", "--jobs", default=-1, show_default="every core", help="Processes. No result depends on it.")
RESULTS = click.option(
    "--out", "results", default="results", show_default=True, type=click.Path(path_type=Path),
    help="Folder of all results; the study's own folder in it has the study's name.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, in full precision, for scripts.")
