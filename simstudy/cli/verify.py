"""The command `verify`: compute a sample of published results again and compare."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli.group import FAILED
from simstudy.cli.verb import Verb
from simstudy.workflow import verify as verify_verb


@click.command(cls=Verb)
@click.argument("studies", nargs=-1)
@click.option(
    "--results", default="results/full", show_default=True, type=click.Path(path_type=Path), help="Folder of results."
)
def verify(studies: tuple[str, ...], results: Path) -> None:
    """Compute the smallest scenario of each of STUDIES (names; all where none is given) again from its seeds.

    Says of each whether its measures are equal to the stored ones, or which differ. Exit code 1 where some differ.
    """
    good = True
    for found in verify_verb.verify(studies, results=results):
        good = good and found.is_equal
        if found.problem:
            click.echo(f"{found.study}: not compared: {found.problem}")
            continue
        click.echo(f"{found.study}, {found.scenario}: {found.numbers - found.apart} of {found.numbers} measures equal")
        for line in found.different:
            click.echo(f"  {line}")
    if not good:
        raise click.exceptions.Exit(FAILED)
