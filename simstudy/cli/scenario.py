"""The command that simulates one scenario without a study file."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from simstudy.cli.options import QUIET
from simstudy.cli.show import describe, progress, show
from simstudy.cli.verb import Verb
from simstudy.errors import ConfigError, bad_value
from simstudy.estimators.registry import ESTIMATORS
from simstudy.plugins import Plugin, activate, read_plugin
from simstudy.sources.coefficients import Sparse
from simstudy.sources.designs import DESIGNS
from simstudy.sources.glm import Scenario
from simstudy.sources.registry import Source
from simstudy.study.method import FixedLambda, Method
from simstudy.study.scenarios import read_scenarios
from simstudy.study.study import Study
from simstudy.study.tables import build_tagged
from simstudy.workflow.run import run
from simstudy.workflow.scenario import simulate_study
from simstudy.workflow.table import table, tables

SCENARIO_EXAMPLES = """\b
Examples:
  simstudy scenario --family binomial --n 500 --p 8 --sparsity 3 --estimator fgsm --penalty scad --lam 0.1
  simstudy scenario --family poisson --n 200 --p 5 --estimator mle --estimator fgsm --lam 0.05 -r 1000
  simstudy scenario --source my_methods.py:two_clouds --set n=100 --set gap=0.5 --estimator my_methods.py:midpoint
"""


@click.command(cls=Verb, epilog=SCENARIO_EXAMPLES)
@click.option("--family", help="Response family, such as gaussian, binomial (logit) or poisson (log).")
@click.option("--n", type=int, help="Observations in a data set.")
@click.option("--p", type=int, help="Coefficients, the intercept not counted.")
@click.option("--sparsity", type=int, help="Nonzero coefficients, of alternating sign.  [default: all p]")
@click.option("--magnitude", default=1.0, show_default=True, help="Absolute value of the nonzero coefficients.")
@click.option("--intercept", default="0", show_default=True, help="A number, or none for a model without one.")
@click.option("--prevalence", type=float, help="P(Y = 1) of a binomial scenario, in place of --intercept.")
@click.option("--design", default="normal", show_default=True, help="normal, rademacher, bernoulli or student_t.")
@click.option("--rho", type=float, help="Correlation rho^|j-k| of normal covariates.  [default: 0]")
@click.option("--df", type=float, help="Degrees of freedom of student_t covariates.")
@click.option("--q", type=float, help="Success probability of bernoulli covariates.  [default: 0.5]")
@click.option("--sigma", default=1.0, show_default=True, help="Standard deviation of gaussian errors.")
@click.option("--source", metavar="[FILE.py:]NAME", help="Another source than a GLM, by name or in a file of yours.")
@click.option("--set", "fields", multiple=True, metavar="KEY=VALUE", help="A field of --source, such as n=100.")
@click.option("--estimator", "estimators", multiple=True, required=True, metavar="[FILE.py:]NAME",
              help="fgsm, penalized, mle, oracle or your own; several are compared on the same data.")  # fmt: skip
@click.option("--penalty", help="For estimators that need one.  [default: lasso]")
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
    estimators: Sequence[str], penalty: str | None, lam: float | None, replicates: int, seed: int, **options: Any
) -> Study:
    """Study of one scenario from the command's options."""
    source, fields = options.pop("source"), options.pop("fields")
    plugins = active_plugins([each for each in (source, *estimators) if each is not None])
    methods = tuple(method(name_of(estimator), penalty, lam) for estimator in estimators)
    if source is None and fields:
        raise ConfigError(bad_value("--set", fields[0], "left out without --source"))
    takes_penalty = any(each.penalty is not None for each in methods)
    for option, value in (("--penalty", penalty), ("--lam", lam)):
        if value is not None and not takes_penalty:
            raise ConfigError(bad_value(option, value, "left out: none of the estimators takes a penalty"))
    scenario: Source = data(**options) if source is None else setting(name_of(source), fields)
    analyses = ("coefficients", "support") if source is None else ()
    aim = "One scenario, from the command line."
    return Study("scenario", aim, seed, replicates, (scenario,), methods, analyses, plugins=plugins)


def active_plugins(references: Sequence[str]) -> tuple[Plugin, ...]:
    """Plug-ins of references ``FILE.py:NAME``, whose names are known afterwards."""
    paths = dict.fromkeys(each.rpartition(":")[0] for each in references)
    plugins = tuple(read_plugin(path, Path()) for path in paths if path)
    activate(plugins)
    return plugins


def name_of(reference: str) -> str:
    """Name in a reference ``FILE.py:NAME`` or ``NAME``."""
    return reference.rpartition(":")[2]


def setting(name: str, fields: Sequence[str]) -> Source:
    """Scenario of a source of the registry; values are written as in a study file, or are words."""
    table: dict[str, Any] = {"source": name}
    for each in fields:
        key, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(bad_value("--set", each, "KEY=VALUE, such as n=100"))
        try:
            table |= tomllib.loads(f"{key} = {value}")
        except tomllib.TOMLDecodeError:
            table[key] = value
    (scenario,) = read_scenarios((table,), Path())
    return scenario


def method(estimator: str, penalty: str | None, lam: float | None) -> Method:
    """Method named after its estimator and penalty."""
    if not ESTIMATORS[estimator].needs_penalty:
        return Method(estimator, estimator)
    chosen = "lasso" if penalty is None else penalty
    rule = None if lam is None else FixedLambda(lam)
    return Method(f"{estimator}_{chosen}", estimator, chosen, lam=rule)


def data(
    family: str | None,
    n: int | None,
    p: int | None,
    sparsity: int | None,
    magnitude: float,
    design: str,
    sigma: float,
    **options: Any,
) -> Scenario:
    """Scenario from the command's options."""
    if family is None or n is None or p is None:
        missing = [name for name, value in (("--family", family), ("--n", n), ("--p", p)) if value is None]
        raise ConfigError(f"{', '.join(missing)} is missing: a GLM needs it, and --source names another source")
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
