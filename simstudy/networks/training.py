"""Full-batch training: L-BFGS, then Newton's method on the gradient with what is held fixed, from several starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from simstudy.networks.problem import Problem
from simstudy.records import Status

Array = NDArray[np.float64]

#: Relative width at which L-BFGS minimises; Newton's method goes on to the final one.
FIRST_WIDTH = 1e-2
#: Eigenvalues below this share of the largest one are damped: parameters of networks are not identified.
DAMPED = 1e-10
#: Halvings of a step at most.
HALVINGS = 30


@dataclass(frozen=True)
class Settings:
    """How long and how exactly to train.

    Parameters
    ----------
    starts : int
        Random starts; the lowest objective is kept.
    tolerance : float
        Largest entry of the gradient, per unit of response and parameter, up to which a fit has converged.
    width : float
        Final relative width of the smoothed absolute values.
    steps : int
        Steps of L-BFGS at most.
    newton : int
        Steps of Newton's method at most, at each width.
    """

    starts: int = 3
    tolerance: float = 1e-6
    width: float = 1e-3
    steps: int = 2000
    newton: int = 20


@dataclass(frozen=True)
class Trained:
    """Where a run of the optimiser ended.

    Attributes
    ----------
    theta : (size,) array
    objective : float
        Without smoothing.
    gradient : float
        Largest entry of the gradient at the final width, per unit of response and parameter.
    status : Status
    message : str
    n_iter : int
        Steps of L-BFGS and of Newton's method.
    """

    theta: Array
    objective: float
    gradient: float
    status: Status
    message: str
    n_iter: int


def train(problem: Problem, starts: list[Array], settings: Settings) -> Trained:
    """The best of the runs from several starts: the lowest objective among those that converged, else among all.

    A run whose loss is not finite has status ERROR and counts as the worst.
    """
    runs = [run(problem, start, settings) for start in starts]
    for status in (Status.OK, Status.NO_MINIMISER, Status.NOT_CONVERGED, Status.ERROR):
        these = [each for each in runs if each.status is status]
        if these:
            best = min(these, key=lambda each: each.objective if np.isfinite(each.objective) else np.inf)
            return _counted(best, runs)
    raise AssertionError(runs)


def _counted(best: Trained, runs: list[Trained]) -> Trained:
    near = sum(each.objective <= best.objective + 1e-6 * abs(best.objective) for each in runs)
    said = f"{best.message}; best of {len(runs)} starts, {near} as low"
    return Trained(best.theta, best.objective, best.gradient, best.status, said, sum(each.n_iter for each in runs))


def run(problem: Problem, start: Array, settings: Settings) -> Trained:
    """One run from one start."""
    theta, steps = _lbfgs(problem, start, settings)
    width = max(FIRST_WIDTH, settings.width)
    while np.isfinite(theta).all():
        theta, more = _newton(problem, theta, width, settings)
        steps += more
        if width <= settings.width:
            break
        width = max(0.1 * width, settings.width)
    return _ended(problem, theta, steps, settings)


def _ended(problem: Problem, theta: Array, steps: int, settings: Settings) -> Trained:
    finite = bool(np.isfinite(theta).all())
    objective = problem.value(theta) if finite else np.nan
    if not np.isfinite(objective):
        return Trained(theta, np.nan, np.nan, Status.ERROR, "the loss is not finite", steps)
    gradient = float(np.abs(problem.field(theta, settings.width)).max())
    reached = f"largest gradient {gradient:.1e} after {steps} steps"
    if problem.is_separated(theta):
        said = f"all labels are on the right side of the attack, so scaling the last layer lowers the loss; {reached}"
        return Trained(theta, objective, gradient, Status.NO_MINIMISER, said, steps)
    status = Status.OK if gradient <= settings.tolerance else Status.NOT_CONVERGED
    return Trained(theta, objective, gradient, status, reached, steps)


def _lbfgs(problem: Problem, start: Array, settings: Settings) -> tuple[Array, int]:
    units, width = problem.units, max(FIRST_WIDTH, settings.width)
    found = scipy.optimize.minimize(  # type: ignore[call-overload]
        lambda phi: problem.total(phi * units, width), start, jac=True, method="L-BFGS-B",
        options={"maxiter": settings.steps, "maxfun": 2 * settings.steps, "maxcor": 30, "ftol": 0.0,
                 "gtol": settings.tolerance},
    )  # fmt: skip
    return np.asarray(found.x * units), int(found.nit)


def _newton(problem: Problem, theta: Array, width: float, settings: Settings) -> tuple[Array, int]:
    """Newton steps in which the eigenvalues' absolute values stand for them, so that they lead away from saddles."""
    gradient = problem.field(theta, width)
    for k in range(settings.newton):
        size = np.abs(gradient).max()
        if not size > 0.1 * settings.tolerance:
            return theta, k
        step = _step(problem.jacobian(theta, width), gradient) * problem.units
        moved = _shorter(problem, theta, step, width)
        if moved is None:
            return theta, k
        theta, gradient = moved
    return theta, settings.newton


def _step(jacobian: Array, gradient: Array) -> Array:
    if not np.isfinite(jacobian).all():
        return -gradient
    values, vectors = scipy.linalg.eigh(0.5 * (jacobian + jacobian.T))
    damped = np.maximum(np.abs(values), DAMPED * max(float(np.abs(values).max()), 1.0))
    return -np.asarray(vectors @ ((vectors.T @ gradient) / damped))


def _shorter(problem: Problem, theta: Array, step: Array, width: float) -> tuple[Array, Array] | None:
    """The step, halved until the gradient gets smaller or the objective falls; None where neither does."""
    before = problem.total(theta, width)[0]
    size = np.linalg.norm(problem.field(theta, width))
    for k in range(HALVINGS):
        moved = theta + 0.5**k * step
        gradient = problem.field(moved, width)
        smaller = np.linalg.norm(gradient) < (1.0 - 0.1 * 0.5**k) * size
        if smaller or problem.total(moved, width)[0] < before - 1e-12 * abs(before):
            return moved, gradient
    return None
