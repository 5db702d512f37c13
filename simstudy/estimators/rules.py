"""Rules that choose lambda from the data: their names and numbers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from simstudy.errors import ConfigError, bad_value


@dataclass(frozen=True)
class GridRule:
    """A rule that compares fits along the path.

    Parameters
    ----------
    grid : int
        Number of levels, at least 2.
    ratio : float
        Smallest level in units of the one that gives the null model (T14); in (0, 1).
    """

    name: ClassVar[str]
    random: ClassVar[bool] = False
    grid: int = 30
    ratio: float = 0.01

    def __post_init__(self) -> None:
        if self.grid < 2:
            raise ConfigError(bad_value("grid", self.grid, "a whole number of at least 2"))
        if not 0.0 < self.ratio < 1.0:
            raise ConfigError(bad_value("ratio", self.ratio, "a number in (0, 1)"))

    def definition(self) -> dict[str, Any]:
        """The rule as the `lam` of a study file."""
        return {"rule": self.name, **asdict(self)}


@dataclass(frozen=True)
class Aic(GridRule):
    """Akaike's criterion, -2 log L + 2 df."""

    name = "aic"


@dataclass(frozen=True)
class Bic(GridRule):
    """Schwarz's criterion, -2 log L + log(n) df."""

    name = "bic"


@dataclass(frozen=True)
class Ebic(GridRule):
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


@dataclass(frozen=True)
class Gcv(GridRule):
    """Generalised cross-validation, mean deviance / (1 - df/n)^2 (Craven & Wahba 1979; Fan & Li 2001, eq. 4.2)."""

    name = "gcv"


@dataclass(frozen=True)
class CrossValidation(GridRule):
    """K-fold cross-validation of the deviance.

    Parameters
    ----------
    folds : int
        At least 2.
    """

    name = "cv"
    random = True
    folds: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.folds < 2:
            raise ConfigError(bad_value("folds", self.folds, "a whole number of at least 2"))


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


TuningRule = Aic | Bic | Ebic | Gcv | CrossValidation | Pivotal

#: Name in study files -> class.
RULES: dict[str, type[TuningRule]] = {rule.name: rule for rule in (Aic, Bic, Ebic, Gcv, CrossValidation, Pivotal)}
