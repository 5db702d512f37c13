"""A method: an estimator with its penalty and a rule for lambda."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.estimators.registry import ESTIMATORS
from simstudy.model.penalties import PENALTIES, Penalty
from simstudy.scenario.names import check_name


@dataclass(frozen=True)
class FixedLambda:
    """The same lambda in every scenario.

    Parameters
    ----------
    value : float
        Penalty level per observation, on the scale of T3 and T4; 0 or more.
    """

    value: float

    def __post_init__(self) -> None:
        _check_level("lam", self.value)

    def value_at(self, n: int, p: int) -> float:  # noqa: ARG002 - every rule without a partner answers (n, p)
        """Lambda of a scenario with n observations and p coefficients."""
        return self.value

    def definition(self) -> float:
        """The rule as the `lam` of a study file."""
        return float(self.value)


@dataclass(frozen=True)
class RateLambda:
    """Lambda at a rate in n: ``c n^power``, times ``sqrt(log p)`` if `log_p`.

    Parameters
    ----------
    c : float
        Factor, 0 or more.
    power : float
        Exponent of n, for example -0.5.
    log_p : bool
        Whether to multiply by sqrt(log p); p must then be 2 or more.
    """

    c: float
    power: float
    log_p: bool = False

    def __post_init__(self) -> None:
        _check_level("c", self.c)
        if not math.isfinite(self.power):
            raise ConfigError(bad_value("power", self.power, "a finite number"))

    def value_at(self, n: int, p: int) -> float:
        """Lambda of a scenario with n observations and p coefficients."""
        return self.c * math.pow(n, self.power) * (math.sqrt(math.log(p)) if self.log_p else 1.0)

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"c": float(self.c), "power": float(self.power), "log_p": self.log_p}


@dataclass(frozen=True)
class MatchedLambda:
    """Kappa of the scenario times the lambda of an FGSM method of the same study (T11).

    Parameters
    ----------
    method : str
        Name of that method.
    """

    method: str

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"matched": self.method}


LambdaRule = FixedLambda | RateLambda | MatchedLambda


@dataclass(frozen=True)
class Method:
    """An estimator as a study applies it.

    Parameters
    ----------
    name : str
        Id in results and tables, unique in a study.
    estimator : str
        Name in the registry of estimators.
    penalty : str, optional
        Name of the penalty, for estimators that need one.
    parameters : tuple of (name, value) or mapping
        Parameters of the penalty besides lambda; those left out get their defaults.
    lam : LambdaRule, optional
        Rule for lambda, for estimators that need a penalty.

    Raises
    ------
    ConfigError
        An unknown name, a parameter out of its range, or a penalty or lambda missing or too many.
    """

    name: str
    estimator: str
    penalty: str | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    lam: LambdaRule | None = None

    def __post_init__(self) -> None:
        check_name("name", self.name)
        if self.estimator not in ESTIMATORS:
            raise ConfigError(unknown_name("estimator", self.estimator, ESTIMATORS))
        if not ESTIMATORS[self.estimator].needs_penalty:
            self._check_no_penalty()
            return
        if self.penalty is None:
            raise ConfigError(f"penalty is missing: estimator {self.estimator!r} needs one of {', '.join(PENALTIES)}")
        if self.lam is None:
            raise ConfigError(f"lam is missing: estimator {self.estimator!r} needs a number or a rule")
        object.__setattr__(self, "parameters", _resolved(self.penalty, dict(self.parameters)))

    def _check_no_penalty(self) -> None:
        for field, value in (("penalty", self.penalty), ("lam", self.lam), ("parameters", self.parameters or None)):
            if value is not None:
                raise ConfigError(bad_value(field, value, f"left out with estimator {self.estimator!r}"))

    def penalty_at(self, lam: float) -> Penalty:
        """The method's penalty at a value of lambda.

        Raises
        ------
        ConfigError
            The estimator takes no penalty.
        """
        if self.penalty is None:
            raise ConfigError(f"penalty is missing: method {self.name!r} has none")
        build: Callable[..., Penalty] = PENALTIES[self.penalty]
        return build(lam, **dict(self.parameters))

    def definition(self) -> dict[str, Any]:
        """The method as a [[method]] table of a study file, defaults filled in."""
        table: dict[str, Any] = {"name": self.name, "estimator": self.estimator}
        if self.lam is not None:
            table |= {"penalty": self.penalty, **dict(self.parameters), "lam": self.lam.definition()}
        return table


def parameter_names(penalty: str | None) -> tuple[str, ...]:
    """Names of a penalty's parameters besides lambda that a study file can set; none if the penalty is unknown."""
    if penalty not in PENALTIES:
        return ()
    return tuple(each.name for each in fields(PENALTIES[penalty]) if each.type == "float" and each.name != "lam")


def _resolved(penalty: str, given: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """All parameters of a penalty in the order of its definition, checked and with defaults filled in."""
    if penalty not in PENALTIES:
        raise ConfigError(unknown_name("penalty", penalty, PENALTIES))
    names = parameter_names(penalty)
    for name, value in given.items():
        if name not in names:
            raise ConfigError(unknown_name(f"parameters of {penalty}", name, names))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(bad_value(name, value, "a number"))
    required = [each.name for each in fields(PENALTIES[penalty]) if each.default is MISSING and each.name in names]
    for name in required:
        if name not in given:
            raise ConfigError(f"{name} is missing: penalty {penalty!r} has no default for it")
    build: Callable[..., Penalty] = PENALTIES[penalty]
    try:
        full = build(1.0, **given)
    except InputError as error:
        raise ConfigError(str(error)) from None
    return tuple((name, float(getattr(full, name))) for name in names)


def _check_level(field: str, value: float) -> None:
    if not 0.0 <= value < math.inf:
        raise ConfigError(bad_value(field, value, "a finite number of at least 0"))
