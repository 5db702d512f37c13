"""A study: scenarios, methods, and how often each is tried."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import tomli_w

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.estimands import ESTIMANDS
from simstudy.estimators.capabilities import Law
from simstudy.plugins import Plugin, portable
from simstudy.registry import check_name, digest
from simstudy.sources.glm import Scenario
from simstudy.sources.registry import Source
from simstudy.study.claim import Claim, claim_problems
from simstudy.study.labels import method_labels
from simstudy.study.limits import MOST_REPLICATES
from simstudy.study.method import FixedLambda, MatchedLambda, Method, ProportionalLambda, RateLambda, UniversalLambda


@dataclass(frozen=True)
class Study:
    """A simulation study with every choice made (ADEMP: aim, data-generating mechanisms, methods).

    Parameters
    ----------
    name : str
        Name of its results folder.
    aim : str
        What the study finds out, in one sentence.
    seed : int
        Seed of all its random streams, not negative.
    replicates : int
        Data sets per scenario, at least 1.
    full : int, optional
        Data sets per scenario of the full profile, where this is another one with fewer. Seeds are those of the
        replicates, so that a full run extends a quick one.
    scenarios : tuple of Source
        At least one; labels and keys are unique.
    methods : tuple of Method
        At least one; names are unique.
    analyses : tuple of str
        Names of the analyses that its report runs.
    timeout : float, optional
        Longest time that one fit may take, in seconds of wall time; a fit that takes longer is stopped and is a row
        with status ``timeout``. Which fits those are depends on the machine and its load, so no other result does.
    claims : tuple of Claim
        What the study asserts about its results; ids are unique.
    plugins : tuple of Plugin
        Code that its sources, estimators and so on come from, besides the package's own.
    estimands : tuple of str
        What is evaluated at each usable fit, besides what the fits themselves estimate.
    estimand : str, optional
        The estimand that analyses are about where there are several; beta, if there is one, where it is left out.
    laws : tuple of str, optional
        Laws that predict measures; all that apply where it is left out.
    measures : tuple of str
        Performance measures to compute besides those that are always computed.
    title : str
        What a report calls it; its name where it is left out.
    series : str
        The body of work that it belongs to, which a report on several studies is called by.
    place : float
        Where it stands in a report, the smallest first; studies without a place come last, by name.

    Raises
    ------
    ConfigError
        Lists every problem, one to a line.
    """

    name: str
    aim: str
    seed: int
    replicates: int
    scenarios: tuple[Source, ...]
    methods: tuple[Method, ...]
    analyses: tuple[str, ...] = ()
    timeout: float | None = None
    claims: tuple[Claim, ...] = ()
    full: int | None = None
    plugins: tuple[Plugin, ...] = ()
    estimands: tuple[str, ...] = ()
    estimand: str | None = None
    laws: tuple[str, ...] | None = None
    measures: tuple[str, ...] = ()
    title: str = ""
    series: str = ""
    place: float = math.inf

    def __post_init__(self) -> None:
        for field in ("scenarios", "methods", "analyses", "claims", "plugins", "estimands", "measures"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        check_name("name", self.name)
        problems = [*_number_problems(self), *_scenario_problems(self), *_method_problems(self), *_claim_problems(self)]
        if problems:
            raise ConfigError("\n".join(problems))

    def __reduce__(self) -> tuple[Callable[..., Study], tuple[Any, ...]]:
        return portable(Study, self.plugins, [getattr(self, each.name) for each in fields(self)])

    @property
    def glm(self) -> tuple[Scenario, ...]:
        """The scenarios that are generalised linear models, which the limit laws are about."""
        return tuple(each for each in self.scenarios if isinstance(each, Scenario))

    @property
    def full_replicates(self) -> int:
        """Data sets per scenario of the full profile."""
        return self.replicates if self.full is None else self.full

    @cached_property
    def labels(self) -> dict[str, str]:
        """How people see the methods, by name."""
        return method_labels(self.methods)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what defines the results, whatever the number of replicates: seed, scenarios and methods."""
        return digest(
            {
                "seed": self.seed,
                "scenarios": [scenario.key for scenario in self.scenarios],
                "methods": [method.definition() for method in self.methods],
                **({"estimands": self._estimand_codes()} if self.estimands else {}),
            }
        )

    def _estimand_codes(self) -> dict[str, str]:
        return {name: ESTIMANDS.code(name) for name in self.estimands}

    def definition(self) -> dict[str, Any]:
        """The study in the terms of a study file, resolved: no grid, no default, nothing to solve but prevalences."""
        return {
            "name": self.name,
            "aim": self.aim,
            **({"title": self.title} if self.title else {}),
            **({"series": self.series} if self.series else {}),
            **({"place": self.place} if math.isfinite(self.place) else {}),
            "seed": self.seed,
            "replicates": self.replicates if self.full is None else {"quick": self.replicates, "full": self.full},
            "analyses": list(self.analyses),
            **({} if self.timeout is None else {"timeout": self.timeout}),
            **({"plugins": [plugin.name for plugin in self.plugins]} if self.plugins else {}),
            **({"estimands": list(self.estimands)} if self.estimands else {}),
            **({} if self.estimand is None else {"estimand": self.estimand}),
            **({} if self.laws is None else {"laws": list(self.laws)}),
            **({"measures": list(self.measures)} if self.measures else {}),
            "scenario": [scenario.definition() for scenario in self.scenarios],
            "method": [method.definition() for method in self.methods],
            **({"claim": [claim.definition() for claim in self.claims]} if self.claims else {}),
        }


def study_toml(study: Study) -> str:
    """The resolved study as the text of a study file; reading it gives an equal study."""
    return tomli_w.dumps(study.definition())


def _number_problems(study: Study) -> Iterator[str]:
    if study.seed < 0:
        yield bad_value("seed", study.seed, "0 or more")
    if study.replicates < 1:
        yield bad_value("replicates", study.replicates, "at least 1")
    if max(study.replicates, study.full_replicates) > MOST_REPLICATES:
        yield bad_value("replicates", max(study.replicates, study.full_replicates), f"at most {MOST_REPLICATES}")
    if study.full is not None and study.full <= study.replicates:
        yield bad_value("replicates.full", study.full, f"more than the {study.replicates} of the quick profile")
    if study.timeout is not None and not 0.0 < study.timeout < math.inf:
        yield bad_value("timeout", study.timeout, "a finite positive number of seconds, or left out")
    yield from (unknown_name("estimands", name, ESTIMANDS) for name in study.estimands if name not in ESTIMANDS)


def _scenario_problems(study: Study) -> Iterator[str]:
    if not study.scenarios:
        yield "scenario: a study needs at least one"
    columns = {column for scenario in study.scenarios for column in scenario.columns()}
    yield from (bad_value("estimands", name, "no column of a source") for name in study.estimands if name in columns)
    by_key: dict[str, str] = {}
    for scenario in study.scenarios:
        if scenario.key in by_key:
            other = by_key[scenario.key]
            yield f"scenario: {scenario.label!r} generates the same data as {other!r}; leave one of them out"
        else:
            by_key[scenario.key] = scenario.label
    yield from _repeated("scenario.label", by_key.values())


def _method_problems(study: Study) -> Iterator[str]:
    if not study.methods:
        yield "method: a study needs at least one"
    yield from _repeated("method.name", (method.name for method in study.methods))
    partners = {method.name for method in study.methods if method.entry.law == Law.FGSM and _is_planned(method)}
    smallest_p = min((scenario.p for scenario in study.scenarios), default=2)
    for k, method in enumerate(study.methods):
        if isinstance(method.lam, MatchedLambda) and method.lam.method not in partners:
            sentence = unknown_name(f"method[{k}].lam.matched", method.lam.method, partners or {"(none in this study)"})
            yield f"{sentence} (an FGSM method whose lambda does not depend on the data)"
        if isinstance(method.lam, RateLambda) and method.lam.log_p and smallest_p < 2:
            yield bad_value(f"method[{k}].lam.log_p", True, "false where p = 1, because log p is zero")
        if isinstance(method.lam, UniversalLambda) and smallest_p < 2:
            yield bad_value(f"method[{k}].lam.rule", "universal", "another rule where p = 1, because log p is zero")


def _claim_problems(study: Study) -> Iterator[str]:
    methods = [method.name for method in study.methods]
    for claim in study.claims:
        for each in (claim, claim.control):
            if each is not None:
                problems = claim_problems(each, study.scenarios, methods)
                yield from (f"claim {each.id!r}: {problem}" for problem in problems)
    ids = [each.id for claim in study.claims for each in (claim, claim.control) if each is not None]
    yield from _repeated("claim.id", ids)


def _is_planned(method: Method) -> bool:
    """Whether lambda is known before there are data, and without another method."""
    return isinstance(method.lam, FixedLambda | RateLambda | UniversalLambda | ProportionalLambda)


def _repeated(field: str, names: Iterable[str]) -> Iterator[str]:
    yield from (f"{field}: {name!r} is given {k} times" for name, k in Counter(names).items() if k > 1)
