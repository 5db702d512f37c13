"""The commands that draw."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.analyses.kinds import KINDS, Choice
from simstudy.cli.group import main
from simstudy.cli.options import JOBS, RESULTS, STUDY
from simstudy.report.figures.save import FORMATS
from simstudy.workflow import figure as figure_verb
from simstudy.workflow import report as report_verb


@main.command(short_help="Draw the figures of a study.")
@STUDY
@click.option(
    "--format", "formats", multiple=True, default=("svg", "pdf"), show_default=True, type=click.Choice(list(FORMATS)),
    help="Give it several times for several formats.",
)  # fmt: skip
@click.option("--kind", default="", help=f"Draw one figure of a kind instead: {', '.join(KINDS)}.")
@click.option("--measure", default="", help="With --kind, the measure that it is of, such as bias.")
@click.option("--parameter", default="", help="With --kind, the coefficient or estimand that it is of, such as beta_1.")
@RESULTS
@JOBS
def figure(
    study: Path, formats: tuple[str, ...], kind: str, measure: str, parameter: str, results: Path, jobs: int
) -> None:
    """Draw the figures of STUDY's analyses and write them to results/<study>/figures."""
    choice = Choice(measure, parameter)
    paths, reasons = figure_verb.figure(study, results=results, formats=formats, jobs=jobs, kind=kind, choice=choice)
    for path in paths:
        click.echo(path)
    for reason in reasons:
        click.echo(reason, err=True)


@main.command(short_help="Write one HTML file on some studies.")
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
