"""The command `plan`: what is there and what is to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Column
from rich.table import Table as Grid

from simstudy.cli import machine
from simstudy.cli.options import JSON, ONLY, PROFILE, REPLICATES, RESULTS, SEED, STUDY
from simstudy.cli.show import MOST_LISTED, duration, output
from simstudy.cli.verb import Verb
from simstudy.runner.plan import Cell
from simstudy.workflow import plan as plan_verb


@click.command(cls=Verb)
@STUDY
@REPLICATES
@PROFILE
@ONLY
@RESULTS
@SEED
@click.option("--pilot", default=0, help="Forecast from this many replicates, computed now in memory.")
@JSON
def plan(study: Path, only: Sequence[str], pilot: int, as_json: bool, **options: Any) -> None:
    """Show the scenarios of STUDY, how many replicates are there and are to do, and at what cost; writes nothing.

    Seconds (of one processor) and the Monte Carlo standard error of the RMSE to expect in the end come from the
    replicates that are there, or from a pilot.
    """
    found, costs = plan_verb.planned(study, only=only, pilot_replicates=pilot, **options)
    if as_json:
        machine.print_json({"cells": machine.planned(found), "forecast": costs})
        return
    headings = ("n", "p", "Present", "To do", "Fits", "Seconds", "MCSE of RMSE")
    grid = Grid("Scenario", "Key", *(Column(heading, justify="right") for heading in headings))
    total = 0.0
    groups: dict[str, list[Cell]] = {}
    for cell in found:
        groups.setdefault(cell.scenario.key, []).append(cell)
    for own in groups.values():
        scenario = own[0].scenario
        to_do, fits = work(own)
        cost = costs.get(scenario.key)
        seconds = 0.0 if cost is None else cost.seconds * fits / len(own)
        total += seconds
        forecast = ("–", "–") if cost is None else (f"{seconds:.1f}", f"{cost.rmse_mcse:.2g}")
        numbers = (scenario.n, scenario.p, min(cell.present for cell in own), to_do, fits, *forecast)
        grid.add_row(scenario.label, scenario.key, *map(str, numbers))
    if len(groups) <= MOST_LISTED:
        output().print(grid)
    else:
        click.echo(summary([*groups.values()]))
    methods = ", ".join(dict.fromkeys(cell.method for cell in found))
    click.echo(f"Methods: {methods}. Fits to do: {work(found)[1]}.")
    if costs:
        click.echo(f"Time to expect: {duration(total)} of one processor.")
    else:
        click.echo("No forecast: nothing has been computed yet; --pilot 20 tries 20 replicates of each scenario.")


def summary(groups: Sequence[Sequence[Cell]]) -> str:
    """How many of too many scenarios to list are complete, from the cells of each."""
    complete = sum(not any(cell.to_do for cell in own) for own in groups)
    begun = sum(any(cell.present for cell in own) for own in groups) - complete
    rest = len(groups) - complete - begun
    return (
        f"{len(groups)} scenarios: {complete} complete, {begun} begun, {rest} not begun. "
        "--only KEY=VALUE lists some of them where these are not too many, --json lists all."
    )


def work(chosen: Sequence[Cell]) -> tuple[int, int]:
    """Replicates to do in the cells of one scenario, and fits to do in any cells."""
    return max(cell.to_do for cell in chosen), sum(cell.to_do for cell in chosen)
