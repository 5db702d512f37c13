"""The group of commands: how an error that simstudy raises on purpose, and a signal such as Ctrl-C, end a command."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from simstudy.errors import ConfigError, InputError, SimstudyError
from simstudy.solvers.warm import when_compiling

#: Exit code of a run in which a fit raised an error that nobody expected.
FAILED = 1
#: What ends a command as Ctrl-C does: a batch system whose time is over, and a terminal that is closed.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)

#: Whether this process has said that it compiles.
_said: list[bool] = []


class BadUsage(click.ClickException):
    """A mistake of the caller's."""

    exit_code = 2


class Ended(KeyboardInterrupt):
    """A signal that ends the command."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def end(number: int, _: object) -> NoReturn:
    """Answer a signal as Python answers Ctrl-C."""
    raise Ended(number)


@contextmanager
def ending() -> Iterator[None]:
    """Answer the signals that end a command, unless who started it has them ignored, as nohup does."""
    ours = [each for each in ENDINGS if signal.getsignal(each) is signal.SIG_DFL]
    for each in ours:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


class Commands(click.Group):
    """The commands; an error that simstudy raises on purpose is a sentence and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        when_compiling(say_once)
        try:
            with ending():
                return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            # A terminal that has been closed cannot be written to.
            with suppress(OSError):
                click.echo("\nInterrupted. What is finished is kept; the same command goes on from there.", err=True)
                sys.stdout.flush()
            number = interrupt.number if isinstance(interrupt, Ended) else signal.SIGINT
            # Not sys.exit, which would wait for processes that are still being stopped; the code is a shell's.
            os._exit(128 + number)
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
