"""The command `report`: one HTML file on some studies."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli.options import JOBS
from simstudy.cli.verb import Verb
from simstudy.workflow import report as report_verb


@click.command(cls=Verb)
@click.argument("studies", nargs=-1, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.  [default: RESULTS/report.html]")
@click.option(
    "--results", default="results", show_default=True, type=click.Path(path_type=Path), help="Folder of all results."
)
@JOBS
def report(studies: tuple[Path, ...], out: Path | None, results: Path, jobs: int) -> None:
    """Write a report on STUDIES (study files; without any, all that have results) as one HTML file.

    It opens by double click and needs no network: verdicts first, then for each study the question, the answer,
    figures, tables, claims, failures, and how to reproduce it. Tables, verdicts and figures that are older than the
    results are made anew.
    """
    path, notes = report_verb.report(studies, results=results, out=out, jobs=jobs)
    for note in notes:
        click.echo(note, err=True)
    click.echo(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
