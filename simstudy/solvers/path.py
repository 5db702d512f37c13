"""A problem at many levels of its penalty, warm-started where a start cannot change the solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simstudy.kernels.codes import Attack, Outcome
from simstudy.kernels.path import fit_path
from simstudy.kernels.working_sets import prepare
from simstudy.penalties import Penalty
from simstudy.records import Status
from simstudy.solvers.columns import column_weights, plain
from simstudy.solvers.newton import TOLERANCE, precluded, solve
from simstudy.solvers.notes import notes
from simstudy.solvers.observations import counted, kernel_loss
from simstudy.solvers.problem import Problem, Solution


def is_convex(problem: Problem) -> bool:
    """Whether the objective is convex in a way that the path's kernel solves: LASSO, elastic net and ridge.

    The fixed point of a penalty with tangents depends on its start, which is part of its definition, and FGSM of a
    family whose kinks are not the worst case's (Poisson) has no objective of its own (theory, section 1): a warm start
    could lead elsewhere.
    """
    law, form = problem.family, None if problem.penalty is None else problem.penalty.power_form()
    moving = law.kinked and not law.quadratic and problem.attack == Attack.FGSM
    return form is not None and form.power == 1.0 and not moving


def solve_path(problem: Problem, penalty: Penalty, lams: Sequence[float]) -> list[Solution]:
    """Solutions of `problem` with `penalty` at each of `lams`, in that order.

    Returns
    -------
    list of Solution
        Equal to those of `solve` up to its tolerance. A convex problem is solved along the path in one compiled call,
        and what is not certified there is solved anew from scratch, so that statuses are those of `solve`.
    """
    problem = counted(problem)
    problems = [replace(problem, penalty=replace(penalty, lam=lam)) for lam in lams]
    if not problems or not is_convex(problems[0]) or precluded(problems[0]) is not None:
        return [solve(each) for each in problems]
    k = int(problem.fit_intercept)
    weights = column_weights(replace(problem, penalty=penalty))
    prepare(weights.size, kinks=problem.has_kinks)
    outcomes, B, objectives, residuals, n_iter, constant = fit_path(
        kernel_loss(problem),
        int(problem.attack),
        replace(penalty, lam=1.0).kernel_shape(),
        np.asarray(lams, dtype=float),
        weights,
        plain(problem.X),
        plain(problem.y),
        problem.fit_intercept,
    )
    solutions = []
    for each, outcome, b, objective, kkt, steps in zip(
        problems, outcomes, B, objectives, residuals, n_iter, strict=True
    ):
        if outcome != Outcome.CONVERGED or not kkt <= TOLERANCE or not np.isfinite(b).all():
            solutions.append(solve(each))
            continue
        coef, intercept = b[k:], float(b[0]) if k else 0.0
        message = "converged" + notes(each, constant, coef, intercept)
        solutions.append(Solution(coef, intercept, float(objective), float(kkt), Status.OK, message, int(steps)))
    return solutions
