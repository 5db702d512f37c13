"""The families, penalties and attacks that exist, and data sets on which every combination is tried.

All are taken from the registries, so that the tests of optimality, derivatives and failure cover a new entry; a
penalty without defaults has its shapes here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.objective import ATTACKS, Problem
from simstudy.estimators import Fit, fgsm, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import PENALTIES as REGISTERED
from simstudy.penalties import Lasso, Penalty

Array = NDArray[np.float64]

#: Family -> multiple of alternating unit slopes that gives data of moderate difficulty; 0.4 where it is not listed.
SIGNAL = {name: {"gaussian": 1.0, "binomial": 1.0}.get(name, 0.4) for name in FAMILIES}

#: Families with a canonical link, for which other packages and closed forms are the yardstick.
CANONICAL = ("gaussian", "binomial", "poisson")

#: Shapes at which a penalty of the registry is tried, by the name of the case; its defaults where it is not listed.
SHAPES: dict[str, dict[str, dict[str, float]]] = {
    "lr": {"ridge": {"r": 2.0}, "bridge 1.5": {"r": 1.5}, "bridge 0.5": {"r": 0.5}},
    "elastic_net": {"elastic net": {"alpha": 0.5}},
}


def _maker(name: str, shape: dict[str, float]) -> Callable[[float, int], Penalty]:
    return lambda lam, _: REGISTERED[name](lam, **shape)


#: Penalty -> how to make it from lam for p slopes.
PENALTIES: dict[str, Callable[[float, int], Penalty]] = {
    label: _maker(name, shape) for name in REGISTERED for label, shape in SHAPES.get(name, {name: {}}).items()
} | {"weighted lasso": lambda lam, p: Lasso(lam, weights=np.linspace(0.0, 2.0, p))}

SIZES = ((30, 5), (100, 10), (200, 20))
#: More slopes than observations.
WIDE = (40, 80)
CORRELATIONS = (0.0, 0.5, 0.95)
#: Weak and strong lam, in units of sqrt(log p / n) and, for T4, of the response's scale.
LEVELS = (0.1, 0.7)


@dataclass(frozen=True)
class Case:
    """One estimator on one data set."""

    family: str
    penalty: str
    attack: str
    size: tuple[int, int] = (100, 10)
    rho: float = 0.5
    level: float = 0.4
    fit_intercept: bool = True
    seed: int = 1

    @property
    def id(self) -> str:
        n, p = self.size
        intercept = "intercept" if self.fit_intercept else "no intercept"
        return f"{self.family}-{self.penalty}-{self.attack}-{n}x{p}-rho={self.rho}-{self.level}-{intercept}"


KINDS = [(family, penalty, attack) for family in FAMILIES for penalty in PENALTIES for attack in ATTACKS]

#: Everything else that varies, in an order in which neighbours differ in all of it.
SETTINGS = list(itertools.product(SIZES, CORRELATIONS, LEVELS, (True, False)))

CASES = [Case(*kind, *setting) for kind in KINDS for setting in SETTINGS] + [
    Case(*kind, size=WIDE, level=level) for kind in KINDS for level in LEVELS
]

#: Every kind once, with settings that meet each family, penalty and attack; wide data for every second kind.
PAIRWISE = [Case(*kind, *SETTINGS[(7 * k + k // len(SETTINGS)) % len(SETTINGS)]) for k, kind in enumerate(KINDS)] + [
    Case(*kind, size=WIDE, level=LEVELS[k // 2 % 2]) for k, kind in enumerate(KINDS) if k % 2 == 0
]


def draw(family: str, n: int, p: int, rho: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """X with normal AR(rho) columns and y with a third of the slopes nonzero, of alternating signs."""
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    beta = np.where(np.arange(p) < max(1, p // 3), (-1.0) ** np.arange(p), 0.0)
    return X, FAMILIES[family].sample(0.3 + SIGNAL[family] * X @ beta, rng)


def problem(case: Case) -> Problem:
    """The case's data with its penalty."""
    n, p = case.size
    X, y = draw(case.family, n, p, case.rho, np.random.default_rng([case.seed, n, p]))
    scale = np.mean(np.abs(y - y.mean())) if case.attack == "none" else 1.0
    lam = case.level * np.sqrt(np.log(p) / n) * scale
    return Problem(X, y, case.family, PENALTIES[case.penalty](lam, p), case.attack, case.fit_intercept)


def fit(problem: Problem) -> Fit:
    """The estimate of T4 (attack "none") or T3."""
    options = {"family": problem.family, "penalty": problem.penalty, "fit_intercept": problem.fit_intercept}
    if problem.attack == "none":
        return penalized(problem.X, problem.y, **options)
    return fgsm(problem.X, problem.y, **options, attack=problem.attack)
