"""What a reader of a converged fit should know: columns that carry nothing, and an mcp with more than one minimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.kernels.codes import Attack
from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]


def needed_inverse(problem: Problem, coef: FloatArray, intercept: float) -> tuple[float, int]:
    """Smallest inverse concavity (mcp: g) that makes the objective convex along each column, and which needs it.

    Along b_j the loss has the curvature mean(b'' x_j^2) and the penalty -price/g, where price is the objective's
    derivative in P: one for T4, mean|y - b'(eta - s P)| for T3.
    """
    law, penalty = problem.family, problem.penalty
    eta = intercept + problem.X @ coef
    price = 1.0
    if penalty is not None and problem.attack != Attack.NONE:
        s = np.sign(problem.y - law.mean(eta))
        eta = eta - s * penalty.value(np.abs(coef)).sum()
        price = float(np.mean(s * (problem.y - law.mean(eta))))
    curvature = (law.variance(eta) @ problem.X**2) / problem.y.size
    flattest = int(np.argmin(curvature))
    return price / max(float(curvature[flattest]), np.finfo(float).tiny), flattest


def notes(problem: Problem, constant: NDArray[np.intp], coef: FloatArray, intercept: float) -> str:
    """Notes on a fit that end its message, each after a semicolon; empty where there is nothing to say.

    `constant` are the columns of X without variance.
    """
    said = ""
    unmoved = [int(j) for j in constant if coef[j] == 0.0]
    if unmoved:
        columns = ", ".join(map(str, unmoved))
        said += f"; zero variance, hence coefficient 0, in X[:, [{columns}]]"
    field = None if problem.penalty is None or problem.penalty.lam == 0.0 else problem.penalty.inverse_concavity
    if field is not None:
        needed, j = needed_inverse(problem, coef, intercept)
        given = float(getattr(problem.penalty, field))
        if given < needed:
            said += (
                f"; {field} = {given:g} is below {needed:.3g}, which the curvature along X[:, {j}] needs: other local "
                "minima may exist"
            )
    return said
