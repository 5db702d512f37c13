"""The command `run`: compute the replicates that a study lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from simstudy.cli.group import FAILED
from simstudy.cli.options import JOBS, ONLY, PROFILE, QUIET, REPLICATES, RESULTS, SEED, STUDY
from simstudy.cli.show import describe, progress
from simstudy.cli.verb import Verb
from simstudy.records import Status
from simstudy.runner.options import Options, parse_part
from simstudy.runner.precision import parse_target
from simstudy.workflow import run as run_verb

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

RUN_EXAMPLES = """\b
Examples:
  simstudy run experiments/root_n.toml
  simstudy run experiments/root_n.toml --profile full --out results/full
  simstudy run experiments/root_n.toml -r 1000 -j 4 --only family=binomial
  simstudy run experiments/root_n.toml -r 20000 --until-mcse rmse=1%
  simstudy run experiments/root_n.toml --shard 3/16
  simstudy run experiments/root_n.toml --backend dask --scheduler tcp://node1:8786
"""


@click.command(cls=Verb, epilog=RUN_EXAMPLES)
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
