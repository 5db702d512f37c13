"""A command that fits: it says when it compiles."""

from __future__ import annotations

from typing import Any

import click

from simstudy.solvers.warm import when_compiling

#: Whether this process has said that it compiles.
_said: list[bool] = []


class Verb(click.Command):
    """A command that may compile kernels, which takes a while, once on a machine."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it."""
        when_compiling(say_once)
        return super().invoke(ctx)


def say_once(_: str) -> None:
    """Say that code is compiled, at the first kernel only."""
    if not _said:
        _said.append(True)
        click.echo("compiling, once on this machine", err=True)
