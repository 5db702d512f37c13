"""A command that computes: it says when it compiles, and what takes long."""

from __future__ import annotations

from typing import Any

import click

from simstudy.runner.progress import when_slow
from simstudy.solvers.warm import when_compiling

#: Whether this process has said that it compiles.
_said: list[bool] = []


class Verb(click.Command):
    """A command that says what takes long: compiling, once on a machine; theory and measures that are not there."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        when_compiling(say_once)
        when_slow(say)
        return super().invoke(ctx)


def say_once(_: str) -> None:
    """Say that code is compiled, at the first kernel only."""
    if not _said:
        _said.append(True)
        click.echo("compiling, once on this machine", err=True)


def say(line: str) -> None:
    """Print a line beside the output."""
    click.echo(line, err=True)
