"""The command `claims`: the verdicts on a study's claims."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli import machine
from simstudy.cli.group import FAILED
from simstudy.cli.options import JOBS, JSON, RESULTS, STUDY
from simstudy.cli.show import show
from simstudy.cli.verb import Verb
from simstudy.workflow import claims as claims_verb


@click.command(cls=Verb)
@STUDY
@RESULTS
@JOBS
@JSON
def claims(study: Path, results: Path, jobs: int, as_json: bool) -> None:
    """Print the ledger of STUDY's claims and write it to results/<study>/claims.parquet and tables/claims.*.

    Exit code 1 if a decided verdict is not the expected one, or a decided negative control is not caught.
    """
    ledger, holds = claims_verb.claims(study, results=results, jobs=jobs)
    if as_json:
        machine.print_json({"holds": holds, "claims": machine.records(ledger.data)})
    else:
        show([ledger], ())
    if not holds:
        raise click.exceptions.Exit(FAILED)
