"""A claim: what a study asserts about its results, within which margin, and what simulation must find wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.registry import check_name
from simstudy.sources.registry import Source
from simstudy.study.quantities import LAWS, OF_CONSTANTS, OMISSIONS, OTHER, QUANTITIES, Quantity

S = TypeVar("S", bound=Source)

SUPPORTED, CONTRADICTED = "supported", "contradicted"

#: Characters of an id; one that is made from a grid holds numbers.
ID_PATTERN = r"[A-Za-z0-9_-][A-Za-z0-9_.+-]*"


@dataclass(frozen=True)
class Region:
    """Predicted values between two numbers; a single number is a region of one point.

    Parameters
    ----------
    above, below : float
        Its ends; infinite where there is none.

    Raises
    ------
    ConfigError
        No finite end, or no value between them.
    """

    above: float = -math.inf
    below: float = math.inf

    def __post_init__(self) -> None:
        if not self.above <= self.below or (math.isinf(self.above) and math.isinf(self.below)):
            allowed = "a finite number, or a table with above, below or both, above <= below"
            raise ConfigError(bad_value("prediction", (self.above, self.below), allowed))

    def definition(self) -> float | dict[str, float]:
        """The prediction as in a study file."""
        if self.above == self.below:
            return self.above
        ends = {"above": self.above, "below": self.below}
        return {name: end for name, end in ends.items() if math.isfinite(end)}


@dataclass(frozen=True)
class Law:
    """A prediction that the theory computes.

    Parameters
    ----------
    law : str
        Number in the theory (`quantities.LAWS`), or ``law`` for the law around the pseudo-true parameter; of another
        estimand than the coefficients of a GLM a law of the registry.
    without : str, optional
        Constant that is left out (V set to zero, kappa to one), which makes the prediction wrong on purpose.

    Raises
    ------
    ConfigError
        An unknown constant, or a law that is not made of the constants.
    """

    law: str
    without: str | None = None

    def __post_init__(self) -> None:
        if self.without is not None and self.without not in OMISSIONS:
            raise ConfigError(unknown_name("without", self.without, OMISSIONS))
        if self.without is not None and self.law not in OF_CONSTANTS:
            allowed = f"left out with law {self.law!r}, which {', '.join(OF_CONSTANTS)} can have"
            raise ConfigError(bad_value("without", self.without, allowed))

    def definition(self) -> dict[str, str]:
        """The prediction as in a study file."""
        return {"law": self.law} if self.without is None else {"law": self.law, "without": self.without}


#: Scenarios that a claim is about: a label, or columns with their values.
Selection = str | tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Claim:
    """An assertion about one quantity.

    The tested region is the prediction widened by the margin on both sides. For `kolmogorov`, the distance of the
    simulated law to the predicted one, it reaches from zero to the margin.

    Parameters
    ----------
    id : str
        Name in the ledger, unique in a study.
    statement : str
        What is asserted, in words.
    theory : str
        Where it comes from, such as "T16".
    quantity : str
        A name of `quantities.QUANTITIES`; of an estimand that is named, any measure.
    method : str
        A method of the study.
    prediction : Region or Law
        Predicted values.
    margin : float
        Deviation that does not matter scientifically, positive, on the scale of the quantity.
    scenario : str or tuple of (column, value)
        The scenario's label, or columns that single it out (or, for rates, the scenarios that differ in n).
    reference : str, optional
        The method that it is compared with, for paired quantities.
    parameter : str
        ``intercept``, ``beta_1``, ... or ``all``; of another vector its component, such as ``gap_2``.
    versus : str or tuple of (column, value), optional
        Another scenario: the claim is about the difference of the quantity between the two.
    scaled : bool
        Whether the quantity is multiplied by sqrt(n) (an MSE by n), as in the limit laws.
    expected : {"supported", "contradicted"}
        The verdict that the theory expects.
    estimand : str
        What it is about, where these are not the coefficients of a GLM.
    control : Claim, optional
        Negative control: the same with something wrong, which simulation must contradict.

    Raises
    ------
    ConfigError
        A value is out of its range; the message begins with the field's name.
    """

    id: str
    statement: str
    theory: str
    quantity: str
    method: str
    prediction: Region | Law
    margin: float
    scenario: Selection = ()
    reference: str | None = None
    parameter: str = "all"
    versus: Selection | None = None
    scaled: bool = False
    expected: str = SUPPORTED
    estimand: str = ""
    control: Claim | None = None

    def __post_init__(self) -> None:
        check_name("id", self.id, ID_PATTERN)
        if self.quantity not in QUANTITIES and not self.estimand:
            raise ConfigError(unknown_name("quantity", self.quantity, QUANTITIES))
        if isinstance(self.prediction, Law) and self.prediction.law not in LAWS and not self.estimand:
            raise ConfigError(unknown_name("law", self.prediction.law, LAWS))
        if not 0.0 < self.margin < math.inf:
            raise ConfigError(bad_value("margin", self.margin, "a finite positive number: the tolerance of the claim"))
        if self.expected not in {SUPPORTED, CONTRADICTED}:
            raise ConfigError(unknown_name("expected", self.expected, (SUPPORTED, CONTRADICTED)))
        problem = next(self._misfits(), None)
        if problem:
            raise ConfigError(problem)

    @property
    def about(self) -> str:
        """Name of the parameter in the measures frame."""
        names_whole = self.parameter == "all" and self.estimand not in {"", "beta"}
        return self.estimand if names_whole else self.parameter

    @property
    def kind(self) -> Quantity:
        """What there is to know of the quantity; of a measure that is not listed, that it is one method's own."""
        return QUANTITIES.get(self.quantity, OTHER)

    def _misfits(self) -> Iterator[str]:
        """Sentences on what does not fit the quantity."""
        quantity = self.kind
        kind = "slope" if self.parameter.startswith("beta_") else self.parameter
        if kind not in quantity.parameters and not self.estimand:
            kinds = ", ".join("beta_1, beta_2, ..." if each == "slope" else each for each in quantity.parameters)
            yield bad_value("parameter", self.parameter, f"one of {kinds} for {self.quantity}")
        if quantity.paired and self.reference is None:
            yield f"reference is missing: {self.quantity} compares the method with another one"
        if not quantity.paired and self.reference is not None:
            yield bad_value("reference", self.reference, f"left out with {self.quantity}, which is one method's own")
        if self.scaled and not quantity.power:
            yield bad_value("scaled", True, f"false for {self.quantity}, which has no root-n scale")
        if self.versus is not None and (quantity.over_n or self.quantity == "kolmogorov"):
            yield bad_value("versus", self.versus, f"left out with {self.quantity}")
        if quantity.paired and quantity.over_n and isinstance(self.prediction, Law):
            yield bad_value("prediction", self.prediction.definition(), f"numbers for {self.quantity}")
        if self.quantity == "kolmogorov" and not isinstance(self.prediction, Law):
            yield bad_value("prediction", self.prediction.definition(), "a law, to which the distance is measured")

    def definition(self) -> dict[str, Any]:
        """The claim as a [[claim]] table of a study file; its control says only what is different."""
        table = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "control"}
        for name in ("scenario", "versus"):
            table[name] = dict(table[name]) if isinstance(table[name], tuple) else table[name]
        table["prediction"] = self.prediction.definition()
        table = {name: value for name, value in table.items() if value is not None and value not in ({}, "")}
        if self.control is not None:
            other = self.control.definition()
            table["control"] = {name: value for name, value in other.items() if value != table.get(name)}
        return table


def select_scenarios(selection: Selection, scenarios: Sequence[S]) -> tuple[S, ...]:
    """Scenarios of a study that have this label or these values.

    Raises
    ------
    ConfigError
        There is no such label, column or combination of values.
    """
    if isinstance(selection, str):
        labels = {scenario.label: scenario for scenario in scenarios}
        if selection not in labels:
            raise ConfigError(unknown_name("scenario", selection, labels))
        return (labels[selection],)
    wanted = dict(selection)
    rows = [{**scenario.properties(), "label": scenario.label} for scenario in scenarios]
    for name, value in wanted.items():
        known = dict.fromkeys(row[name] for row in rows if name in row)
        if not known:
            raise ConfigError(unknown_name("scenario", name, {column for row in rows for column in row}))
        if value not in known:
            raise ConfigError(bad_value(f"scenario.{name}", value, f"one of {', '.join(map(str, known))}"))
    found = [
        each
        for each, row in zip(scenarios, rows, strict=True)
        if all(row.get(name) == value for name, value in wanted.items())
    ]
    if not found:
        raise ConfigError(bad_value("scenario", wanted, "a combination of values that one of the scenarios has"))
    return tuple(found)


def claim_problems(claim: Claim, scenarios: Sequence[Source], methods: Sequence[str]) -> Iterator[str]:
    """Sentences on names in a claim that its study does not have."""
    for field, name in (("method", claim.method), ("reference", claim.reference)):
        if name is not None and name not in methods:
            yield unknown_name(field, name, methods)
    for field, selection in (("scenario", claim.scenario), ("versus", claim.versus)):
        if selection is None:
            continue
        try:
            found = select_scenarios(selection, scenarios)
        except ConfigError as error:
            yield f"{field}{str(error).removeprefix('scenario')}"
            continue
        yield from _count_problems(claim, field, found)
        yield from _parameter_problems(claim, found)


def _count_problems(claim: Claim, field: str, found: Sequence[Source]) -> Iterator[str]:
    labels = ", ".join(scenario.label for scenario in found)
    if not claim.kind.over_n:
        if len(found) > 1:
            yield f"{field} singles out no scenario: {labels} have these values"
        return
    sizes = [scenario.n for scenario in found]
    if len(sizes) < 3 or len(set(sizes)) < len(sizes):
        yield f"{field} must be three or more scenarios that differ in n for {claim.quantity}, not {labels}"


def _parameter_problems(claim: Claim, found: Sequence[Source]) -> Iterator[str]:
    for scenario in found:
        names = parameter_names(scenario.truth())
        if claim.estimand and claim.estimand not in scenario.truth():
            # What is evaluated at a fit is known once there is one.
            return
        if claim.parameter != "all" and claim.parameter not in names:
            yield unknown_name(f"parameter in scenario {scenario.label}", claim.parameter, names)
            return


def parameter_names(truth: Mapping[str, Any]) -> list[str]:
    """Names of the components of the estimands with a truth: `intercept`, `beta_1`, ..., or an estimand's own name."""
    names: list[str] = []
    for name, value in truth.items():
        names += [f"{name}_{j + 1}" for j in range(len(value))] if np.ndim(value) else [name]
    return names
