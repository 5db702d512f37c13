"""The compiled proximal Newton solver behind every estimator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simstudy.kernels.arguments import Loss
from simstudy.kernels.bridge import fit_bridge
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.linearised import fit_linearised
from simstudy.kernels.tolerances import KINK_TOL
from simstudy.kernels.working_sets import prepare
from simstudy.penalties import Growth, PowerForm
from simstudy.records import Status
from simstudy.solvers.columns import columns, constant_columns, independent_columns
from simstudy.solvers.existence import recedes
from simstudy.solvers.notes import notes
from simstudy.solvers.observations import counted, kernel_loss, merged
from simstudy.solvers.problem import Problem, Solution, failure

FloatArray = NDArray[np.float64]

# Optimality residual up to which a fit is OK; the kernels stop well below it.
TOLERANCE = 1e-7
NO_PENALTY = PowerForm(0.0, 0.0, 1.0).shape()
NO_MINIMISER = "no minimiser: "
SEPARATED = {
    True: NO_MINIMISER + "the data are separated beyond the attack, min_i(yt_i eta_i - P) > 0 (T18)",
    False: NO_MINIMISER + "the data are separated, min_i yt_i eta_i > 0 (T18)",
}
RECEDES = NO_MINIMISER + "the objective falls for ever along a direction, by linear program (T18)"


def _is_degenerate(problem: Problem) -> bool:
    """Whether the intercept alone fits every response or, without one, the null model's score vanishes throughout."""
    y = problem.y
    if problem.offset is not None or not (y == y[0]).all():
        return False
    return problem.fit_intercept or bool((problem.family.slope(y, np.zeros_like(y)) == 0.0).all())


def _free_dependent(problem: Problem) -> NDArray[np.intp]:
    """Indices of the unpenalised columns where they are linearly dependent, next to an intercept if there is one."""
    if problem.penalty is None:
        return np.empty(0, np.intp)
    free = np.flatnonzero(problem.penalty.multipliers(problem.X.shape[1]) == 0.0)
    if free.size and independent_columns(problem.X[:, free], problem.fit_intercept).size < free.size:
        return free
    return np.empty(0, np.intp)


def precluded(problem: Problem) -> Solution | None:
    """Failure that shows in the data before any fit."""
    n, p = problem.X.shape
    if problem.penalty is None and p >= n:
        return failure(p, Status.RANK_DEFICIENT, f"p = {p} >= n = {n}: the MLE is not unique")
    if _is_degenerate(problem):
        return failure(p, Status.DEGENERATE_RESPONSE, f"every response equals {problem.y[0]:g}")
    dependent = _free_dependent(problem)
    if dependent.size:
        return failure(p, Status.RANK_DEFICIENT, f"the unpenalised X[:, {dependent.tolist()}] are linearly dependent")
    slow = problem.penalty is not None and problem.penalty.growth in (Growth.BOUNDED, Growth.SUBLINEAR)
    if slow and p >= n and recedes(problem):
        # With an MLE to start from, the kernel sees this itself.
        return failure(p, Status.NO_MINIMISER, RECEDES)
    return None


def _has_no_minimiser(problem: Problem) -> bool:
    """Whether a problem with dependent columns and n > p has no minimiser.

    The loss of independent columns is that of all. Where it has an MLE, it rises along every direction that changes a
    predictor, whatever the penalty, which saves the linear program.
    """
    basis = independent_columns(problem.X, problem.fit_intercept)
    likelihood = replace(problem, X=problem.X[:, basis], penalty=None, attack=Attack.NONE)
    return solve(likelihood).status != Status.OK and recedes(problem)


def _nonexistent(problem: Problem, outcome: Outcome, kkt: float, n_iter: int, unique: bool) -> Solution | None:
    """Failure of a fit whose solution does not exist or is not unique."""
    p, penalty = problem.X.shape[1], problem.penalty
    if outcome == Outcome.SEPARATED:
        beyond = problem.attack != Attack.NONE and not (penalty and penalty.growth == Growth.BOUNDED)
        return failure(p, Status.NO_MINIMISER, SEPARATED[beyond], n_iter)
    if outcome == Outcome.SINGULAR:
        constant = constant_columns(problem.X)
        which = f", X[:, {constant[0]}] is constant" if constant.size else ""
        return failure(p, Status.RANK_DEFICIENT, f"the columns of the design are linearly dependent{which}", n_iter)
    diverges = (outcome != Outcome.CONVERGED or not kkt <= TOLERANCE) and recedes(problem)
    if diverges or (not unique and p < problem.y.size and _has_no_minimiser(problem)):
        return failure(p, Status.NO_MINIMISER, RECEDES, n_iter)
    return None


def _run(problem: Problem, loss: Loss) -> tuple[Outcome, FloatArray, float, float, int, float, bool, NDArray[np.intp]]:
    """What the kernel makes of the problem, and the columns that are constant."""
    Z, weights, constant = columns(problem)
    shape = NO_PENALTY if problem.penalty is None or problem.penalty.lam == 0.0 else problem.penalty.kernel_shape()
    # A read-only or strided y is another type to numba, compiled anew for seconds.
    y = problem.y.copy()
    prepare(weights.size)
    fit = fit_linearised if shape.power == 1.0 else fit_bridge
    outcome, *found = fit(loss, int(problem.attack), shape, weights, Z, y, problem.fit_intercept)
    return (Outcome(outcome), *found, constant)


def _iterate(problem: Problem) -> Solution:
    """Run the kernel and read its outcome."""
    p = problem.X.shape[1]
    loss = kernel_loss(problem)
    outcome, b, objective, kkt, n_iter, spread, unique, constant = _run(problem, loss)
    nonexistent = _nonexistent(problem, outcome, kkt, n_iter, unique)
    if nonexistent is not None:
        return nonexistent
    if outcome == Outcome.DIVERGING and not kkt <= TOLERANCE:
        outcome, b, objective, kkt, n_iter, spread, _, _ = _run(problem, loss._replace(attained=True))
    if outcome == Outcome.NON_FINITE or not np.isfinite(b).all():
        return failure(p, Status.NOT_CONVERGED, "the objective is not finite at the start or along the path", n_iter)
    if np.isnan(kkt):
        return failure(p, Status.NOT_CONVERGED, "the MLE, where the approximation starts, did not converge", n_iter)
    status, message = Status.OK, "converged"
    if spread > 0.0:
        message = f"converged; objectives of the starts differ by {spread:.2g}"
    if not kkt <= TOLERANCE:
        status = Status.NOT_CONVERGED
        message = f"stopped at optimality residual {kkt:.1e} > 1e-7 after {n_iter} steps; rescale X or change lam"
    k = int(problem.fit_intercept)
    coef, intercept = b[k:], float(b[0]) if k else 0.0
    message += notes(problem, constant, coef, intercept)
    return Solution(coef, intercept, objective, kkt, status, message, n_iter)


def _settled(problem: Problem) -> Solution:
    """The solution, of equal observations as one where it is not found exactly with each of them.

    Equal observations are on their kinks together, and only the sum of their multipliers is determined.
    """
    solution = _iterate(problem)
    # A fit without a residual has failed otherwise.
    if problem.attack == Attack.NONE or not problem.family.kinked or not solution.kkt > KINK_TOL:
        return solution
    distinct = merged(problem)
    other = _iterate(counted(distinct)) if distinct.y.size < problem.y.size else solution
    return other if other.kkt < solution.kkt else solution


def solve(problem: Problem) -> Solution:
    """Minimise the objective of `problem` and certify the result.

    Returns
    -------
    Solution
        Status OK where kkt <= 1e-7; NO_MINIMISER with its certificate (an iterate or a linear program, T18);
        DEGENERATE_RESPONSE for a constant y; RANK_DEFICIENT where an unpenalised fit is not unique; NOT_CONVERGED
        otherwise. Data never raise here.
    """
    problem = counted(problem)
    return precluded(problem) or _settled(problem)
