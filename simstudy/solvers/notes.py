"""What a reader of a converged fit should know: columns that carry nothing, and an mcp with more than one minimum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simstudy.kernels.codes import Attack
from simstudy.solvers.columns import standardised
from simstudy.solvers.problem import Problem

FloatArray = NDArray[np.float64]

NOTHING = np.empty(0, np.intp)
#: Numbers whose squares are numbers.
LARGEST_ROOT = 1e150


def needed_inverse(problem: Problem, coef: FloatArray, intercept: float) -> tuple[float, int]:
    """Smallest inverse concavity (mcp: g) that makes the objective convex along each column, and which needs it.

    Along b_j the loss has the curvature mean(f'' x_j^2), x_j about its mean by f'' where an intercept follows, and the
    penalty -price/g, where price is the objective's derivative in P: one for T4, mean|f'(eta - s P)| for T3.
    """
    law, penalty, y, n = problem.family, problem.penalty, problem.y, problem.y.size
    eta = intercept + problem.X @ coef + (0.0 if problem.offset is None else problem.offset)
    share = np.full(n, 1.0 / n) if problem.weights is None else problem.weights / n
    price = 1.0
    if penalty is not None and problem.attack != Attack.NONE:
        s = np.sign(y - law.mean(eta))
        eta = eta - s * penalty.value(np.abs(coef)).sum()
        price = max(float(share @ (-s * law.slope(y, eta))), 0.0)
    curvature = share * law.curvature(y, eta)
    Z, size = standardised(problem.X, problem.fit_intercept)
    squares = curvature @ Z**2
    if problem.fit_intercept and curvature.sum() > 0.0:
        squares = np.maximum(squares - (curvature @ Z) ** 2 / curvature.sum(), 0.0)
    # As roots: the square of a column's size may be beyond all numbers.
    roots = np.sqrt(squares) * size
    flattest = int(np.argmin(roots))
    root = min(float(np.sqrt(price)) / max(float(roots[flattest]), 1.0 / LARGEST_ROOT), LARGEST_ROOT)
    return root**2, flattest


def notes(problem: Problem, constant: NDArray[np.bool_], coef: FloatArray, intercept: float) -> str:
    """Notes on a fit that end its message, each after a semicolon; empty where there is nothing to say.

    `constant` (p,) says which columns of X have no variance.
    """
    said = ""
    unmoved = np.flatnonzero(constant & (coef == 0.0)) if constant.any() else NOTHING
    if unmoved.size:
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
