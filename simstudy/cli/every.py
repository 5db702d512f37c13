"""The command `all`: several studies at once."""

from __future__ import annotations

from pathlib import Path

import click

from simstudy.cli.group import FAILED
from simstudy.cli.options import JOBS, RESULTS
from simstudy.workflow import every as every_verb
from simstudy.workflow import report as report_verb


@click.command("all")
@click.argument("studies", nargs=-1, required=True, type=click.Path(path_type=Path))
@RESULTS
@JOBS
@click.option("--at-once", default=1, show_default=True, help="Studies at work at the same time.")
@click.option("--profile", default="quick", show_default=True, help="As for run: quick or full.")
@click.option("--verbose", is_flag=True, help="Print in the end what every study has printed.")
def every(studies: tuple[Path, ...], results: Path, jobs: int, at_once: int, profile: str, verbose: bool) -> None:
    """Run, tabulate, judge and draw each of STUDIES and write one report on all; what is complete is not made again.

    A study that lacks an optional package or its data is left out, in one line that says what to install. Exit code 1
    where something fails or a verdict is not the expected one.
    """
    found = every_verb.every(
        studies, results=results, options=("--profile", profile), side_by_side=at_once, jobs=jobs, say=click.echo
    )
    if verbose:
        for study in studies:
            log = results / "logs" / f"{study.stem}.log"
            click.echo(f"== {study.stem}\n{log.read_text(encoding='utf-8', errors='replace') if log.exists() else ''}")
    click.echo("")
    for line in summary(found):
        click.echo(line)
    if found.done:
        path, _ = report_verb.report((), results=results, jobs=jobs)
        click.echo(f"Report:   {path} ({path.stat().st_size / 1e6:.1f} MB)")
    if not found.is_good:
        raise click.exceptions.Exit(FAILED)


def summary(found: every_verb.Outcome) -> list[str]:
    """The whole in one screen."""
    count = found.outcomes
    lines = [
        f"Studies:  {len(found.done)} done, {len(found.left_out)} left out, {len(found.failed)} failed",
        f"Claims:   {count['as expected']} as expected, {count['unexpected']} not, {count['undecided']} undecided",
        f"Controls: {count['caught']} caught, {count['missed']} missed, {count['not evaluated']} not decided",
    ]
    lines += [f"Not as expected: {each}" for each in found.wrong]
    return lines + [f"Left out: {each}" for each in found.left_out] + [f"Failed:   {each}" for each in found.failed]
