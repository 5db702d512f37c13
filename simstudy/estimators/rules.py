"""Rules that choose lambda from the data: their names and numbers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from simstudy.errors import ConfigError, InputError, bad_value, unknown_name

#: Kinds of degrees of freedom, as in `degrees_of_freedom`.
DF = ("active", "trace", "divergence")
#: Losses of cross-validation.
LOSSES = ("deviance", "squared_error")
#: Estimate of sigma that gaussian criteria can use.
SCALED_LASSO = "scaled_lasso"
#: Price of a degree of freedom by its authors.
FAN_TANG = "fan_tang"


@dataclass(frozen=True)
class GridRule:
    """A rule that compares fits along the path.

    Parameters
    ----------
    grid : int
        Number of levels, at least 2.
    ratio : float
        Smallest level in units of the one that gives the null model (T14); in (0, 1).
    lams : sequence of float, optional
        The levels themselves, on the scale of T3 and T4, in place of `grid` and `ratio`; at least 2, all different.
    """

    name: ClassVar[str]
    random: ClassVar[bool] = False
    #: Fields that enter the definition only where they are not at their default, as studies without them were defined.
    added: ClassVar[frozenset[str]] = frozenset({"lams", "df", "sigma", "loss", "one_se"})
    grid: int = 30
    ratio: float = 0.01
    lams: tuple[float, ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.grid < 2:
            raise ConfigError(bad_value("grid", self.grid, "a whole number of at least 2"))
        if not 0.0 < self.ratio < 1.0:
            raise ConfigError(bad_value("ratio", self.ratio, "a number in (0, 1)"))
        if self.lams is not None:
            object.__setattr__(self, "lams", _levels(self.lams))

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        defaults = {each.name: each.default for each in fields(self)}
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        kept = {key: value for key, value in values.items() if key not in self.added or value != defaults[key]}
        return {"rule": self.name, **kept}


def _levels(lams: Any) -> tuple[float, ...]:
    """Levels from large to small."""
    levels = tuple(lams) if isinstance(lams, Sequence | np.ndarray) and not isinstance(lams, str) else ()
    numbers = [not isinstance(lam, bool) and isinstance(lam, Real) and 0.0 <= float(lam) < math.inf for lam in levels]
    if len(levels) < 2 or not all(numbers) or len(set(levels)) < len(levels):
        raise ConfigError(bad_value("lams", lams, "a list of at least 2 different finite numbers of at least 0"))
    return tuple(sorted((float(lam) for lam in levels), reverse=True))


@dataclass(frozen=True)
class Scored:
    """What a criterion knows of a fit.

    Parameters
    ----------
    deviance : float
        Mean over the observations.
    likelihood : float
        -2 log L up to a constant.
    df : float
        Degrees of freedom.
    size : int
        Number of slopes that are not zero.
    n : float
        Number of observations, or the sum of their weights.
    p : int
        Number of slopes.
    """

    deviance: float
    likelihood: float
    df: float
    size: int
    n: float
    p: int


@dataclass(frozen=True)
class Criterion(GridRule, ABC):
    """A rule that weighs the deviance against degrees of freedom.

    Levels whose fit has more than n/2 of these are left out, for gaussian data unless `sigma` is given: towards a
    saturated fit the residuals say nothing about the noise. The message of the fit says so.

    Parameters
    ----------
    df : {"active", "trace", "divergence"}
        Kind of degrees of freedom, as in `degrees_of_freedom`.
    """

    df: str = field(default="active", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.df not in DF:
            raise ConfigError(unknown_name("df", self.df, DF))

    @property
    def noise(self) -> float | str | None:
        """Where sigma comes from in gaussian data, None where it is that of each fit."""
        return None

    @abstractmethod
    def score(self, of: Scored) -> float:
        """Value of the criterion for a fit, to be minimised."""


@dataclass(frozen=True)
class LikelihoodCriterion(Criterion):
    """-2 log L plus a price for each degree of freedom.

    Parameters
    ----------
    sigma : float or "scaled_lasso", optional
        Gaussian data only: the errors' standard deviation, known, or estimated once by the scaled lasso (Sun & Zhang
        2012), so that -2 log L is RSS / sigma^2. Left out, it is n log(RSS / n), the variance at its maximum likelihood
        estimate in each fit.
    """

    sigma: float | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sigma is None or self.sigma == SCALED_LASSO:
            return
        if not isinstance(self.sigma, int | float) or isinstance(self.sigma, bool) or not 0.0 < self.sigma < math.inf:
            raise ConfigError(bad_value("sigma", self.sigma, f"a finite positive number or {SCALED_LASSO!r}"))

    @property
    def noise(self) -> float | str | None:
        """As given."""
        return self.sigma

    @abstractmethod
    def price(self, of: Scored) -> float:
        """What is added to -2 log L."""

    @override
    def score(self, of: Scored) -> float:
        return of.likelihood + self.price(of)


@dataclass(frozen=True)
class Aic(LikelihoodCriterion):
    """Akaike's criterion, -2 log L + 2 df."""

    name = "aic"

    @override
    def price(self, of: Scored) -> float:
        return 2.0 * of.df


@dataclass(frozen=True)
class Bic(LikelihoodCriterion):
    """Schwarz's criterion, -2 log L + log(n) df."""

    name = "bic"

    @override
    def price(self, of: Scored) -> float:
        return math.log(of.n) * of.df


@dataclass(frozen=True)
class Gic(LikelihoodCriterion):
    """Generalised criterion of Zhang, Li & Tsai (2010), -2 log L + kappa df.

    Parameters
    ----------
    kappa : float or "fan_tang"
        Positive; 2 is AIC, and log(n) BIC. "fan_tang" is log(log n) log p, which is consistent for p growing
        exponentially in n (Fan & Tang 2013); it is refused where it is not positive, for n < 3 or p < 2.
    """

    name = "gic"
    kappa: float | str = FAN_TANG

    def __post_init__(self) -> None:
        super().__post_init__()
        is_number = isinstance(self.kappa, int | float) and not isinstance(self.kappa, bool)
        if self.kappa != FAN_TANG and not (is_number and 0.0 < float(self.kappa) < math.inf):
            raise ConfigError(bad_value("kappa", self.kappa, f"a finite positive number or {FAN_TANG!r}"))

    @override
    def price(self, of: Scored) -> float:
        if not isinstance(self.kappa, str):
            return self.kappa * of.df
        if of.n < math.e or of.p < 2:
            raise InputError(bad_value("kappa", self.kappa, f"a number for n = {of.n:g} and p = {of.p}"))
        return math.log(math.log(of.n)) * math.log(of.p) * of.df


@dataclass(frozen=True)
class Ebic(LikelihoodCriterion):
    """Extended criterion of Chen & Chen (2008), BIC + 2 gamma log C(p, nonzeros), for large p.

    Parameters
    ----------
    gamma : float
        Weight of the prior over model sizes, in [0, 1]; 0 is BIC.
    """

    name = "ebic"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.gamma <= 1.0:
            raise ConfigError(bad_value("gamma", self.gamma, "a number in [0, 1]"))

    @override
    def price(self, of: Scored) -> float:
        models = math.lgamma(of.p + 1) - math.lgamma(of.size + 1) - math.lgamma(of.p - of.size + 1)
        return math.log(of.n) * of.df + 2.0 * self.gamma * models


@dataclass(frozen=True)
class Gcv(Criterion):
    """Generalised cross-validation, mean deviance / (1 - df/n)^2 (Craven & Wahba 1979; Fan & Li 2001, eq. 4.2)."""

    name = "gcv"

    @override
    def score(self, of: Scored) -> float:
        return of.deviance / (1.0 - of.df / of.n) ** 2 if of.df < of.n else math.inf


@dataclass(frozen=True)
class CrossValidation(GridRule):
    """K-fold cross-validation.

    Weights of observations that are all whole numbers are frequencies: the rows that they stand for are divided among
    the folds, one by one. With other weights each observation falls into one fold with all of its weight; whole
    importance weights, too, where they are multiplied by a number that is not whole.

    Parameters
    ----------
    folds : int
        At least 2.
    loss : {"deviance", "squared_error"}
        What is compared in the left-out folds: the deviance, or (y - mu)^2.
    one_se : bool
        Whether to take the largest level whose mean loss is within one standard error of the smallest (Breiman et al.
        1984, section 3.4.3), the error being that of the mean over folds.
    """

    name = "cv"
    random = True
    folds: int = 5
    loss: str = field(default="deviance", kw_only=True)
    one_se: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.folds < 2:
            raise ConfigError(bad_value("folds", self.folds, "a whole number of at least 2"))
        if self.loss not in LOSSES:
            raise ConfigError(unknown_name("loss", self.loss, LOSSES))


@dataclass(frozen=True)
class Pivotal:
    """Quantile of FGSM's threshold under pure noise, times c: a level that needs no noise level (T14).

    The quantile is that of ||X'xi||_inf / ||xi||_1 over standard normal xi, centred where there is an intercept: exact
    for a gaussian null model, whose errors are sigma xi; for other families an approximation whose right side replaces
    E|e| / sd(e) by the normal one.

    Parameters
    ----------
    level : float
        In (0, 1).
    c : float
        Factor, above 0.
    """

    name: ClassVar[str] = "pivotal"
    random: ClassVar[bool] = True
    level: float = 0.95
    c: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.level < 1.0:
            raise ConfigError(bad_value("level", self.level, "a number in (0, 1)"))
        if not 0.0 < self.c < math.inf:
            raise ConfigError(bad_value("c", self.c, "a finite positive number"))

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"rule": self.name, **asdict(self)}


@dataclass(frozen=True)
class Interpolation:
    """A multiple of the level up to which gaussian FGSM-lasso fits every response (T23; `interpolation_threshold`).

    Parameters
    ----------
    c : float
        Multiple, above 0; up to 1 the fit is the interpolator of minimum l1 norm.
    """

    name: ClassVar[str] = "interpolation"
    random: ClassVar[bool] = False
    c: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.c < math.inf:
            raise ConfigError(bad_value("c", self.c, "a finite positive number"))

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"rule": self.name, **asdict(self)}


#: Rules that know their level before any fit, on the scale of FGSM, which is free of the response's (T13).
LevelRule = Pivotal | Interpolation
TuningRule = Aic | Bic | Ebic | Gic | Gcv | CrossValidation | LevelRule

#: Name in study files -> class.
RULES: dict[str, type[TuningRule]] = {
    rule.name: rule for rule in (Aic, Bic, Ebic, Gic, Gcv, CrossValidation, Pivotal, Interpolation)
}
