"""The commands that work on a study file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column
from rich.table import Table as Grid

from simstudy.cli import machine
from simstudy.cli.group import FAILED, main
from simstudy.cli.options import JOBS, JSON, RESULTS, STUDY
from simstudy.cli.show import describe, duration, explanation_text, fit_text, output, progress, show, show_check
from simstudy.records import Status
from simstudy.runner.options import Options, parse_part
from simstudy.runner.plan import Cell
from simstudy.runner.precision import parse_target
from simstudy.workflow import check as check_verb
from simstudy.workflow import claims as claims_verb
from simstudy.workflow import explain as explain_verb
from simstudy.workflow import new as new_verb
from simstudy.workflow import plan as plan_verb
from simstudy.workflow import replay as replay_verb
from simstudy.workflow import run as run_verb
from simstudy.workflow import status as status_verb
from simstudy.workflow import table as table_verb
from simstudy.workflow import theory as theory_verb

REPLICATES = click.option("-r", "--replicates", type=int, help="Data sets per scenario, instead of the file's number.")
PROFILE = click.option(
    "--profile", default="quick", show_default=True,
    help="quick or full: which of the file's numbers of replicates, where it has two. A full run extends a quick one.",
)  # fmt: skip
SEED = click.option("--seed", type=int, help="Seed, instead of the file's.")
ONLY = click.option(
    "--only", multiple=True, metavar="KEY=VALUE",
    help="Restrict to scenarios or methods, for example --only family=poisson --only n=400 --only method=mle. "
    "The same key twice means either; different keys mean both.",
)  # fmt: skip
QUIET = click.option("--quiet", is_flag=True, help="No progress.")
BACKEND = click.option(
    "--backend", default="loky", show_default=True,
    help="Where to compute: loky, processes of this machine, or dask, a cluster.",
)  # fmt: skip
SCHEDULER = click.option(
    "--scheduler", metavar="ADDRESS",
    help="Dask scheduler, such as tcp://node1:8786; without it --backend dask starts a cluster on this machine.",
)  # fmt: skip
SHARD = click.option(
    "--shard", metavar="I/K",
    help="Compute part I of K; start one such run for each part, at the same time or not, on one results folder.",
)  # fmt: skip
UNTIL = click.option(
    "--until-mcse", metavar="MEASURE=VALUE",
    help="Stop a scenario when the Monte Carlo standard error of MEASURE is at most VALUE (VALUE%: relative to the "
    "measure) for every method and parameter. It is looked at after 100, 200, 400, ... replicates, -r at most.",
)  # fmt: skip
FRESH = click.option(
    "--fresh", multiple=True, metavar="METHOD",
    help="Compute this method again, because its definition has changed; its old rows are set aside.",
)  # fmt: skip

KEEP_GOING = click.option(
    "--keep-going", is_flag=True,
    help="Compute all replicates of a scenario and method whose first fits all end in an error.",
)  # fmt: skip

#: Scenarios that `plan` lists; of more it says how many there are.
MOST_LISTED = 100

RUN_EXAMPLES = """\b
Examples:
  simstudy run experiments/root_n.toml
  simstudy run experiments/root_n.toml --profile full --out results/full
  simstudy run experiments/root_n.toml -r 1000 -j 4 --only family=binomial
  simstudy run experiments/root_n.toml -r 20000 --until-mcse rmse=1%
  simstudy run experiments/root_n.toml --shard 3/16
  simstudy run experiments/root_n.toml --backend dask --scheduler tcp://node1:8786
"""


@main.command(epilog=RUN_EXAMPLES, short_help="Compute the replicates that a study lacks.")
@STUDY
@REPLICATES
@PROFILE
@JOBS
@ONLY
@RESULTS
@SEED
@BACKEND
@SCHEDULER
@SHARD
@UNTIL
@FRESH
@KEEP_GOING
@QUIET
def run(
    study: Path,
    backend: str,
    scheduler: str | None,
    shard: str | None,
    fresh: tuple[str, ...],
    until_mcse: str | None,
    keep_going: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Compute the replicates of STUDY (a TOML file) that its results do not hold yet.

    Run it again after an interruption and it goes on; with a larger -r it extends the results, and what is new in STUDY
    is added. A fit that fails is a row with its status and never stops the run.
    """  # fmt: skip
    console = Console(stderr=True)
    part = None if shard is None else parse_part(shard)
    until = None if until_mcse is None else parse_target(until_mcse)
    how = Options(backend=backend, scheduler=scheduler, part=part, fresh=fresh, until=until, keep_going=keep_going)
    report = run_verb.run(study, options=how, progress=progress(console, quiet), **options)
    describe(report)
    if report.fits[Status.ERROR] or report.stopped:
        raise click.exceptions.Exit(FAILED)


@main.command(short_help="Try one replicate of each cell of a study before a run.")
@STUDY
@JSON
def check(study: Path, as_json: bool) -> None:
    """Try everything about STUDY that can be tried before a run: one replicate of each cell, each plug-in, the time.

    Nothing is written. Exit code 1 where something has to be mended.
    """
    found = check_verb.check(study)
    if as_json:
        cells = found.cells.to_dict("records")
        machine.print_json({"cells": cells, "problems": list(found.problems), "seconds": found.seconds})
    else:
        show_check(found)
    if found.problems:
        raise click.exceptions.Exit(FAILED)


@main.command(short_help="Write a study to start from.")
@click.argument("name")
@click.option("--from", "source", metavar="STUDY", help="Copy a study that comes with simstudy, such as root_n.")
@click.option("--folder", type=click.Path(path_type=Path), default=".", show_default=True, help="Where to write it.")
def new(name: str, source: str | None, folder: Path) -> None:
    """Write NAME.toml and NAME.py: a commented study with a source, an estimator, an estimand and a law that run."""
    paths = new_verb.new(name, folder=folder, source=source)
    for path in paths:
        click.echo(f"Written: {path}")
    click.echo(f"Try it with: simstudy check {paths[0]}")


@main.command(short_help="Print and write the tables of a study.")
@STUDY
@RESULTS
@JOBS
@JSON
def table(study: Path, results: Path, jobs: int, as_json: bool) -> None:
    """Print the tables of STUDY and write them as markdown, LaTeX and CSV to results/<study>/tables.

    Simulated numbers stand next to those of the theory, each with its Monte Carlo standard error. Failed fits are
    counted in every row.
    """
    tables, summary = table_verb.table(study, results=results, jobs=jobs)
    if as_json:
        found = {"study": summary.study.name, "tables": machine.tables(tables)}
        machine.print_json({**found, "silent_theory": summary.silent_theory})
        return
    show(tables, summary.silent_theory)
    click.echo(f"Written to {results / summary.study.name / 'tables'}")


@main.command(short_help="Print what the theory predicts, without a simulation.")
@STUDY
@JOBS
@click.option(
    "--best",
    is_flag=False,
    flag_value="error",
    metavar="[CRITERION]",
    help="Print the best level of FGSM and of the LASSO in each scenario instead: where the predicted error, risk or "
    "adversarial_error is smallest.",
)
@click.option(
    "--attack-level", default=0.0, help="Size of the attack in --best risk and adversarial_error, times sqrt(p)."
)
@JSON
def theory(study: Path, jobs: int, best: str | None, attack_level: float, as_json: bool) -> None:
    """Print constants of STUDY and what the theory predicts for its methods; simulates and writes nothing.

    Laws with p fixed (T6-T17) and with n/p fixed (T20) are told apart: where p/n exceeds .05 the latter is suggested.
    """
    if best is None:
        tables, reasons = theory_verb.theory(study, jobs=jobs)
    else:
        tables, reasons = theory_verb.best(study, best, attack_level)
    if as_json:
        machine.print_json({"tables": machine.tables(tables), "silent_theory": reasons})
        return
    show(tables, reasons)


@main.command(short_help="Print the verdicts on a study's claims.")
@STUDY
@RESULTS
@JOBS
@JSON
def claims(study: Path, results: Path, jobs: int, as_json: bool) -> None:
    """Print the ledger of STUDY's claims and write it to results/<study>/claims.parquet and tables/claims.*.

    Exit code 1 if a decided verdict is not the expected one, or a decided negative control is not caught.
    """
    ledger, holds = claims_verb.claims(study, results=results, jobs=jobs)
    if as_json:
        machine.print_json({"holds": holds, "claims": machine.records(ledger.data)})
    else:
        show([ledger], ())
    if not holds:
        raise click.exceptions.Exit(FAILED)


@main.command(short_help="Show what is there and what is to do.")
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
    found = plan_verb.plan(study, only=only, **options)
    costs = plan_verb.forecast(study, pilot_replicates=pilot, **options)
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


@main.command(short_help="Show what is done, failed and missing, while a study runs and after.")
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


@main.command(short_help="Fit one replicate again and compare it with the stored rows.")
@STUDY
@click.option("--scenario", required=True, help="Label or key of the scenario, or how its key begins; plan lists them.")
@click.option("--replicate", type=int, required=True, help="Index from 0.")
@click.option("--method", help="Only this method.")
@click.option("--pdb", "debugger", is_flag=True, help="Enter the Python debugger at the first line of the fit.")
@RESULTS
def replay(study: Path, scenario: str, replicate: int, method: str | None, debugger: bool, results: Path) -> None:
    """Draw the data set of one replicate of STUDY again, fit it, and say whether the fit equals the stored row.

    Exit code 1 if a stored row differs.
    """
    if debugger:
        replay_verb.debug(study, scenario, replicate, method)
    found = replay_verb.replay(study, scenario, replicate, method, results=results)
    for each in found:
        click.echo(fit_text(each))
    if any(each.different for each in found):
        raise click.exceptions.Exit(FAILED)


@main.command(short_help="Say what is behind one number of a table, and compute it again.")
@STUDY
@click.argument("table")
@click.argument("row", type=int)
@click.argument("column")
@RESULTS
@JOBS
def explain(study: Path, table: str, row: int, column: str, results: Path, jobs: int) -> None:
    """Name the scenarios, replicates, seed, shards, commit and versions behind a number of STUDY, and recompute it.

    TABLE is the name of an analysis such as root_n, ROW the row as printed (from 1), COLUMN its heading or the name of
    the column in the table's CSV file. Exit code 1 if the number in the table on disk is another one.
    """
    found = explain_verb.explain(study, table, row, column, results=results, jobs=jobs)
    click.echo(explanation_text(found))
    if found.printed not in {None, found.recomputed}:
        raise click.exceptions.Exit(FAILED)


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
