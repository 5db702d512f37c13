"""The command `check`: try one replicate of each cell before a run."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli import machine
from simstudy.cli.group import FAILED
from simstudy.cli.options import JSON, STUDY
from simstudy.cli.show import show_check
from simstudy.cli.verb import Verb
from simstudy.workflow import check as check_verb


@click.command(cls=Verb)
@STUDY
@JSON
def check(study: Path, as_json: bool) -> None:
    """Try everything about STUDY that can be tried before a run: one replicate of each cell, each plug-in, the time.

    Nothing is written. Exit code 1 where something has to be mended.
    """
    found = check_verb.check(study)
    if as_json:
        cells = found.cells.to_dict("records")
        machine.print_json({"cells": cells, "problems": list(found.problems), "seconds": found.seconds})
    else:
        show_check(found)
    if found.problems:
        raise click.exceptions.Exit(FAILED)
