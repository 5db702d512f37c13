"""Random problems: each is made by its kind, a seed and its number alone, so that one line of text brings it back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cases import PENALTIES as CASES
from cases import Array
from reference.objective import ATTACKS, Problem
from simstudy.families import FAMILIES
from simstudy.penalties import PENALTIES, Lasso, Penalty

#: Cases of penalties in which the objective of T4 is convex, and that of T3 with its worst case.
CONVEX = ("lasso", "weighted lasso", "elastic net", "ridge", "bridge 1.5")
#: Cases of penalties that are tangents from a start, with the shapes at which they are tried.
TANGENTS = {"scad": ("a", (2.1, 2.5, 3.7, 6.0)), "mcp": ("g", (1.2, 2.0, 3.0, 5.0))}
#: Families whose attack has the sign of the worst case, so that T3 is convex; others are tried with the worst case.
CONVEX_FGSM = ("gaussian", "binomial")
#: Families in which some loss falls for ever.
RECEDING = ("binomial", "poisson", "negative_binomial")


@dataclass(frozen=True)
class Drawn:
    """A problem with what is needed to draw it again."""

    kind: str
    seed: int
    index: int
    penalty: str
    problem: Problem

    @property
    def line(self) -> str:
        """Everything that reproduces it: `python -m fuzz --seed S --only KIND:INDEX`."""
        p = self.problem
        n, m = p.X.shape
        intercept = "intercept" if p.fit_intercept else "no intercept"
        return (
            f"{self.kind}:{self.index} seed={self.seed} family={p.family} n={n} p={m} penalty={p.penalty!r} "
            f"attack={p.attack} {intercept} lam={p.penalty.lam!r}"
        )


SHAPES = ("normal", "heavy", "dummies", "signs")


def columns(rng: np.random.Generator, n: int, p: int, shapes: tuple[str, ...] = SHAPES) -> Array:
    """AR columns of a random shape."""
    X = rng.standard_normal((n, p))
    rho = rng.uniform(0.0, 0.9)
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    return {
        "normal": X,
        "heavy": np.sign(X) * np.abs(X) ** 1.5,
        "dummies": (X > 0.4).astype(float),
        "signs": np.sign(X),
    }[str(rng.choice(shapes))]


def response(rng: np.random.Generator, family: str, X: Array, strength: float) -> Array:
    """Responses with a third of the slopes nonzero and a linear predictor of about this standard deviation."""
    p = X.shape[1]
    beta = np.where(np.arange(p) < max(1, p // 3), rng.choice([-1.0, 1.0], p), 0.0)
    eta = (X - X.mean(axis=0)) @ beta
    spread = eta.std()
    eta = np.clip(rng.normal(0.0, 0.7) + strength * eta / (spread if spread > 0 else 1.0), -6.0, 6.0)
    return FAMILIES[family].sample(eta, rng)


def level(rng: np.random.Generator, n: int, p: int) -> float:
    """From weak to strong, about sqrt(log p / n)."""
    return float(np.exp(rng.uniform(np.log(0.05), np.log(1.5))) * np.sqrt(np.log(p + 1) / n))


def convex(seed: int, index: int, largest: tuple[int, int]) -> Drawn:
    """T3 or T4 with a convex penalty."""
    rng = np.random.default_rng([seed, 1, index])
    n = int(rng.integers(10, largest[0] + 1))
    p = int(rng.integers(1, max(2, min(largest[1], n // 2)) + 1))
    family = str(rng.choice(list(FAMILIES)))
    name = str(rng.choice(CONVEX))
    attack = str(rng.choice(["none", "fgsm" if family in CONVEX_FGSM else "worst_case"]))
    intercept = bool(rng.integers(4))
    X = columns(rng, n, p)
    y = response(rng, family, X, rng.uniform(0.2, 2.0))
    if intercept and rng.integers(3) == 0:
        X = X + 10.0 ** rng.integers(0, 4) * rng.standard_normal(p)
    problem = Problem(X, y, family, CASES[name](level(rng, n, p), p), attack, intercept)
    return Drawn("convex", seed, index, name, problem)


def status(seed: int, index: int, largest: tuple[int, int]) -> Drawn:
    """A few observations with any penalty, so that often no minimiser exists; copied, constant and wide designs too."""
    rng = np.random.default_rng([seed, 2, index])
    n = int(rng.integers(4, min(largest[0], 30) + 1))
    p = int(rng.integers(1, min(largest[1], n + 3) + 1))
    family = str(rng.choice(RECEDING))
    name = str(rng.choice(list(CASES)))
    attack = str(rng.choice(ATTACKS))
    X = columns(rng, n, p)
    y = response(rng, family, X, rng.uniform(0.2, 6.0))
    twist = rng.integers(6)
    if twist == 0 and p > 1:
        X[:, -1] = X[:, 0]
    elif twist == 1:
        X[:, -1] = 1.0
    lam = 0.0 if rng.integers(8) == 0 else level(rng, n, p) * float(rng.choice([0.3, 1.0, 3.0]))
    problem = Problem(X, y, family, CASES[name](lam, p), attack, bool(rng.integers(3)))
    return Drawn("status", seed, index, name, problem)


def lla(seed: int, index: int, largest: tuple[int, int]) -> Drawn:
    """scad or mcp of any shape, with an MLE or (gaussian, p >= n) the lasso to start from."""
    rng = np.random.default_rng([seed, 3, index])
    n = int(rng.integers(20, largest[0] + 1))
    p = int(rng.integers(1, max(2, min(largest[1], n // 4)) + 1))
    family = str(rng.choice(list(FAMILIES)))
    if family == "gaussian" and rng.integers(4) == 0:
        n, p = 15, 20
    name = str(rng.choice(list(TANGENTS)))
    field, shapes = TANGENTS[name]
    attack = str(rng.choice(["none", "fgsm" if family in CONVEX_FGSM else "worst_case"]))
    # Columns in general position: of signs and dummies the lasso is not unique, and two that change places leave the
    # MLE at a fixed point from which any rounding leads away.
    X = columns(rng, n, p, ("normal", "heavy"))
    y = response(rng, family, X, rng.uniform(0.2, 1.5))
    penalty: Penalty = PENALTIES[name](level(rng, n, p), **{field: float(rng.choice(shapes))})
    return Drawn("lla", seed, index, name, Problem(X, y, family, penalty, attack, bool(rng.integers(4))))


def lasso_of(problem: Problem, lam: float, weights: Array) -> Problem:
    """The same problem with a weighted lasso."""
    return Problem(
        problem.X, problem.y, problem.family, Lasso(lam, weights=weights), problem.attack, problem.fit_intercept
    )


DRAW = {"convex": convex, "status": status, "lla": lla}
