"""The command `new`: write a study to start from."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.workflow import new as new_verb


@click.command()
@click.argument("name")
@click.option("--from", "source", metavar="STUDY", help="Copy a study that comes with simstudy, such as root_n.")
@click.option("--folder", type=click.Path(path_type=Path), default=".", show_default=True, help="Where to write it.")
def new(name: str, source: str | None, folder: Path) -> None:
    """Write NAME.toml and NAME.py: a commented study with a source, an estimator, an estimand and a law that run."""
    paths = new_verb.new(name, folder=folder, source=source)
    for path in paths:
        click.echo(f"Written: {path}")
    click.echo(f"Try it with: simstudy check {paths[0]}")
