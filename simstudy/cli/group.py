"""The group of commands: how an error that simstudy raises on purpose, and Ctrl-C, end a command."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from simstudy.errors import ConfigError, InputError, SimstudyError
from simstudy.solvers.warm import when_compiling

#: Exit code of a run in which a fit raised an error that nobody expected.
FAILED = 1
#: Exit code after Ctrl-C, as a shell gives it.
INTERRUPTED = 130

#: Whether this process has said that it compiles.
_said: list[bool] = []


class BadUsage(click.ClickException):
    """A mistake of the caller's."""

    exit_code = 2


class Commands(click.Group):
    """The commands; an error that simstudy raises on purpose is a sentence and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        when_compiling(say_once)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nInterrupted. What is finished is kept; the same command goes on from there.", err=True)
            sys.stdout.flush()
            # Not sys.exit, which would wait for processes that are still being stopped.
            os._exit(INTERRUPTED)
        except SimstudyError as error:
            kind = BadUsage if isinstance(error, ConfigError | InputError) else click.ClickException
            raise kind(str(error)) from error


def say_once(_: str) -> None:
    """Say that code is compiled, at the first kernel only."""
    if not _said:
        _said.append(True)
        click.echo("compiling, once on this machine", err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="simstudy")
def main() -> None:
    """Simulation studies of sparse generalised linear models: FGSM estimators next to penalised likelihood.

    A study file says what is simulated; `run` computes it, `table` prints simulation next to theory. Results are kept
    in results/<study> and are the same, bit for bit, for any number of processes and however often a run was
    interrupted.

    `simstudy list KIND` names what a study file can ask for, a line each: analyses, estimators, penalties, families,
    sources, estimands, measures, laws.

    Exit code 0: done. 1: something failed. 2: wrong usage or a mistake in a study file. 130: interrupted.
    """
