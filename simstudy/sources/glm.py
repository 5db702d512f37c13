"""A scenario: one data-generating mechanism at one sample size."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.families import family as family_of
from simstudy.records import Data
from simstudy.registry import check_name, digest
from simstudy.sources.designs import DESIGNS, Design
from simstudy.sources.prevalence import intercept_for, prevalence
from simstudy.sources.setting import LABEL_PATTERN

Array = NDArray[np.float64]


@dataclass(frozen=True, init=False)
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
        Standard deviation of gaussian errors; 1 in the other families.
    prevalence : float, optional
        P(Y = 1) of a binomial scenario, given in place of the intercept, which is solved from it (to 1e-9).
    label : str
        Readable, path-safe id; made of family, n and p unless given. Not part of `key`.

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
    intercept: float | None
    design: Design
    sigma: float
    prevalence: float | None
    label: str

    def __init__(
        self,
        family: str,
        n: int,
        beta: ArrayLike,
        intercept: float | None = None,
        design: Design | str = "normal",
        sigma: float = 1.0,
        prevalence: float | None = None,
        label: str = "",
    ) -> None:
        coefficients = _coefficients(beta)
        law = _design(design, len(coefficients))
        check_sample_size(n)
        _check_family(family, sigma, prevalence)
        given = {
            "family": family,
            "n": operator.index(n),
            "beta": coefficients,
            "intercept": _intercept(intercept, prevalence, law, coefficients),
            "design": law,
            "sigma": float(sigma),
            "prevalence": prevalence if prevalence is None else float(prevalence),
            "label": label or f"{family}_n{n}_p{len(coefficients)}",
        }
        for name, value in given.items():
            object.__setattr__(self, name, value)
        check_name("label", self.label, LABEL_PATTERN)

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
        columns = {**vars(self.design), **self.columns()}
        given = {name: value for name, value in columns.items() if value is not None}
        return given if self.has_intercept else {**given, "intercept": "none"}

    def facts(self) -> dict[str, Any]:
        """What follows from the definition: `prevalence_realised`, null but in the binomial family."""
        return {"prevalence_realised": self.prevalence_realised}

    @cached_property
    def prevalence_realised(self) -> float | None:
        """P(Y = 1) at the scenario's intercept (binomial), None in the other families."""
        if self.family != "binomial":
            return None
        return prevalence(self.intercept or 0.0, self.design, self.beta)

    def sample(self, rng: np.random.Generator) -> Data:
        """Draw one data set.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of the draws: first all covariates, then all responses, so that equal states give equal data.

        Returns
        -------
        Data
            X (n, p) and y (n,).

        Raises
        ------
        InputError
            A Poisson mean is too large to draw from.
        """
        X = self.design.sample(self.n, self.p, rng)
        eta = X @ np.array(self.beta) + (self.intercept or 0.0)
        return Data(X, family_of(self.family).sample(eta, rng, self.sigma))

    def definition(self) -> dict[str, Any]:
        """The scenario as a [[scenario]] table of a study file, with nothing left to solve or to default."""
        return {
            "label": self.label,
            "family": self.family,
            "n": self.n,
            "beta": {"pattern": "explicit", "values": list(self.beta)},
            **self._intercept_definition(),
            "design": {"law": self.design.name, **{key: _plain(value) for key, value in vars(self.design).items()}},
            "sigma": self.sigma,
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


def _plain(value: str | float) -> str | float:
    # A law with rho = 0 and one with rho = 0.0 or -0.0 are the same and must have the same key.
    return value if isinstance(value, str) else float(value) + 0.0


def _coefficients(beta: ArrayLike) -> tuple[float, ...]:
    try:
        values = np.asarray(beta, dtype=np.float64) + 0.0
    except (TypeError, ValueError):
        raise ConfigError(bad_value("beta", beta, "a list of numbers")) from None
    if values.ndim != 1 or values.size == 0 or not np.isfinite(values).all():
        raise ConfigError(bad_value("beta", beta, "a list of at least one number, all of them finite"))
    return tuple(values.tolist())


def _design(design: Design | str, p: int) -> Design:
    if isinstance(design, str):
        if design not in DESIGNS:
            raise ConfigError(unknown_name("design", design, DESIGNS))
        try:
            design = DESIGNS[design]()
        except TypeError:
            raise ConfigError(bad_value("design", design, "given with its parameters: it has no defaults")) from None
    try:
        design.check_columns(p)
    except ConfigError as error:
        raise ConfigError(f"design.{error}") from None
    return design


def _check_family(family: str, sigma: float, prevalence: float | None) -> None:
    if not 0.0 < sigma < math.inf:
        raise ConfigError(bad_value("sigma", sigma, "a finite positive number"))
    if not family_of(family).has_scale and sigma != 1.0:
        raise ConfigError(bad_value("sigma", sigma, f"1 or left out in the {family} family"))
    if prevalence is not None and family != "binomial":
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
