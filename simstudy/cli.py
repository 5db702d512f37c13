"""The command line: parses, calls one function of `api`, prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column
from rich.table import Table as Grid

from simstudy import api
from simstudy.errors import ConfigError, InputError, SimstudyError, bad_value
from simstudy.estimators.registry import ESTIMATORS
from simstudy.model.coefficients import Sparse
from simstudy.model.designs import DESIGNS
from simstudy.records import Status
from simstudy.report import Table, cells
from simstudy.run.plan import Cell
from simstudy.run.progress import Reporter, reporter, silent
from simstudy.run.runner import RunReport
from simstudy.scenario.method import FixedLambda, Method
from simstudy.scenario.scenario import Scenario
from simstudy.scenario.study import Study
from simstudy.scenario.tables import build_tagged

#: Exit code of a run in which a fit raised an error that nobody expected.
FAILED = 1

STUDY = click.argument("study", type=click.Path(path_type=Path))
JOBS = click.option("-j", "--jobs", default=-1, show_default="every core", help="Processes. No result depends on it.")
RESULTS = click.option(
    "--out", "results", default="results", show_default=True, type=click.Path(path_type=Path),
    help="Folder of all results; the study's own folder in it has the study's name.",
)  # fmt: skip
REPLICATES = click.option("-r", "--replicates", type=int, help="Data sets per scenario, instead of the file's number.")
SEED = click.option("--seed", type=int, help="Seed, instead of the file's.")
ONLY = click.option(
    "--only", multiple=True, metavar="KEY=VALUE",
    help="Restrict to scenarios or methods, for example --only family=poisson --only n=400 --only method=mle. "
    "The same key twice means either; different keys mean both.",
)  # fmt: skip
QUIET = click.option("--quiet", is_flag=True, help="No progress.")

RUN_EXAMPLES = """\b
Examples:
  simstudy run experiments/root_n.toml
  simstudy run experiments/root_n.toml -r 1000 -j 4 --only family=binomial
"""
SCENARIO_EXAMPLES = """\b
Examples:
  simstudy scenario --family binomial --n 500 --p 8 --sparsity 3 --estimator fgsm --penalty scad --lam 0.1
  simstudy scenario --family poisson --n 200 --p 5 --estimator mle --estimator fgsm --lam 0.05 -r 1000
"""


class BadUsage(click.ClickException):
    """A mistake of the caller's."""

    exit_code = 2


class Commands(click.Group):
    """The commands; an error that simstudy raises on purpose is a sentence and an exit code, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SimstudyError as error:
            kind = BadUsage if isinstance(error, ConfigError | InputError) else click.ClickException
            raise kind(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="simstudy")
def main() -> None:
    """Simulation studies of sparse generalised linear models: FGSM estimators next to penalised likelihood.

    A study file says what is simulated; `run` computes it, `table` prints simulation next to theory. Results are kept
    in results/<study> and are the same, bit for bit, for any number of processes and however often a run was
    interrupted.

    Exit code 0: done. 1: something failed. 2: wrong usage or a mistake in a study file.
    """


@main.command(epilog=RUN_EXAMPLES, short_help="Compute the replicates that a study lacks.")
@STUDY
@REPLICATES
@JOBS
@ONLY
@RESULTS
@SEED
@QUIET
def run(quiet: bool, **options: Any) -> None:
    """Compute the replicates of STUDY (a TOML file) that its results do not hold yet.

    Run it again after an interruption and it goes on; with a larger -r it extends the results. A fit that fails is a
    row with its status and never stops the run.
    """
    console = Console(stderr=True)
    report = api.run(options.pop("study"), progress=progress(console, quiet), **options)
    describe(report)
    if report.fits[Status.ERROR]:
        raise click.exceptions.Exit(FAILED)


@main.command(short_help="Print and write the tables of a study.")
@STUDY
@RESULTS
@JOBS
def table(study: Path, results: Path, jobs: int) -> None:
    """Print the tables of STUDY and write them as markdown, LaTeX and CSV to results/<study>/tables.

    Simulated numbers stand next to those of the theory, each with its Monte Carlo standard error. Failed fits are
    counted in every row.
    """
    tables, summary = api.table(study, results=results, jobs=jobs)
    show(tables, summary.silent_theory)
    click.echo(f"Written to {results / summary.study.name / 'tables'}")


@main.command(short_help="Show what is there and what is to do.")
@STUDY
@REPLICATES
@ONLY
@RESULTS
@SEED
def plan(**options: Any) -> None:
    """Show the scenarios of STUDY and how many replicates are there and are to do; computes and writes nothing."""
    found = api.plan(options.pop("study"), **options)
    grid = Grid("Scenario", *(Column(heading, justify="right") for heading in ("n", "p", "Present", "To do", "Fits")))
    for scenario in dict.fromkeys(cell.scenario for cell in found):
        own = [cell for cell in found if cell.scenario == scenario]
        numbers = (scenario.n, scenario.p, min(cell.present for cell in own), *work(own))
        grid.add_row(scenario.label, *map(str, numbers))
    output().print(grid)
    methods = ", ".join(dict.fromkeys(cell.method for cell in found))
    click.echo(f"Methods: {methods}. Fits to do: {work(found)[1]}.")


def work(chosen: Sequence[Cell]) -> tuple[int, int]:
    """Replicates to do in the cells of one scenario, and fits to do in any cells."""
    return max(cell.to_do for cell in chosen), sum(cell.to_do for cell in chosen)


@main.command(epilog=SCENARIO_EXAMPLES, short_help="Simulate one scenario without a study file.")
@click.option("--family", required=True, help="gaussian, binomial (logit) or poisson (log).")
@click.option("--n", type=int, required=True, help="Observations in a data set.")
@click.option("--p", type=int, required=True, help="Coefficients, the intercept not counted.")
@click.option("--sparsity", type=int, help="Nonzero coefficients, of alternating sign.  [default: all p]")
@click.option("--magnitude", default=1.0, show_default=True, help="Absolute value of the nonzero coefficients.")
@click.option("--intercept", default="0", show_default=True, help="A number, or none for a model without one.")
@click.option("--prevalence", type=float, help="P(Y = 1) of a binomial scenario, in place of --intercept.")
@click.option("--design", default="normal", show_default=True, help="normal, rademacher, bernoulli or student_t.")
@click.option("--rho", type=float, help="Correlation rho^|j-k| of normal covariates.  [default: 0]")
@click.option("--df", type=float, help="Degrees of freedom of student_t covariates.")
@click.option("--q", type=float, help="Success probability of bernoulli covariates.  [default: 0.5]")
@click.option("--sigma", default=1.0, show_default=True, help="Standard deviation of gaussian errors.")
@click.option("--estimator", "estimators", multiple=True, required=True,
              help="fgsm, penalized, mle or oracle; give it several times to compare on the same data.")  # fmt: skip
@click.option("--penalty", default="lasso", show_default=True, help="lasso or scad, for estimators that need one.")
@click.option("--lam", type=float, help="Penalty level per observation, for estimators that need one.")
@click.option("-r", "--replicates", default=200, show_default=True, help="Data sets.")
@click.option("-j", "--jobs", default=1, show_default=True, help="Processes; -1 for every core.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the data sets.")
@click.option("--out", type=click.Path(path_type=Path), help="Results folder; nothing is written without it.")
@QUIET
def scenario(out: Path | None, jobs: int, quiet: bool, **options: Any) -> None:
    """Simulate one scenario without a study file and print its measures next to the theory."""
    study = one_scenario(**options)
    reports = progress(Console(stderr=True), quiet)
    if out is None:
        summary = api.simulate_study(study, jobs=jobs, progress=reports)
        show(api.tables(summary), summary.silent_theory)
    else:
        describe(api.run(study, results=out, jobs=jobs, progress=reports))
        tables, summary = api.table(study, results=out)
        show(tables, summary.silent_theory)


def one_scenario(
    estimators: Sequence[str], penalty: str, lam: float | None, replicates: int, seed: int, **options: Any
) -> Study:
    """Study of one scenario from the command's options."""
    methods = [method(estimator, penalty, lam) for estimator in estimators]
    aim = "One scenario, from the command line."
    return Study("scenario", aim, seed, replicates, (data(**options),), tuple(methods), ("coefficients", "support"))


def method(estimator: str, penalty: str, lam: float | None) -> Method:
    """Method named after its estimator and penalty."""
    spec = ESTIMATORS.get(estimator)
    if spec is None or not spec.needs_penalty:
        return Method(estimator, estimator)
    rule = None if lam is None else FixedLambda(lam)
    return Method(f"{estimator}_{penalty}", estimator, penalty, lam=rule)


def data(
    family: str, n: int, p: int, sparsity: int | None, magnitude: float, design: str, sigma: float, **options: Any
) -> Scenario:
    """Scenario from the command's options."""
    given = {name: options[name] for name in ("rho", "df", "q") if options[name] is not None}
    beta = Sparse(p if sparsity is None else sparsity, magnitude).vector(p, n)
    law = build_tagged(DESIGNS, "law", {"law": design, **given}, "design")
    prevalence = options["prevalence"]
    intercept = None if prevalence is not None else number_or_none(options["intercept"])
    return Scenario(family, n, beta, intercept, law, sigma, prevalence)


def number_or_none(text: str) -> float | None:
    """Number, or None for the word none."""
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise ConfigError(bad_value("intercept", text, "a number or none")) from None


def output() -> Console:
    """Console of the results; wide enough for a table where it is not a terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=240)


def show(tables: Sequence[Table], notes: Sequence[str]) -> None:
    """Print tables with their notes, and why theory is silent where it is."""
    console = output()
    for each in tables:
        columns = (Column(c.heading, justify="right" if c.numeric else "left") for c in each.columns)
        grid = Grid(*columns, title=each.caption, title_justify="left", box=box.SIMPLE_HEAD)
        for row in cells(each).itertuples(index=False):
            grid.add_row(*map(escape, row))
        console.print(grid)
    for note in dict.fromkeys(note for each in tables for note in each.notes):
        console.print(note, highlight=False, markup=False)
    for note in notes:
        click.echo(note, err=True)


def progress(console: Console, quiet: bool) -> Reporter:
    """Reporter of a run."""
    return silent if quiet else reporter(console)


def describe(report: RunReport) -> None:
    """Print what a run did: replicates, time, failures by status, shards set aside."""
    for shard in report.set_aside:
        click.echo(f"Set aside and computed again: {shard.reason}", err=True)
    if not report.replicates:
        click.echo(f"Nothing to do: {report.folder} is complete.")
        return
    fits = report.fits.total()
    click.echo(f"{report.replicates} replicates, {fits} fits in {report.seconds:.1f} s -> {report.folder}")
    failures = {status: count for status, count in report.fits.items() if status != Status.OK}
    counted = ", ".join(f"{count} {status}" for status, count in sorted(failures.items())) or "none"
    click.echo(f"Fits without a usable result: {counted}")
