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
@click.option(
    "--best",
    is_flag=False,
    flag_value="error",
    metavar="[CRITERION]",
    help="Print the best level of FGSM and of the LASSO in each scenario instead: where the predicted error, risk or "
    "adversarial_error is smallest.",
)
@click.option(
    "--attack-level", default=0.0, help="Size of the attack in --best risk and adversarial_error, times sqrt(p)."
)
@JSON
def theory(study: Path, jobs: int, best: str | None, attack_level: float, as_json: bool) -> None:
    """Print constants of STUDY and what the theory predicts for its methods; simulates and writes nothing.

    Laws with p fixed (T6-T17) and with n/p fixed (T20) are told apart: where p/n exceeds .05 the latter is suggested.
    """
    if best is None:
        tables, reasons = theory_verb.theory(study, jobs=jobs)
    else:
        tables, reasons = theory_verb.best(study, best, attack_level)
    if as_json:
        machine.print_json({"tables": machine.tables(tables), "silent_theory": reasons})
        return
    show(tables, reasons)
