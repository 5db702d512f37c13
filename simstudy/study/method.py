"""A method: an estimator with its penalty and a rule for lambda."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name
from simstudy.estimators.options import REQUIRED
from simstudy.estimators.registry import ESTIMATORS, Estimator
from simstudy.estimators.rules import RULES, Criterion, LevelRule, TuningRule
from simstudy.estimators.standard_errors import CURVATURES
from simstudy.penalties import PENALTIES, Penalty
from simstudy.registry import check_name, joint


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

    @property
    def reads(self) -> tuple[str, ...]:
        """What it depends on: nothing."""
        return ()

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

    @property
    def reads(self) -> tuple[str, ...]:
        """What it depends on, n and perhaps p."""
        return ("n", "p") if self.log_p else ("n",)

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


@dataclass(frozen=True)
class UniversalLambda:
    """The universal threshold of Donoho & Johnstone (1994) per observation: ``c sqrt(2 log p / n)``.

    Parameters
    ----------
    c : float
        Factor, 0 or more. Penalised likelihood needs it on the scale of the errors, FGSM does not (T13).
    """

    c: float = 1.0

    def __post_init__(self) -> None:
        _check_level("c", self.c)

    @property
    def reads(self) -> tuple[str, ...]:
        """What it depends on."""
        return ("n", "p")

    def value_at(self, n: int, p: int) -> float:
        """Lambda of a scenario with n observations and p coefficients; p must be 2 or more."""
        return self.c * math.sqrt(2.0 * math.log(p) / n)

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"rule": "universal", "c": float(self.c)}


@dataclass(frozen=True)
class ProportionalLambda:
    """The scale on which laws at n/p fixed are stated (T19): ``c / sqrt(p)``.

    Parameters
    ----------
    c : float
        Level, 0 or more.
    """

    c: float = 1.0

    def __post_init__(self) -> None:
        _check_level("c", self.c)

    @property
    def reads(self) -> tuple[str, ...]:
        """What it depends on."""
        return ("p",)

    def value_at(self, n: int, p: int) -> float:  # noqa: ARG002 - every rule without a partner answers (n, p)
        """Lambda of a scenario with n observations and p coefficients."""
        return self.c / math.sqrt(p)

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"rule": "proportional", "c": float(self.c)}


#: Rules that give lambda before there are data, or by way of another method.
PlannedRule = FixedLambda | RateLambda | UniversalLambda | ProportionalLambda | MatchedLambda
LambdaRule = PlannedRule | TuningRule
#: Value of the key `rule` in a study file -> class.
NAMED_RULES: dict[str, type[UniversalLambda | ProportionalLambda | TuningRule]] = {
    "universal": UniversalLambda,
    "proportional": ProportionalLambda,
    **RULES,
}


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
    options : tuple of (name, value) or mapping
        Further options of the estimator, such as ``attack``; those left out get the estimator's defaults.
    se : bool or str
        Whether to store standard errors, or the `curvature` of `estimators.standard_errors`; True is "quadratic".
    label : str
        How people see it, in any characters; its name unless given.
    intercept : str, optional
        ``none`` to fit without one, whatever the source has; left out, as the source has it.

    Raises
    ------
    ConfigError
        An unknown name, a parameter out of its range, a penalty or lambda missing or too many, or something that the
        estimator does not have.
    """

    name: str
    estimator: str
    penalty: str | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    lam: LambdaRule | None = None
    options: tuple[tuple[str, float | str], ...] = ()
    se: bool | str = False
    label: str = ""
    intercept: str | None = None

    def __post_init__(self) -> None:
        check_name("name", self.name)
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "options", _checked_options(self.entry, dict(self.options)))
        self._check_standard_errors()
        self._check_intercept()
        self._check_level()
        if not self.entry.needs_penalty:
            self._check_left_out("penalty", "parameters")
            return
        if self.penalty is None:
            raise ConfigError(f"penalty is missing: estimator {self.estimator!r} needs one of {', '.join(PENALTIES)}")
        object.__setattr__(self, "parameters", _resolved(self.penalty, dict(self.parameters)))
        if not self.entry.accepts.holds(self.penalty_at(1.0)):
            allowed = f"{self.entry.accepts.words} with {self.estimator!r}"
            raise ConfigError(bad_value("penalty", self.penalty, allowed))

    @property
    def entry(self) -> Estimator:
        """The estimator."""
        return ESTIMATORS[self.estimator]

    @property
    def tuning(self) -> TuningRule | None:
        """The rule that chooses lambda from the data, if there is one."""
        return self.lam if isinstance(self.lam, TuningRule) else None

    @property
    def curvature(self) -> str | None:
        """The `curvature` of the standard errors; None where none are asked for."""
        return "quadratic" if self.se is True else self.se or None

    def _check_standard_errors(self) -> None:
        if self.se is not False and self.entry.errors is None:
            raise ConfigError(bad_value("se", self.se, f"left out with {self.estimator!r}, which has none"))
        if not isinstance(self.se, bool) and self.se not in CURVATURES:
            raise ConfigError(bad_value("se", self.se, f"true, false or one of {', '.join(CURVATURES)}"))

    def _check_intercept(self) -> None:
        if self.intercept not in {None, "none"}:
            raise ConfigError(bad_value("intercept", self.intercept, "'none', or left out: as the source has it"))
        if self.intercept is not None and "fit_intercept" not in self.entry.given:
            raise ConfigError(bad_value("intercept", "none", f"left out with {self.estimator!r}, which decides itself"))

    def _check_level(self) -> None:
        """Lambda and its rule are what the estimator says that it can do."""
        if not self.entry.needs_level:
            self._check_left_out("lam")
        elif self.lam is None and self.entry.needs_penalty and self.penalty is None:
            return
        elif self.lam is None:
            raise ConfigError(f"lam is missing: estimator {self.estimator!r} needs a number or a rule")
        elif isinstance(self.lam, TuningRule):
            lacking = _lacking(self.entry, self.lam)
            if lacking:
                raise ConfigError(bad_value("lam.rule", self.lam.name, f"left out with {self.estimator!r}, {lacking}"))

    def _check_left_out(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value:
                raise ConfigError(bad_value(name, value, f"left out with estimator {self.estimator!r}"))

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
        table: dict[str, Any] = {"name": self.name, "estimator": self.estimator, **dict(self.options)}
        if self.label != self.name:
            table["label"] = self.label
        if self.penalty is not None:
            table |= {"penalty": self.penalty, **dict(self.parameters)}
        if self.lam is not None:
            table["lam"] = self.lam.definition()
        code = joint(ESTIMATORS.code(self.estimator), PENALTIES.code(self.penalty) if self.penalty is not None else "")
        intercept = {} if self.intercept is None else {"intercept": self.intercept}
        return table | intercept | ({"se": self.se} if self.se else {}) | ({"code": code} if code else {})


def option_names(estimator: str) -> tuple[str, ...]:
    """Names of an estimator's options; none if the estimator is unknown."""
    return tuple(ESTIMATORS[estimator].options) if estimator in ESTIMATORS else ()


def _lacking(entry: Estimator, rule: TuningRule) -> str:
    """What an estimator would have to declare for a rule; empty where nothing is missing."""
    if isinstance(rule, LevelRule):
        return "" if entry.pivotal else "whose levels are not pivotal (T14): that is left to the FGSM estimators"
    needed = ["largest_lam"] * (rule.lams is None) + ["freedom"] * isinstance(rule, Criterion)
    if isinstance(rule, Criterion) and rule.df != "active" and entry.freedom is not None:
        needed.append("equation")
    missing = [name for name in needed if getattr(entry, name) is None]
    return f"which declares no {' and no '.join(missing)}" if missing else ""


def _checked_options(entry: Estimator, given: Mapping[str, float | str]) -> tuple[tuple[str, float | str], ...]:
    """Options in the order of the estimator's parameters, checked."""
    for name, value in given.items():
        if name not in entry.options:
            raise ConfigError(unknown_name(f"options of {entry.name}", name, entry.options))
        entry.options[name].check(value)
    for name, option in entry.options.items():
        if name not in given and option.default is REQUIRED:
            raise ConfigError(f"{name} is missing: estimator {entry.name!r} has no default for it")
    return tuple((name, given[name]) for name in entry.options if name in given)


def parameter_names(penalty: str | None) -> tuple[str, ...]:
    """Names of a penalty's parameters besides lambda that a study file can set; none if the penalty is unknown."""
    if penalty is None or penalty not in PENALTIES:
        return ()
    return tuple(
        each.name for each in fields(PENALTIES[penalty]) if each.type in ("float", float) and each.name != "lam"
    )


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
