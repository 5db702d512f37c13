"""The command `theory`: what the theory predicts, without a simulation."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli import machine
from simstudy.cli.options import JOBS, JSON, STUDY
from simstudy.cli.show import show
from simstudy.cli.verb import Verb
from simstudy.workflow import theory as theory_verb


@click.command(cls=Verb)
@STUDY
@JOBS
@JSON
def theory(study: Path, jobs: int, as_json: bool) -> None:
    """Print constants of STUDY and what the theory predicts for its methods; simulates and writes nothing."""
    tables, reasons = theory_verb.theory(study, jobs=jobs)
    if as_json:
        machine.print_json({"tables": machine.tables(tables), "silent_theory": reasons})
        return
    show(tables, reasons)
