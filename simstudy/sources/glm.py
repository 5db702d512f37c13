"""A scenario: one data-generating mechanism at one sample size."""

from __future__ import annotations

import copy
import functools
import math
import operator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.families import FAMILIES
from simstudy.families import family as family_of
from simstudy.records import Data
from simstudy.registry import Registry, check_name, digest
from simstudy.seeding import Stream, generator
from simstudy.sources.definition import terms
from simstudy.sources.designs import DESIGNS, Design, Normal
from simstudy.sources.noise import ERRORS, ErrorLaw, NormalErrors
from simstudy.sources.population import Population
from simstudy.sources.prevalence import intercept_for, prevalence
from simstudy.sources.setting import LABEL_PATTERN

Array = NDArray[np.float64]
T = TypeVar("T")

STANDARD_NORMAL = Normal()
NORMAL_ERRORS = NormalErrors()
#: Rows of covariates over which estimands average.
POPULATION_DRAWS = 4000


@dataclass(frozen=True)
class Scenario:
    """A data-generating mechanism: family, sample size, truth and covariate law.

    Parameters
    ----------
    family : {"gaussian", "binomial", "poisson"}
        Response family with its canonical link.
    n : int
        Number of observations, at least 1.
    beta : (p,) array-like
        True coefficients, the intercept not included; kept as a tuple of floats.
    intercept : float, optional
        True intercept. None is a model without one, and the fits have none either.
    design : Design or str
        Covariate law, or the name of one with its default parameters.
    sigma : float
        Scale of gaussian errors: their standard deviation where they are normal, else what `errors` says; 1 in the
        other families.
    prevalence : float, optional
        P(Y = 1) of a binomial scenario, given in place of the intercept, which is solved from it (to 1e-9).
    label : str
        Readable, path-safe id; made of family, n and p unless given. Not part of `key`.
    errors : ErrorLaw or str
        Law of gaussian errors divided by sigma, or the name of one with its default parameters.

    Attributes
    ----------
    intercept : float or None
        The true intercept, solved if a prevalence was given.

    Raises
    ------
    ConfigError
        A value is out of its range; the message begins with the field's name.
    """

    family: str
    n: int
    beta: tuple[float, ...]
    intercept: float | None = None
    design: Design = STANDARD_NORMAL
    sigma: float = 1.0
    prevalence: float | None = None
    label: str = ""
    errors: ErrorLaw = NORMAL_ERRORS

    def __post_init__(self) -> None:
        beta = _coefficients(self.beta)
        design = _design(self.design, len(beta))
        errors = _entry(ERRORS, "errors", self.errors)
        check_sample_size(self.n)
        _check_family(self.family, self.sigma, self.prevalence, errors)
        found = {
            "n": operator.index(self.n),
            "beta": beta,
            "intercept": _intercept(self.intercept, self.prevalence, design, beta),
            "design": design,
            "sigma": float(self.sigma),
            "prevalence": self.prevalence if self.prevalence is None else float(self.prevalence),
            "label": self.label or f"{self.family}_n{self.n}_p{len(beta)}",
            "errors": errors,
        }
        for name, value in found.items():
            object.__setattr__(self, name, value)
        check_name("label", self.label, LABEL_PATTERN)

    def labelled(self, label: str) -> Scenario:
        """The same scenario under another label; nothing is checked or solved again.

        Raises
        ------
        ConfigError
            The label is not safe as a part of a path.
        """
        check_name("label", label, LABEL_PATTERN)
        found = copy.copy(self)
        object.__setattr__(found, "label", label)
        return found

    @property
    def p(self) -> int:
        """Number of coefficients, the intercept not counted."""
        return len(self.beta)

    @property
    def s(self) -> int:
        """Number of nonzero coefficients, the intercept not counted."""
        return int(np.count_nonzero(self.beta))

    @property
    def has_intercept(self) -> bool:
        """Whether the model, and with it every fit, has an intercept."""
        return self.intercept is not None

    @property
    def q(self) -> int:
        """Number of parameters: p, plus one with an intercept."""
        return self.p + self.has_intercept

    @property
    def support(self) -> NDArray[np.bool_]:
        """Which coefficients are nonzero, (p,)."""
        return np.array(self.beta, dtype=np.bool_)

    @property
    def beta_with_intercept(self) -> Array:
        """True parameters (q,), the intercept first if there is one."""
        return np.array(self.beta if self.intercept is None else (self.intercept, *self.beta))

    @cached_property
    def key(self) -> str:
        """Hash of the data-generating part; the random streams depend on it and on the study's seed."""
        return digest({name: value for name, value in self.definition().items() if name != "label"})

    @cached_property
    def group_key(self) -> str:
        """`key` without n: equal for scenarios that differ in n only."""
        return digest({name: value for name, value in self.definition().items() if name not in {"label", "n"}})

    def truth(self) -> dict[str, Any]:
        """True values: `beta` (p,) and, in a model with an intercept, `intercept`."""
        beta = {"beta": np.array(self.beta)}
        return beta if self.intercept is None else {**beta, "intercept": self.intercept}

    @cached_property
    def population(self) -> Population:
        """Moments and draws of the covariates, for estimands."""
        return Population(self._second_moment, self._draws, family_of(self.family).mean)

    def __getstate__(self) -> dict[str, Any]:
        """Without the population, whose compiled functions and draws every process makes for itself."""
        return {name: value for name, value in vars(self).items() if name != "population"}

    def _second_moment(self) -> Array:
        if self.design.fixed:
            X = self.fixed_covariates()
            moment, means = X.T @ X / self.n, X.mean(axis=0)
        else:
            means = self.design.means(self.p)
            moment = self.design.covariance(self.p) + np.outer(means, means)
        if self.intercept is None:
            return np.asarray(moment)
        return np.block([[np.ones((1, 1)), means[None, :]], [means[:, None], moment]])

    def _draws(self) -> Array:
        if self.design.fixed:
            return self.fixed_covariates()
        return self.design.sample(POPULATION_DRAWS, self.p, generator(0, self.key, Stream.POPULATION))

    def columns(self) -> dict[str, Any]:
        """Values of records.SCENARIO_FIELDS, which every replicate row repeats."""
        return {
            "family": self.family,
            "n": self.n,
            "p": self.p,
            "s": self.s,
            "design": self.design.name,
            "rho": getattr(self.design, "rho", None),
            "sigma": self.sigma,
            "intercept": self.intercept,
            "prevalence": self.prevalence,
        }

    def properties(self) -> dict[str, Any]:
        """The columns that have a value and the design's parameters; intercept `none` for a model that has none."""
        columns = {**vars(self.design), "errors": self.errors.name, **self.columns()}
        given = {name: value for name, value in columns.items() if value is not None}
        return given if self.has_intercept else {**given, "intercept": "none"}

    def facts(self) -> dict[str, Any]:
        """What follows from the definition: `prevalence_realised`, null but in the binomial family."""
        return {"prevalence_realised": self.prevalence_realised}

    @cached_property
    def prevalence_realised(self) -> float | None:
        """P(Y = 1) at the scenario's intercept: of X itself where it is fixed, else of the law of its rows.

        None in families without the logit link, and where the law of x'beta is not known.
        """
        if not family_of(self.family).logistic:
            return None
        if self.design.fixed:
            return float(family_of(self.family).mean(self.linear_predictor(self.fixed_covariates())).mean())
        if self.design.predictor_obstacle(np.array(self.beta)) is not None:
            return None
        return prevalence(self.intercept or 0.0, self.design, self.beta)

    def linear_predictor(self, X: Array) -> Array:
        """True linear predictors (n,) of covariates (n, p)."""
        return np.asarray(X @ np.array(self.beta) + (self.intercept or 0.0))

    def fixed_covariates(self) -> Array:
        """Covariates (n, p) of all replicates of a scenario with a fixed design; a copy for the caller."""
        return _fixed_covariates(self.design, self.n, self.p, self.key).copy()

    def respond(self, eta: Array, rng: np.random.Generator) -> Array:
        """Draw one response for each linear predictor (n,).

        Raises
        ------
        InputError
            A Poisson mean is too large to draw from.
        """
        law = family_of(self.family)
        if law.additive_errors:
            return eta + self.sigma * self.errors.draw(eta.shape, rng)
        return law.sample(eta, rng, self.sigma)

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws: first all covariates, then all responses, so that equal states give equal data. A
            fixed design takes its covariates from a stream of its own, which the scenario's key alone determines.

        Returns
        -------
        Data
            X (n, p) and y (n,).

        Raises
        ------
        InputError
            A Poisson mean is too large to draw from.
        """
        X = self.fixed_covariates() if self.design.fixed else self.design.sample(self.n, self.p, rng)
        return Data(X, self.respond(self.linear_predictor(X), rng))

    def definition(self) -> dict[str, Any]:
        """The scenario as a [[scenario]] table of a study file, with nothing left to solve or to default.

        `code` is the hash of the family's plug-in.
        """
        code = FAMILIES.code(self.family)
        return {
            "label": self.label,
            "family": self.family,
            "n": self.n,
            "beta": {"pattern": "explicit", "values": list(self.beta)},
            **self._intercept_definition(),
            "design": terms(self.design, "law"),
            "sigma": self.sigma,
            **({} if self.errors == NORMAL_ERRORS else {"errors": terms(self.errors, "law")}),
            **({"code": code} if code else {}),
        }

    def _intercept_definition(self) -> dict[str, Any]:
        if self.prevalence is not None:
            return {"prevalence": self.prevalence}
        return {"intercept": "none" if self.intercept is None else self.intercept}


def check_sample_size(n: int) -> None:
    """Refuse what is not a whole number of at least 1.

    Raises
    ------
    ConfigError
        Names n and its value.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ConfigError(bad_value("n", n, "a whole number of at least 1"))


@functools.lru_cache(maxsize=8)
def _fixed_covariates(design: Design, n: int, p: int, key: str) -> Array:
    return design.sample(n, p, generator(0, key, Stream.DESIGN))


def _coefficients(beta: ArrayLike) -> tuple[float, ...]:
    try:
        values = np.asarray(beta, dtype=np.float64) + 0.0
    except (TypeError, ValueError):
        raise ConfigError(bad_value("beta", beta, "a list of numbers")) from None
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise ConfigError(bad_value("beta", beta, "a list of at least one number, all of them finite"))
    return tuple(values.tolist())


def _entry(registry: Registry[type[T]], field: str, value: T | str) -> T:
    """An entry of a registry, also by its name where it has defaults for all of its parameters."""
    if not isinstance(value, str):
        return value
    if value not in registry:
        raise ConfigError(unknown_name(field, value, registry))
    try:
        return registry[value]()
    except TypeError:
        raise ConfigError(bad_value(field, value, "given with its parameters: it has no defaults")) from None


def _design(design: Design | str, p: int) -> Design:
    design = _entry(DESIGNS, "design", design)
    try:
        design.check_columns(p)
    except ConfigError as error:
        raise ConfigError(f"design.{error}") from None
    return design


def _check_family(family: str, sigma: float, prevalence: float | None, errors: ErrorLaw) -> None:
    if not 0.0 < sigma < math.inf:
        raise ConfigError(bad_value("sigma", sigma, "a finite positive number"))
    law = family_of(family)
    if not law.has_scale and sigma != 1.0:
        raise ConfigError(bad_value("sigma", sigma, f"1 or left out in the {family} family"))
    if not law.additive_errors and errors != NORMAL_ERRORS:
        raise ConfigError(bad_value("errors", errors.name, f"left out in the {family} family"))
    if prevalence is not None and not law.logistic:
        raise ConfigError(bad_value("prevalence", prevalence, f"left out in the {family} family (binomial only)"))


def _intercept(
    intercept: float | None, prevalence: float | None, design: Design, beta: tuple[float, ...]
) -> float | None:
    """The true intercept; a copy of a scenario with a prevalence passes the one that was solved for it."""
    if intercept is not None and not math.isfinite(intercept):
        raise ConfigError(bad_value("intercept", intercept, "a finite number, or none"))
    if prevalence is None:
        return None if intercept is None else float(intercept) + 0.0
    if not 0.0 < prevalence < 1.0:
        raise ConfigError(bad_value("prevalence", prevalence, "strictly between 0 and 1"))
    solved = intercept_for(float(prevalence), design, beta)
    if intercept is not None and intercept != solved:
        raise ConfigError(bad_value("intercept", intercept, "left out where a prevalence is given"))
    return solved
