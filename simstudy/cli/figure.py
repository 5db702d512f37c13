"""The command `figure`: the figures of a study."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.analyses.kinds import KINDS, Choice
from simstudy.cli.options import JOBS, RESULTS, STUDY
from simstudy.cli.verb import Verb
from simstudy.report.figures.save import FORMATS
from simstudy.workflow import figure as figure_verb


@click.command(cls=Verb)
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
