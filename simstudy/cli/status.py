"""The command `status`: what is done, failed and missing, while a study runs and after."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Column
from rich.table import Table as Grid

from simstudy.cli import machine
from simstudy.cli.options import JSON, PROFILE, REPLICATES, RESULTS, STUDY
from simstudy.cli.show import duration, output
from simstudy.workflow import status as status_verb


@click.command()
@STUDY
@REPLICATES
@PROFILE
@RESULTS
@JSON
def status(study: Path, replicates: int | None, profile: str, results: Path, as_json: bool) -> None:
    """Show for each scenario of STUDY the replicates done and missing, failed fits, rate and time left.

    Rates are in replicates per second of one process. Reads what the results say about themselves, so that it can be
    used at any time.
    """
    state = status_verb.status(study, results=results, replicates=replicates, profile=profile)
    if as_json:
        machine.print_json(machine.status(state))
        return
    grid = Grid("Scenario", *(Column(name, justify="right") for name in ("Done", "Missing", "Rate", "Left")), "Failed")
    for each in state.scenarios:
        rate = "–" if each.rate is None else f"{each.rate:.0f}/s"
        left = "–" if each.seconds_left is None else duration(each.seconds_left)
        failed = ", ".join(f"{count} {name}" for name, count in sorted(each.failed.items())) or "none"
        grid.add_row(each.scenario, str(each.done), str(each.missing), rate, left, failed)
    output().print(grid)
    seconds = sum(each.seconds_left or 0.0 for each in state.scenarios)
    done, missing = (sum(getattr(each, name) for each in state.scenarios) for name in ("done", "missing"))
    running = "; ".join(map(str, state.running))
    left = f"about {duration(seconds)} left" if done or not missing else "nothing to tell the time left from yet"
    click.echo(f"{done} replicates done, {missing} missing, {left}.")
    click.echo(f"Running: {running}." if running else "No run is writing these results now.")
