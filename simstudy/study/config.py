"""The reader of study files; the only place that knows their format.

A file is checked in three steps: tables against dataclasses (`tables`), values by the classes that they build, and the
whole by `Study`. Every step lists all of its problems.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.penalties import PENALTIES
from simstudy.plugins import activate, read_plugin
from simstudy.registry import check_name
from simstudy.seeding import study_seed
from simstudy.study.claims import read_claims
from simstudy.study.limits import parse, read_text
from simstudy.study.method import (
    NAMED_RULES,
    FixedLambda,
    LambdaRule,
    MatchedLambda,
    Method,
    RateLambda,
    option_names,
    parameter_names,
)
from simstudy.study.profiles import read_replicates
from simstudy.study.scenarios import read_scenarios
from simstudy.study.study import Study
from simstudy.study.tables import build, build_tagged, collect, errors_at


@dataclass(frozen=True)
class StudyTable:
    """Top level of a study file; name and seed have defaults that depend on the file's name."""

    replicates: Any
    scenario: tuple[dict[str, Any], ...]
    method: tuple[dict[str, Any], ...]
    aim: str = ""
    name: str | None = None
    seed: int | None = None
    analyses: tuple[str, ...] = ()
    timeout: float | None = None
    claim: tuple[dict[str, Any], ...] = ()
    plugins: tuple[str, ...] = ()
    estimands: tuple[str, ...] = ()
    estimand: str | None = None
    laws: tuple[str, ...] | None = None
    measures: tuple[str, ...] = ()
    title: str = ""
    series: str = ""
    place: float = math.inf


@dataclass(frozen=True)
class MethodTable:
    """A [[method]] block without the parameters of its penalty."""

    name: str
    estimator: str
    penalty: str | None = None
    lam: Any = None
    se: bool | str = False
    label: str = ""
    code: str = ""
    intercept: str | None = None


@dataclass(frozen=True)
class MatchedTable:
    """A lambda matched to that of another method, { matched = "name" }."""

    matched: str


def read_study(
    path: str | Path, *, seed: int | None = None, replicates: int | None = None, profile: str = "quick"
) -> Study:
    """Read, expand and check a study file.

    Parameters
    ----------
    path : str or Path
        A TOML file; README and experiments/ show the format.
    seed, replicates : int, optional
        Override those of the file.
    profile : {"quick", "full"}
        Which number of replicates to take, where the file has one for each.

    Returns
    -------
    Study
        With all grids expanded and all defaults filled in.

    Raises
    ------
    ConfigError
        The file cannot be read, is not TOML, or asks for something that does not exist. Names the file, and for each
        problem the key, the value, what is allowed and, for misspelt names, the nearest one.
    """
    path = Path(path)
    try:
        return _study(parse(read_text(path)), path, seed, partial(read_replicates, profile=profile, given=replicates))
    except ConfigError as error:
        problems = str(error).splitlines()
        listed = problems[0] if len(problems) == 1 else "\n  ".join([f"{len(problems)} problems", *problems])
        raise ConfigError(f"{path}: {listed}") from None


def name_of(path: Path) -> str:
    """Name of the study of a file that gives none: the file's own, without its ending.

    Raises
    ------
    ConfigError
        The file's name is none of a study.
    """
    try:
        check_name("name", path.stem)
    except ConfigError as error:
        raise ConfigError(f"{error}; it comes from the file's name, as the file has no key name") from None
    return path.stem


def _study(
    content: dict[str, Any], path: Path, seed: int | None, replicates: Callable[[Any], tuple[int, int | None]]
) -> Study:
    table = build(StudyTable, content, "")
    plugins = tuple(read_plugin(name, path.parent) for name in table.plugins)
    activate(plugins)
    readers: list[Callable[[], Any]] = [
        partial(read_scenarios, table.scenario, path.parent),
        partial(_methods, table.method),
        partial(read_claims, table.claim),
        partial(replicates, table.replicates),
    ]
    scenarios, methods, claims, (chosen, full) = collect(readers)
    name = name_of(path) if table.name is None else table.name
    seeds = [given for given in (seed, table.seed) if given is not None]
    return Study(
        name=name,
        aim=table.aim,
        seed=seeds[0] if seeds else study_seed(name),
        replicates=chosen,
        scenarios=scenarios,
        methods=methods,
        analyses=table.analyses,
        timeout=table.timeout,
        claims=claims,
        full=full,
        plugins=plugins,
        estimands=table.estimands,
        estimand=table.estimand,
        laws=table.laws,
        measures=table.measures,
        title=table.title,
        series=table.series,
        place=table.place,
    )


def _methods(tables: tuple[dict[str, Any], ...]) -> tuple[Method, ...]:
    return tuple(collect(partial(_method, f"method[{k}]", table) for k, table in enumerate(tables)))


def _method(where: str, table: dict[str, Any]) -> Method:
    own = [each.name for each in fields(MethodTable)]
    row = build(MethodTable, {key: value for key, value in table.items() if key in own}, where)
    parameters = {key: value for key, value in table.items() if key not in own}
    options = option_names(row.estimator)
    known = [*own, *parameter_names(row.penalty), *options]
    unknown = [unknown_name(where, key, known) for key in parameters if key not in known]
    # The parameters of a misspelt penalty are not known, so its name is the mistake to report.
    if unknown and (row.penalty is None or row.penalty in PENALTIES):
        raise ConfigError("\n".join(unknown))
    with errors_at(where):
        lam = _lambda_rule(row.lam)
        chosen = {key: value for key, value in parameters.items() if key in options}
        rest = {key: value for key, value in parameters.items() if key not in options}
        return Method(
            row.name, row.estimator, row.penalty, tuple(rest.items()), lam, tuple(chosen.items()), row.se, row.label,
            row.intercept,
        )  # fmt: skip


def _lambda_rule(value: Any) -> LambdaRule | None:
    if value is None:
        return None
    if isinstance(value, dict):
        if "matched" in value:
            return MatchedLambda(build(MatchedTable, value, "lam").matched)
        if "rule" in value:
            return build_tagged(NAMED_RULES, "rule", value, "lam")
        return build(RateLambda, value, "lam")
    if not isinstance(value, int | float) or isinstance(value, bool):
        forms = "a number, { c = ..., power = ..., log_p = ... }, { matched = ... } or { rule = ... }"
        raise ConfigError(bad_value("lam", value, forms))
    return FixedLambda(float(value))
