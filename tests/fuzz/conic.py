"""T3 and T4 as conic programs for cvxpy with Clarabel, and local linear approximation on top of them."""

from __future__ import annotations

from dataclasses import dataclass

import cvxpy as cp
import numpy as np

from cases import Array
from reference.objective import Problem, objective, penalty_at
from simstudy.penalties import Penalty

TIGHT = {"tol_gap_abs": 1e-11, "tol_gap_rel": 1e-11, "tol_feas": 1e-11, "max_iter": 200}
#: Change of the tangents, as a share of the largest slope, at which an approximation has arrived.
STEADY = 1e-7
MAX_LLA = 400


@dataclass(frozen=True)
class Minimum:
    """Coefficients on the user's columns, and their objective."""

    intercept: float
    coef: Array
    objective: float


def losses(family: str, y: Array, eta: cp.Expression) -> cp.Expression:
    """f(y, eta) of each observation, convex in eta."""
    if family == "gaussian":
        return cp.square(y - eta) / 2
    if family == "binomial":
        return cp.logistic(eta) - cp.multiply(y, eta)
    if family == "poisson":
        return cp.exp(eta) - cp.multiply(y, eta)
    if family == "gamma":
        return cp.multiply(y, cp.exp(-eta)) + eta
    assert family == "negative_binomial", family
    return cp.multiply(y + 1.0, cp.logistic(eta)) - cp.multiply(y, eta)


def attacked(problem: Problem, eta: cp.Expression, P: cp.Expression) -> cp.Expression:
    """Mean loss of T4 or of T3 in its convex form, which rises with P."""
    y, n = problem.y, problem.y.size
    if problem.attack == "none":
        return cp.sum(losses(problem.family, y, eta)) / n + P
    if problem.family == "gaussian":
        return cp.sum(cp.square(cp.abs(y - eta) + P)) / (2 * n)
    if problem.family == "binomial":
        return cp.sum(cp.logistic(P - cp.multiply(2 * y - 1, eta))) / n
    return cp.sum(cp.maximum(*(losses(problem.family, y, eta + s * P) for s in (1, -1)))) / n


def total(penalty: Penalty, b: cp.Expression) -> cp.Expression:
    """P_lam(beta) of a penalty that is a power of |beta|, convex."""
    form = penalty.power_form()
    weights = penalty.multipliers(b.size)
    size = cp.abs(b) if form.power == 1.0 else cp.power(cp.abs(b), form.power)
    return cp.sum(cp.multiply(weights, form.linear * size + form.square / 2 * cp.square(b)))


class Program:
    """The conic program of a problem on its centred columns, solved for any P(beta) <= P."""

    def __init__(self, problem: Problem) -> None:
        p = problem.X.shape[1]
        self.problem = problem
        self.b, self.b0, self.P = cp.Variable(p), cp.Variable(), cp.Variable(nonneg=True)
        self.means = problem.X.mean(axis=0) if problem.fit_intercept else np.zeros(p)
        eta = (problem.X - self.means) @ self.b + (self.b0 if problem.fit_intercept else 0.0)
        self.loss = attacked(problem, eta, self.P)

    def minimum(self) -> Minimum:
        """What the variables hold now."""
        coef = np.asarray(self.b.value, dtype=float)
        intercept = float(self.b0.value) - float(self.means @ coef) if self.problem.fit_intercept else 0.0
        return Minimum(intercept, coef, objective(self.problem, intercept, coef))


def minimise(problem: Problem) -> Minimum:
    """The minimiser of a convex problem."""
    program = Program(problem)
    within = total(problem.penalty, program.b) <= program.P
    cp.Problem(cp.Minimize(program.loss), [within]).solve(solver=cp.CLARABEL, **TIGHT)
    return program.minimum()


def mle(problem: Problem) -> Array | None:
    """Coefficients (p,) of the MLE by Newton's method with halved steps; None where it does not exist."""
    X, y, law, k = problem.X, problem.y, problem.law, int(problem.fit_intercept)
    Z = np.column_stack([np.ones((y.size, k)), X - X.mean(axis=0) * k])
    if np.linalg.matrix_rank(Z) < Z.shape[1]:
        return None
    b = np.zeros(Z.shape[1])
    if k:
        b[0] = law.link(np.array([y.mean()]))[0]
    for _ in range(200):
        eta = Z @ b
        gradient = Z.T @ law.slope(y, eta)
        hessian = (Z.T * law.curvature(y, eta)) @ Z
        if np.max(np.abs(eta)) > 30.0 or not np.all(np.linalg.eigvalsh(hessian) > 1e-10):
            return None
        step, size, here = np.linalg.solve(hessian, gradient), 1.0, law.loss(y, eta).sum()
        while size > 1e-8 and not law.loss(y, Z @ (b - size * step)).sum() <= here + 1e-12 * abs(here):
            size *= 0.5
        b = b - size * step
        if np.max(np.abs(step)) <= 1e-11 * (1.0 + np.max(np.abs(b))):
            return b[k:]
    return None


def approximate(problem: Problem, start: Array | None) -> Minimum | None:
    """The fixed point of local linear approximation from `start`, or from the lasso with the same lam where it is None.

    Each approximation replaces P by its tangent P(b) + p'(|b|)(|beta| - |b|). None where it does not settle.
    """
    penalty, p = problem.penalty, problem.X.shape[1]
    program = Program(problem)
    slopes, offset = cp.Parameter(p, nonneg=True), cp.Parameter()
    within = slopes @ cp.abs(program.b) + offset <= program.P
    approximation = cp.Problem(cp.Minimize(program.loss), [within])
    steepest = float(penalty.slope(0.0))
    coef, before = start, np.full(p, np.inf)
    for _ in range(MAX_LLA):
        c = np.full(p, steepest) if coef is None else np.asarray(penalty.slope(np.abs(coef)))
        if np.max(np.abs(c - before)) <= STEADY * steepest:
            return program.minimum()
        slopes.value, before = c, c
        offset.value = 0.0 if coef is None else penalty_at(problem, coef) - float(c @ np.abs(coef))
        approximation.solve(solver=cp.CLARABEL, **TIGHT)
        coef = np.asarray(program.b.value, dtype=float)
    return None
