"""The command `table`: the tables of a study."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli import machine
from simstudy.cli.options import JOBS, JSON, RESULTS, STUDY
from simstudy.cli.show import show
from simstudy.cli.verb import Verb
from simstudy.workflow import table as table_verb


@click.command(cls=Verb)
@STUDY
@RESULTS
@JOBS
@JSON
def table(study: Path, results: Path, jobs: int, as_json: bool) -> None:
    """Print the tables of STUDY and write them as markdown, LaTeX and CSV to results/<study>/tables.

    Simulated numbers stand next to those of the theory, each with its Monte Carlo standard error. Failed fits are
    counted in every row.
    """
    tables, summary = table_verb.table(study, results=results, jobs=jobs)
    if as_json:
        found = {"study": summary.study.name, "tables": machine.tables(tables)}
        machine.print_json({**found, "silent_theory": summary.silent_theory})
        return
    show(tables, summary.silent_theory)
    click.echo(f"Written to {results / summary.study.name / 'tables'}")
