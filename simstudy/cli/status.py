"""The command `status`: what is done, failed and missing, while a study runs and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Column
from rich.table import Table as Grid

from simstudy.cli import machine
from simstudy.cli.options import JSON, PROFILE, REPLICATES, RESULTS, STUDY
from simstudy.cli.show import MOST_LISTED, duration, output
from simstudy.runner.status import ScenarioStatus, StudyStatus
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
    show(state)


def show(state: StudyStatus) -> None:
    """Print the state of each scenario, or of all together where these are many."""
    grid = Grid("Scenario", *(Column(name, justify="right") for name in ("Done", "Missing", "Rate", "Left")), "Failed")
    for each in state.scenarios[:MOST_LISTED]:
        rate = "–" if each.rate is None else f"{each.rate:.0f}/s"
        left = "–" if each.seconds_left is None else duration(each.seconds_left)
        failed = ", ".join(f"{count} {name}" for name, count in sorted(each.failed.items())) or "none"
        grid.add_row(each.scenario, str(each.done), str(each.missing), rate, left, failed)
    if len(state.scenarios) <= MOST_LISTED:
        output().print(grid)
    else:
        click.echo(summary(state.scenarios))
    seconds = sum(each.seconds_left or 0.0 for each in state.scenarios)
    done, missing = (sum(getattr(each, name) for each in state.scenarios) for name in ("done", "missing"))
    running = "; ".join(map(str, state.running))
    left = f"about {duration(seconds)} left" if done or not missing else "nothing to tell the time left from yet"
    click.echo(f"{done} replicates done, {missing} missing, {left}.")
    click.echo(f"Running: {running}." if running else "No run is writing these results now.")


def summary(scenarios: Sequence[ScenarioStatus]) -> str:
    """What too many scenarios to list have in common."""
    complete = sum(not each.missing for each in scenarios)
    begun = sum(bool(each.done) for each in scenarios if each.missing)
    failed = sum((each.failed for each in scenarios), Counter[str]())
    counted = ", ".join(f"{count} {name}" for name, count in sorted(failed.items())) or "none"
    rest = len(scenarios) - complete - begun
    return (
        f"{len(scenarios)} scenarios: {complete} complete, {begun} begun, {rest} not begun; "
        f"fits without a usable result: {counted}. --json lists all scenarios."
    )
