"""What each kind of problem is compared with, and what a comparison may find."""

from __future__ import annotations

import warnings
from enum import StrEnum

import cvxpy as cp
import numpy as np

from cases import fit
from fuzz.conic import Minimum, approximate, minimise, mle
from fuzz.problems import Drawn
from reference.existence import has_minimiser
from reference.objective import objective
from simstudy.estimators import Fit
from simstudy.records import Status

#: How far a fit's objective may be above the other program's.
EXCESS = 1e-8
#: Differences of coefficients, relative to the largest, at which two fixed points are two.
APART = 1e-3


class Verdict(StrEnum):
    """What a comparison finds; the last three say nothing about the fit."""

    AGREES = "agrees"
    WORSE = "worse"
    ELSEWHERE = "elsewhere"
    FALSE = "false"
    MISSED = "missed"
    NOT_CONVERGED = "not_converged"
    NO_MINIMISER = "no minimiser"
    DEGENERATE = "degenerate"
    OTHER_FAILED = "other failed"


def of_status(drawn: Drawn, found: Fit) -> Verdict:
    """The fit's status against the linear program."""
    if found.status in {Status.DEGENERATE_RESPONSE, Status.RANK_DEFICIENT}:
        # What precedes the question: y is constant, or an unpenalised fit is not unique.
        return Verdict.DEGENERATE
    exists = has_minimiser(drawn.problem)
    if found.status == Status.NO_MINIMISER:
        return Verdict.FALSE if exists else Verdict.NO_MINIMISER
    if not exists:
        return Verdict.MISSED
    return Verdict.AGREES if found.status == Status.OK else Verdict.NOT_CONVERGED


def _against(drawn: Drawn, found: Fit, other: Minimum) -> Verdict:
    problem = drawn.problem
    # The intercept far from the origin of a column carries the rounding of the shift.
    rounding = 1e-15 * float(np.abs(problem.X).max()) * float(np.abs(found.coef).sum())
    if objective(problem, found.intercept, found.coef) > other.objective + EXCESS * max(1.0, problem.unit) + rounding:
        return Verdict.WORSE
    return Verdict.AGREES


def convex(drawn: Drawn, found: Fit) -> Verdict:
    """The objective against Clarabel's."""
    known = of_status(drawn, found)
    return known if known != Verdict.AGREES else _against(drawn, found, minimise(drawn.problem))


def lla(drawn: Drawn, found: Fit) -> Verdict:
    """The fixed point against that of local linear approximation by Clarabel from the same start."""
    known = of_status(drawn, found)
    if known != Verdict.AGREES:
        return known
    other = approximate(drawn.problem, mle(drawn.problem))
    if other is None:
        return Verdict.OTHER_FAILED
    verdict = _against(drawn, found, other)
    size = max(float(np.max(np.abs(other.coef), initial=0.0)), drawn.problem.penalty.lam)
    if np.max(np.abs(found.coef - other.coef)) <= APART * size:
        # Near a knot the other program's last digits decide about 1e-8 of objective.
        return Verdict.AGREES if verdict == Verdict.WORSE else verdict
    return Verdict.WORSE if verdict == Verdict.WORSE else Verdict.ELSEWHERE


COMPARE = {"convex": convex, "status": of_status, "lla": lla}


def compare(drawn: Drawn) -> Verdict:
    """Fit the problem and compare."""
    found = fit(drawn.problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return COMPARE[drawn.kind](drawn, found)
    except cp.error.SolverError:
        return Verdict.OTHER_FAILED
