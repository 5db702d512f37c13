"""The compiled proximal Newton solver behind every estimator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simstudy.kernels.bridge import fit_bridge
from simstudy.kernels.bridge import prepare as prepare_powers
from simstudy.kernels.calls import address_of
from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.each import fit_each
from simstudy.kernels.linearised import fit_linearised
from simstudy.kernels.tolerances import KINK_TOL
from simstudy.kernels.working_sets import prepare
from simstudy.penalties import Growth, PowerForm
from simstudy.records import Status
from simstudy.solvers.columns import column_weights, independent_columns, plain
from simstudy.solvers.existence import recedes
from simstudy.solvers.notes import notes
from simstudy.solvers.observations import counted, kernel_loss, merged
from simstudy.solvers.problem import Problem, Solution, failure

FloatArray = NDArray[np.float64]

# Optimality residual up to which a fit is OK; the kernels stop well below it.
TOLERANCE = 1e-7
#: Seconds after which a compiled call begins no other fit: who waits for it can be interrupted between two calls only.
PATIENCE = 0.2
NOTHING = np.empty(0, np.intp)
NO_PENALTY = PowerForm(0.0, 0.0, 1.0).shape()
NO_MINIMISER = "no minimiser: "
SEPARATED = {
    True: NO_MINIMISER + "the data are separated beyond the attack, min_i(yt_i eta_i - P) > 0 (T18)",
    False: NO_MINIMISER + "the data are separated, min_i yt_i eta_i > 0 (T18)",
}
RECEDES = NO_MINIMISER + "the objective falls for ever along a direction, by linear program (T18)"
UNBOUNDED = "the objective is not finite at the start or along the path"


class Found(NamedTuple):
    """What the kernels say of one fit: coefficients (m,), constant columns (p,), and numbers as in `kernels.each`."""

    b: FloatArray
    constant: NDArray[np.bool_]
    outcome: float
    n_iter: float
    unique: float
    finite: float
    objective: float
    kkt: float
    spread: float
    seconds: float


def _is_degenerate(problem: Problem) -> bool:
    """Whether the intercept alone fits every response or, without one, the null model's score vanishes throughout."""
    y = problem.y
    if problem.offset is not None or y[0] != y[-1] or not (y == y[0]).all():
        return False
    return problem.fit_intercept or bool((problem.family.slope(y, np.zeros_like(y)) == 0.0).all())


def _free_dependent(problem: Problem) -> NDArray[np.intp]:
    """Indices of the unpenalised columns where they are linearly dependent, next to an intercept if there is one."""
    free = np.flatnonzero(problem.multipliers == 0.0)
    if free.size and independent_columns(problem.X[:, free], problem.fit_intercept).size < free.size:
        return free
    return NOTHING


def precluded(problem: Problem) -> Solution | None:
    """Failure that shows in the data before any fit."""
    n, p = problem.X.shape
    if problem.penalty is None and p >= n:
        return failure(p, Status.RANK_DEFICIENT, f"p = {p} >= n = {n}: the MLE is not unique")
    if _is_degenerate(problem):
        return failure(p, Status.DEGENERATE_RESPONSE, f"every response equals {problem.y[0]:g}")
    some_free = problem.penalty is not None and not problem.multipliers.all()
    dependent = _free_dependent(problem) if some_free else NOTHING
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


def _nonexistent(problem: Problem, found: Found) -> Solution | None:
    """Failure of a fit whose solution does not exist or is not unique."""
    p, penalty, outcome, n_iter = problem.X.shape[1], problem.penalty, Outcome(int(found.outcome)), int(found.n_iter)
    if outcome == Outcome.SEPARATED:
        beyond = problem.attack != Attack.NONE and not (penalty and penalty.growth == Growth.BOUNDED)
        return failure(p, Status.NO_MINIMISER, SEPARATED[beyond], n_iter)
    if outcome == Outcome.SINGULAR:
        constant = np.flatnonzero(found.constant)
        which = f", X[:, {constant[0]}] is constant" if constant.size else ""
        return failure(p, Status.RANK_DEFICIENT, f"the columns of the design are linearly dependent{which}", n_iter)
    diverges = (outcome != Outcome.CONVERGED or not found.kkt <= TOLERANCE) and recedes(problem)
    if diverges or (not found.unique and p < problem.y.size and _has_no_minimiser(problem)):
        return failure(p, Status.NO_MINIMISER, RECEDES, n_iter)
    return None


def _run(problem: Problem, X: FloatArray, y: FloatArray, attained: bool = False) -> Iterator[Found]:
    """What the kernel finds for a problem with each of the data sets X (R, n, p), y (R, n) for its own.

    `attained`: a minimiser is known to exist.
    """
    R, p, k = len(X), X.shape[2], int(problem.fit_intercept)
    weights = column_weights(problem)
    shape = NO_PENALTY if problem.penalty is None or problem.penalty.lam == 0.0 else problem.penalty.kernel_shape()
    prepare(weights.size, kinks=problem.has_kinks)
    if shape.power != 1.0:
        prepare_powers(kinks=problem.has_kinks)
    address = address_of(fit_linearised if shape.power == 1.0 else fit_bridge)
    given = kernel_loss(problem)._replace(attained=attained), int(problem.attack), shape, weights
    X, y, done = plain(X), plain(y), 0
    b, constant, numbers = np.empty((R, p + k)), np.empty((R, p), np.bool_), np.empty((R, 8))
    while done < R:
        rest = slice(done, None)
        news = fit_each(
            address, *given, X[rest], y[rest], problem.fit_intercept, PATIENCE, b[rest], constant[rest], numbers[rest]
        )
        for r in range(done, done + news):
            yield Found(b[r], constant[r], *numbers[r].tolist())
        done += news


def _read(problem: Problem, found: Found, attained: bool = False) -> Solution:
    """A kernel's outcome as a solution."""
    p, kkt, n_iter = problem.X.shape[1], found.kkt, int(found.n_iter)
    k = int(problem.fit_intercept)
    coef, intercept = found.b[k:], float(found.b[0]) if k else 0.0
    if found.outcome != Outcome.CONVERGED or not found.unique or not kkt <= TOLERANCE:
        nonexistent = _nonexistent(problem, found)
        if nonexistent is not None:
            return nonexistent
        if found.outcome == Outcome.DIVERGING and not attained and not kkt <= TOLERANCE:
            # The kernel gave up as one without a minimiser often looks like this.
            return _iterate(problem, attained=True)
    if found.outcome == Outcome.NON_FINITE or not found.finite:
        return failure(p, Status.NOT_CONVERGED, UNBOUNDED, n_iter)
    if math.isnan(kkt):
        return failure(p, Status.NOT_CONVERGED, "the MLE, where the approximation starts, did not converge", n_iter)
    status, message = Status.OK, "converged"
    if found.spread > 0.0:
        message = f"converged; objectives of the starts differ by {found.spread:.2g}"
    if not kkt <= TOLERANCE:
        status = Status.NOT_CONVERGED
        message = f"stopped at optimality residual {kkt:.1e} > 1e-7 after {n_iter} steps; rescale X or change lam"
    message += notes(problem, found.constant, coef, intercept)
    return Solution(coef, intercept, found.objective, kkt, status, message, n_iter)


def _iterate(problem: Problem, attained: bool = False) -> Solution:
    """Run the kernel and read its outcome."""
    return _read(problem, next(_run(problem, problem.X[None], problem.y[None], attained)), attained)


def _settled(problem: Problem, solution: Solution) -> Solution:
    """The solution, of equal observations as one where it is not found exactly with each of them.

    Equal observations are on their kinks together, and only the sum of their multipliers is determined.
    """
    # A fit without a residual has failed otherwise.
    if not problem.has_kinks or not solution.kkt > KINK_TOL:
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
    return precluded(problem) or _settled(problem, _iterate(problem))


def solve_each(problem: Problem, X: FloatArray, y: FloatArray) -> list[tuple[Solution, float]]:
    """Solutions of a problem with each of the data sets X (R, n, p), y (R, n) for its own, by one compiled call.

    Parameters
    ----------
    problem : Problem
        Without weights and offset; its own data are not read.

    Returns
    -------
    list of (Solution, float)
        Each equal to that of `solve`, bit for bit, and the seconds of compiled code that it took.
    """
    problems = [replace(problem, X=X[r], y=y[r]) for r in range(len(y))]
    failures = [precluded(each) for each in problems]
    there = [r for r, failed in enumerate(failures) if failed is None]
    if len(there) < len(y):
        X, y = X[there], y[there]
    found = iter(_run(problem, X, y))
    solutions = []
    for each, failed in zip(problems, failures, strict=True):
        if failed is not None:
            solutions.append((failed, 0.0))
            continue
        run = next(found)
        solutions.append((_settled(each, _read(each, run)), run.seconds))
    return solutions
