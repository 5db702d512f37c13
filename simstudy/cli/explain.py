"""The command `explain`: what is behind one number of a table."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli.group import FAILED
from simstudy.cli.options import JOBS, RESULTS, STUDY
from simstudy.cli.show import explanation_text
from simstudy.cli.verb import Verb
from simstudy.workflow import explain as explain_verb


@click.command(cls=Verb)
@STUDY
@click.argument("table")
@click.argument("row", type=int)
@click.argument("column")
@RESULTS
@JOBS
def explain(study: Path, table: str, row: int, column: str, results: Path, jobs: int) -> None:
    """Name the scenarios, replicates, seed, shards, commit and versions behind a number of STUDY, and recompute it.

    TABLE is the name of an analysis such as root_n, ROW the row as printed (from 1), COLUMN its heading or the name of
    the column in the table's CSV file. Exit code 1 if the number in the table on disk is another one.
    """
    found = explain_verb.explain(study, table, row, column, results=results, jobs=jobs)
    click.echo(explanation_text(found))
    if found.printed not in {None, found.recomputed}:
        raise click.exceptions.Exit(FAILED)
