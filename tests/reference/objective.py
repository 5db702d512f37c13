"""T3 and T4 in plain numpy, one line of the theory a line of code: the yardstick for the compiled solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simstudy.families import FAMILIES, Family
from simstudy.penalties import Penalty

Array = NDArray[np.float64]

#: Ways to use the penalty: added to the loss (T4), inside it by the one-step sign (T3), or by the worse sign.
ATTACKS = ("none", "fgsm", "worst_case")


@dataclass(frozen=True)
class Problem:
    """One data set and what is minimised on it; `attack` is "none" for T4."""

    X: Array
    y: Array
    family: str
    penalty: Penalty
    attack: str
    fit_intercept: bool

    @property
    def law(self) -> Family:
        return FAMILIES[self.family]

    @property
    def unit(self) -> float:
        """m of theory section 1, the scale of the response: the mean size of the null model's score."""
        null = self.law.link(np.array([self.y.mean()])) if self.fit_intercept else np.zeros(1)
        return float(np.mean(np.abs(self.law.slope(self.y, np.full_like(self.y, null[0])))))


def loss(law: Family, y: Array, eta: Array) -> Array:
    """f(y, eta), for gaussian data the 1/2 (y - eta)^2 of theory section 1."""
    return 0.5 * (y - eta) ** 2 if law.name == "gaussian" else law.loss(y, eta)


def penalty_at(problem: Problem, coef: Array) -> float:
    """P_lam(beta)."""
    return float(problem.penalty.multipliers(coef.size) @ problem.penalty.value(np.abs(coef)))


def kink_function(problem: Problem, eta: Array, P: float) -> Array:
    """A function of each observation with the sign of its attack: y - mu, or what separates the two worst cases."""
    law, y = problem.law, problem.y
    if problem.attack == "worst_case" and P > 0:
        return (loss(law, y, eta - P) - loss(law, y, eta + P)) / (2 * P)
    return -law.slope(y, eta)


def objective(problem: Problem, intercept: float, coef: Array) -> float:
    """Q_F (T3, its worst case included) or Q_P (T4)."""
    law, y = problem.law, problem.y
    eta = intercept + problem.X @ coef
    P = penalty_at(problem, coef)
    if problem.attack == "none":
        return float(np.mean(loss(law, y, eta)) + P)
    if problem.attack == "worst_case":
        return float(np.mean(np.maximum(loss(law, y, eta - P), loss(law, y, eta + P))))
    return float(np.mean(loss(law, y, eta - np.sign(y - law.mean(eta)) * P)))


def side_gradient(problem: Problem, eta: Array, P: float, side: Array | float) -> Array:
    """Derivatives (2, n) of each observation's loss in eta and in P, its attack's sign held at `side`."""
    slope = problem.law.slope(problem.y, eta - side * P)
    return np.stack([slope, -side * slope])
