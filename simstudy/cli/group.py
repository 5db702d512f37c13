"""The group of commands: how an error that simstudy raises on purpose, and a signal such as Ctrl-C, end a command."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

import click

from simstudy.errors import ConfigError, InputError, MissingError, SimstudyError

#: Exit code of a run in which a fit raised an error that nobody expected.
FAILED = 1
#: Exit code where an optional package, or data, are not here.
MISSING = 3
#: What ends a command as Ctrl-C does: a batch system whose time is over, and a terminal that is closed.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)

#: Commands in the order of the help, with what it says of them. Each is in the file of its name, which is imported when
#: it is called: a list of commands needs nothing of what they need.
COMMANDS = {
    "all": "Run, tabulate, judge, draw and report several studies.",
    "check": "Try one replicate of each cell of a study before a run.",
    "claims": "Print the verdicts on a study's claims.",
    "explain": "Say what is behind one number of a table, and compute it again.",
    "figure": "Draw the figures of a study.",
    "list": "List analyses, estimators, penalties, sources, ... by name.",
    "new": "Write a study to start from.",
    "plan": "Show what is there and what is to do.",
    "replay": "Fit one replicate again and compare it with the stored rows.",
    "report": "Write one HTML file on some studies.",
    "run": "Compute the replicates that a study lacks.",
    "scenario": "Simulate one scenario without a study file.",
    "status": "Show what is done, failed and missing, while a study runs and after.",
    "table": "Print and write the tables of a study.",
    "theory": "Print what the theory predicts, without a simulation.",
    "verify": "Compute a sample of published results again and compare.",
}

#: File of a command that cannot have its name, which is a function of Python's.
FILES = {"all": "every", "list": "lists"}


class BadUsage(click.ClickException):
    """A mistake of the caller's."""

    exit_code = 2


class Missing(click.ClickException):
    """An optional package or data that are not here."""

    exit_code = MISSING


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

    def list_commands(self, _: click.Context) -> list[str]:
        """Names of the commands."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        name = FILES.get(cmd_name, cmd_name)
        found: click.Command = getattr(import_module(f"simstudy.cli.{name}"), name)
        return found

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
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
            if isinstance(error, MissingError):
                raise Missing(str(error)) from error
            kind = BadUsage if isinstance(error, ConfigError | InputError) else click.ClickException
            raise kind(str(error)) from error


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
