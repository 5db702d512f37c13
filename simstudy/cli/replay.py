"""The command `replay`: fit one replicate again and compare it with the stored rows."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli.group import FAILED
from simstudy.cli.options import RESULTS, STUDY
from simstudy.cli.show import fit_text
from simstudy.cli.verb import Verb
from simstudy.workflow import replay as replay_verb


@click.command(cls=Verb)
@STUDY
@click.option("--scenario", required=True, help="Label or key of the scenario, or how its key begins; plan lists them.")
@click.option("--replicate", type=int, required=True, help="Index from 0.")
@click.option("--method", help="Only this method.")
@click.option("--pdb", "debugger", is_flag=True, help="Enter the Python debugger at the first line of the fit.")
@RESULTS
def replay(study: Path, scenario: str, replicate: int, method: str | None, debugger: bool, results: Path) -> None:
    """Draw the data set of one replicate of STUDY again, fit it, and say whether the fit equals the stored row.

    Exit code 1 if a stored row differs.
    """
    if debugger:
        replay_verb.debug(study, scenario, replicate, method)
    found = replay_verb.replay(study, scenario, replicate, method, results=results)
    for each in found:
        click.echo(fit_text(each))
    if any(each.different for each in found):
        raise click.exceptions.Exit(FAILED)
