"""The reader of study files; the only place that knows their format.

A file is checked in three steps: tables against dataclasses (`tables`), values by the classes that they build, and the
whole by `Study`. Every step lists all of its problems.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.penalties import PENALTIES
from simstudy.seeding import study_seed
from simstudy.sources.coefficients import PATTERNS, Coefficients, Explicit
from simstudy.sources.designs import DESIGNS
from simstudy.sources.glm import Scenario, check_sample_size
from simstudy.study.claims import read_claims
from simstudy.study.grid import LabelFields, expand, label_fields, labels
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
from simstudy.study.study import Study
from simstudy.study.tables import build, build_tagged, collect, errors_at


@dataclass(frozen=True)
class StudyTable:
    """Top level of a study file; name and seed have defaults that depend on the file's name."""

    aim: str
    replicates: Any
    scenario: tuple[dict[str, Any], ...]
    method: tuple[dict[str, Any], ...]
    name: str | None = None
    seed: int | None = None
    analyses: tuple[str, ...] = ()
    timeout: float | None = None
    claim: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class ScenarioTable:
    """One combination of a [[scenario]] block; `Any` where several forms are allowed."""

    family: str
    n: int
    beta: Any
    p: Any = None
    intercept: Any = None
    design: Any = "normal"
    prevalence: float | None = None
    sigma: float = 1.0
    label: str | None = None

    def __post_init__(self) -> None:
        # Before p and beta, which may depend on it.
        check_sample_size(self.n)


@dataclass(frozen=True)
class GrowingSize:
    """A number of coefficients that grows with n: floor(c n^power), at least 1."""

    c: float
    power: float

    def __post_init__(self) -> None:
        if not 0.0 < self.c < math.inf:
            raise ConfigError(bad_value("c", self.c, "a finite positive number"))
        if not 0.0 <= self.power < math.inf:
            raise ConfigError(bad_value("power", self.power, "a finite number of at least 0"))

    def at(self, n: int) -> int:
        """Number of coefficients at n observations."""
        # 1000^(1/3) is 9.999999999999998 in floating point; the floor of what was meant is 10.
        return max(1, math.floor(self.c * math.pow(n, self.power) * (1.0 + 1e-12)))


@dataclass(frozen=True)
class MethodTable:
    """A [[method]] block without the parameters of its penalty."""

    name: str
    estimator: str
    penalty: str | None = None
    lam: Any = None
    se: bool | str = False


@dataclass(frozen=True)
class MatchedTable:
    """A lambda matched to that of another method, { matched = "name" }."""

    matched: str


@dataclass(frozen=True)
class Cell:
    """A scenario of the grid before it is labelled."""

    scenario: Scenario
    fields: LabelFields
    own_label: str | None
    is_alone: bool

    def label(self, generated: str) -> str:
        """The block's own label, followed by the generated one if the block has several scenarios."""
        if self.own_label is None:
            return generated
        return self.own_label if self.is_alone else f"{self.own_label}_{generated}"


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
        return _study(_content(path), path.stem, seed, partial(read_replicates, profile=profile, given=replicates))
    except ConfigError as error:
        problems = str(error).splitlines()
        listed = problems[0] if len(problems) == 1 else "\n  ".join([f"{len(problems)} problems", *problems])
        raise ConfigError(f"{path}: {listed}") from None


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not a text file in UTF-8: {error.reason} at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}") from None


def _study(
    content: dict[str, Any], stem: str, seed: int | None, replicates: Callable[[Any], tuple[int, int | None]]
) -> Study:
    table = build(StudyTable, content, "")
    readers: list[Callable[[], Any]] = [
        partial(_scenarios, table.scenario),
        partial(_methods, table.method),
        partial(read_claims, table.claim),
        partial(replicates, table.replicates),
    ]
    scenarios, methods, claims, (chosen, full) = collect(readers)
    name = stem if table.name is None else table.name
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
    )


def _scenarios(blocks: tuple[dict[str, Any], ...]) -> tuple[Scenario, ...]:
    nested = collect(partial(_cells, f"scenario[{k}]", block) for k, block in enumerate(blocks))
    cells = [cell for block in nested for cell in block]
    texts = labels([cell.fields for cell in cells])
    return tuple(replace(cell.scenario, label=cell.label(text)) for cell, text in zip(cells, texts, strict=True))


def _cells(where: str, block: dict[str, Any]) -> list[Cell]:
    with errors_at(where):
        tables = expand(block)
    return collect(partial(_cell, where, table, len(tables) == 1) for table in tables)


def _cell(where: str, table: dict[str, Any], is_alone: bool) -> Cell:
    row = build(ScenarioTable, table, where)
    coefficients = build_tagged(PATTERNS, "pattern", row.beta, f"{where}.beta")
    law = {"law": row.design} if isinstance(row.design, str) else row.design
    design = build_tagged(DESIGNS, "law", law, f"{where}.design")
    p = _size(row, coefficients, f"{where}.p")
    with errors_at(f"{where}.beta"):
        beta = coefficients.vector(p, row.n)
    with errors_at(where):
        scenario = Scenario(row.family, row.n, tuple(beta), _intercept(row), design, row.sigma, row.prevalence)
    return Cell(scenario, label_fields(scenario, coefficients), row.label, is_alone)


def _size(row: ScenarioTable, coefficients: Coefficients, where: str) -> int:
    if row.p is None and isinstance(coefficients, Explicit):
        return len(coefficients.values)
    if row.p is None:
        raise ConfigError(f"{where} is missing: it is a number or {{ c = ..., power = ... }}")
    if isinstance(row.p, dict):
        return build(GrowingSize, row.p, where).at(row.n)
    if not isinstance(row.p, int) or isinstance(row.p, bool) or row.p < 1:
        raise ConfigError(bad_value(where, row.p, "a whole number of at least 1, or { c = ..., power = ... }"))
    return row.p


def _intercept(row: ScenarioTable) -> float | None:
    """Intercept as `Scenario` takes it: None for a model without one and where it is solved from a prevalence."""
    if row.prevalence is not None:
        if row.intercept is not None:
            raise ConfigError(bad_value("intercept", row.intercept, "left out where a prevalence is given"))
        return None
    if row.intercept is None:
        raise ConfigError('intercept is missing: give a number, "none" (no intercept in the model) or a prevalence')
    if row.intercept == "none":
        return None
    if not isinstance(row.intercept, int | float) or isinstance(row.intercept, bool):
        raise ConfigError(bad_value("intercept", row.intercept, 'a number or "none"'))
    return row.intercept


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
        return Method(row.name, row.estimator, row.penalty, tuple(rest.items()), lam, tuple(chosen.items()), row.se)


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
