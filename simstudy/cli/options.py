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
REPLICATES = click.option("-r", "--replicates", type=int, help="Data sets per scenario, instead of the file's number.")
PROFILE = click.option(
    "--profile", default="quick", show_default=True,
    help="quick or full: which of the file's numbers of replicates, where it has two. A full run extends a quick one.",
)  # fmt: skip
SEED = click.option("--seed", type=int, help="Seed, instead of the file's.")
ONLY = click.option(
    "--only", multiple=True, metavar="KEY=VALUE",
    help="Restrict to scenarios or methods, for example --only family=poisson --only n=400 --only method=mle. "
    "The same key twice means either; different keys mean both.",
)  # fmt: skip
QUIET = click.option("--quiet", is_flag=True, help="No progress.")
