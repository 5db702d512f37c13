"""The command that simulates one scenario without a study file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from simstudy.cli.group import main
from simstudy.cli.show import describe, progress, show
from simstudy.errors import ConfigError, bad_value
from simstudy.estimators.registry import ESTIMATORS
from simstudy.sources.coefficients import Sparse
from simstudy.sources.designs import DESIGNS
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method
from simstudy.study.study import Study
from simstudy.study.tables import build_tagged
from simstudy.workflow.run import run
from simstudy.workflow.scenario import simulate_study
from simstudy.workflow.table import table, tables

QUIET = click.option("--quiet", is_flag=True, help="No progress.")

SCENARIO_EXAMPLES = """\b
Examples:
  simstudy scenario --family binomial --n 500 --p 8 --sparsity 3 --estimator fgsm --penalty scad --lam 0.1
  simstudy scenario --family poisson --n 200 --p 5 --estimator mle --estimator fgsm --lam 0.05 -r 1000
"""


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
        found = simulate_study(study, jobs=jobs, progress=reports)
        show(tables(found), found.silent_theory)
    else:
        describe(run(study, results=out, jobs=jobs, progress=reports))
        made, found = table(study, results=out)
        show(made, found.silent_theory)


def one_scenario(
    estimators: Sequence[str], penalty: str, lam: float | None, replicates: int, seed: int, **options: Any
) -> Study:
    """Study of one scenario from the command's options."""
    methods = [method(estimator, penalty, lam) for estimator in estimators]
    aim = "One scenario, from the command line."
    return Study("scenario", aim, seed, replicates, (data(**options),), tuple(methods), ("coefficients", "support"))


def method(estimator: str, penalty: str, lam: float | None) -> Method:
    """Method named after its estimator and penalty."""
    if not ESTIMATORS[estimator].needs_penalty:
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
    return Scenario(family, n, tuple(beta), intercept, law, sigma, prevalence)


def number_or_none(text: str) -> float | None:
    """Number, or None for the word none."""
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise ConfigError(bad_value("intercept", text, "a number or none")) from None
